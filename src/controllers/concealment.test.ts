import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../api/index.ts";
import { concealError, createConcealer } from "./concealment.ts";

const secretOf = (data: Readonly<Record<string, string>>, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "a" },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, btoa(text)])),
  ...more,
});

const cases: readonly {
  readonly name: string;
  readonly secret: KubeObject;
  readonly text: string;
  readonly want: string;
}[] = [
  {
    name: "the whole of a datum",
    secret: secretOf({ password: "correct horse" }),
    text: 'bad password "correct horse"',
    want: 'bad password "***"',
  },
  {
    name: "a value deep in YAML",
    secret: secretOf({ "values.yaml": "a: {b: [x, {c: battery-staple}]}\n" }),
    text: "got battery-staple",
    want: "got ***",
  },
  {
    name: "a number",
    secret: secretOf({ "values.yaml": "pin: 483920\n" }),
    text: "Invalid value: 483920",
    want: "Invalid value: ***",
  },
  {
    name: "what is stored in base64",
    secret: secretOf({ password: "correct horse" }),
    text: `cannot decode ${btoa("correct horse")}`,
    want: "cannot decode ***",
  },
  {
    name: "a value in base64, as a Secret manifest has it",
    secret: secretOf({ "values.yaml": "password: battery-staple\n" }),
    text: `cannot decode ${btoa("battery-staple")}`,
    want: "cannot decode ***",
  },
  {
    name: "stringData",
    secret: secretOf({}, { stringData: { password: "battery-staple" } }),
    text: "battery-staple",
    want: "***",
  },
  {
    name: "a line of a text that is no YAML",
    secret: secretOf({ "values.yaml": "password: battery-staple\n  worse: [\n" }),
    text: "line 1: password: battery-staple",
    want: "line 1: ***",
  },
  {
    name: "a word of a text that is no YAML",
    secret: secretOf({ "values.yaml": "password: battery-staple\n  worse: [\n" }),
    text: "near 'battery-staple'",
    want: "near '***'",
  },
  {
    name: "a part of what --set would read",
    secret: secretOf({ key: "a,battery-staple" }),
    text: 'key "battery-staple" has no value',
    want: 'key "***" has no value',
  },
  {
    name: "a value with quotes, as Go quotes it",
    secret: secretOf({ password: 'say "friend"' }),
    text: 'got "say \\"friend\\""',
    want: 'got "***"',
  },
  {
    name: "nothing of a text without secrets, and no short words",
    secret: secretOf({ "values.yaml": "on: true\nname: web\n" }),
    text: "web is true",
    want: "web is true",
  },
];
for (const { name, secret, text, want } of cases)
  test(`conceal() hides ${name}`, () => {
    const concealer = createConcealer();
    concealer.add(secret);
    assert.equal(concealer.conceal(text), want);
  });

test("concealError() hides in causes, too, and leaves other errors as they are", () => {
  const concealer = createConcealer();
  concealer.addTexts(["battery-staple"]);
  const plain = new Error("nothing of it", { cause: new Error("nor here") });
  assert.equal(concealError(plain, concealer), plain);
  const concealed = concealError(new Error("outside", { cause: new Error("battery-staple") }), concealer) as Error;
  assert.equal((concealed.cause as Error).message, "***");
});
