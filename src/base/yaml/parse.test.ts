import assert from "node:assert/strict";
import { test } from "node:test";
import type { Value } from "../value.ts";
import recorded from "../testdata/yaml-parse.json" with { type: "json" };
import { parseYaml, parseYamlDocuments, YamlError } from "./index.ts";

interface Row {
  readonly text: string;
  readonly strict?: true;
  readonly error?: string;
  readonly value?: Value;
}

test(`parseYaml() reads ${recorded.length} texts as sigs.k8s.io/yaml 1.6.0 does, errors included`, () => {
  for (const { text, strict, error, value } of recorded as unknown as readonly Row[]) {
    const read = () => parseYaml(text, strict === true ? { duplicateKeys: "refuse" } : {});
    if (error === undefined) assert.equal(canonical(read()), canonical(value ?? null), JSON.stringify(text));
    else assert.throws(read, { message: error }, JSON.stringify(text));
  }
});

/** JSON with sorted keys: the recording has Go's order. */
function canonical(value: Value): string {
  return JSON.stringify(value, (_, each: unknown) => {
    if (typeof each !== "object" || each === null || Array.isArray(each)) return Object.is(each, -0) ? 0 : each;
    return Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

test("parseYaml() makes __proto__ a plain key", () => {
  const value = parseYaml("__proto__: {polluted: yes}\nconstructor: 1") as object;
  assert.deepEqual(Object.keys(value), ["__proto__", "constructor"]);
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.equal("polluted" in {}, false);
});

test("parseYaml() keeps large integers exact when asked", () => {
  assert.equal(parseYaml("9007199254740993", { integers: "bigint" }), 9007199254740993n);
  assert.equal(parseYaml("9007199254740993"), 9007199254740992);
  assert.equal(parseYaml("80", { integers: "bigint" }), 80);
});

const bomb = `a: &a [${"x,".repeat(9)}x]\n${"bcdefghi"
  .split("")
  .map((name, i) => `${name}: &${name} [${`*${"abcdefgh".charAt(i)},`.repeat(9)}x]`)
  .join("\n")}`;

test("parseYaml() refuses an alias bomb with go-yaml's text", () => {
  assert.throws(() => parseYaml(bomb), {
    code: "limit",
    message: "error converting YAML to JSON: yaml: document contains excessive aliasing",
  });
});

test("parseYaml() keeps its limits on depth and length", () => {
  assert.throws(() => parseYaml("[".repeat(2000)), YamlError);
  assert.throws(() => parseYaml("[".repeat(50_000)), { code: "limit" });
  assert.throws(() => parseYaml("- ".repeat(5000)), { code: "limit" });
  assert.throws(() => parseYaml("aaaa", { maxLength: 3 }), { code: "limit" });
});

const streams = [
  { name: "one document", text: "a: 1", want: [{ a: 1 }] },
  { name: "separators with comments", text: "---\na: 1\n--- # next\nb: 2\n---\n", want: [{ a: 1 }, { b: 2 }] },
  { name: "documents of comments only", text: "# x\n---\n\n---\nb: 2\n", want: [{ b: 2 }] },
  { name: "dashes inside a document", text: "a: |\n  ---\n  x\nb: a---b\n", want: [{ a: "---\nx\n", b: "a---b" }] },
  { name: "CRLF", text: "a: 1\r\n---\r\nb: 2\r\n", want: [{ a: 1 }, { b: 2 }] },
  { name: "nothing", text: "", want: [] },
];
for (const { name, text, want } of streams) {
  test(`parseYamlDocuments() splits ${name}`, () => assert.deepEqual(parseYamlDocuments(text), want));
}

test("parseYamlDocuments() refuses text behind a separator", () => {
  assert.throws(() => parseYamlDocuments("a: 1\n--- b\n"), { message: "invalid Yaml document separator: b" });
});
