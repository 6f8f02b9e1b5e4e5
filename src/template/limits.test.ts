import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./index.ts";
import type { Limits } from "./limits.ts";

const cyclic = `{{ $d := dict }}{{ $_ := set $d "x" $d }}`;
const sharing = `{{ $x := dict "a" 1 }}{{ range 40 }}{{ $x = dict "a" $x "b" $x }}{{ end }}`;

interface Case {
  readonly name: string;
  readonly text: string;
  readonly error: RegExp;
  readonly limits?: Partial<Limits>;
}

const cases: readonly Case[] = [
  {
    name: "a long list",
    text: `{{ until 1000000000 }}`,
    error: /error calling until: list is longer than 1000000 elements$/,
  },
  { name: "a long sequence", text: `{{ seq 1 1000000000 }}`, error: /list is longer than/ },
  {
    name: "a repeated text",
    text: `{{ repeat 1000000000 "abc" }}`,
    error: /string is longer than 67108864 characters$/,
  },
  { name: "a deep indent", text: `{{ indent 1000000000 "a" }}`, error: /string is longer than/ },
  { name: "a joined text", text: `{{ join (repeat 1000000 "x") (until 100000) }}`, error: /string is longer than/ },
  {
    name: "a growing text",
    text: `{{ $x := "0123456789" }}{{ range 40 }}{{ $x = print $x $x }}{{ end }}`,
    error: /longer/,
  },
  { name: "a growing list", text: `{{ $x := list 1 }}{{ range 40 }}{{ $x = concat $x $x }}{{ end }}`, error: /longer/ },
  {
    name: "a growing output",
    text: `{{ range 1000 }}{{ printf "%999999d" 1 }}{{ end }}`,
    error: /output is longer than/,
  },
  { name: "random text", text: `{{ randAlphaNum 1000000000 }}`, error: /string is longer than/ },
  {
    name: "many turns",
    text: `{{ range 1000 }}{{ range 1000 }}{{ end }}{{ end }}`,
    error: /takes more than 5000 steps$/,
    limits: { steps: 5000 },
  },
  {
    name: "many passwords",
    text: `{{ range 1000 }}{{ bcrypt "x" }}{{ end }}`,
    error: /takes more than 5000 steps$/,
    limits: { steps: 5000 },
  },
  {
    name: "a long time",
    text: `{{ range 100000 }}{{ end }}`,
    error: /takes longer than -1 ms$/,
    limits: { milliseconds: -1 },
  },
  {
    name: "a map in itself, printed",
    text: `${cyclic}{{ $d }}`,
    error: /executing "a" at <\{\{\$d\}\}>: value is too deep or contains itself$/,
  },
  {
    name: "a map in itself, copied",
    text: `${cyclic}{{ deepCopy $d }}`,
    error: /value is too deep or contains itself$/,
  },
  {
    name: "a map in itself, as TOML",
    text: `${cyclic}{{ toToml $d }}`,
    error: /value is too deep or contains itself$/,
  },
  {
    name: "a map whose parts are shared, as YAML",
    text: `${sharing}{{ toYaml $x }}`,
    error: /more than 5000000 parts$/,
  },
  {
    name: "a map whose parts are shared, copied",
    text: `${sharing}{{ deepCopy $x | len }}`,
    error: /more than 5000000 parts$/,
  },
  {
    name: "endless include",
    text: `{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}`,
    error: /nested reference name: x: unable to execute template$/,
  },
  {
    name: "endless template",
    text: `{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}`,
    error: /exceeded maximum template depth \(100000\)$/,
  },
  { name: "endless tpl", text: `{{ tpl .t . }}`, error: /nested too deeply$/ },
];

for (const { name, text, error, limits = {} } of cases) {
  test(`render() refuses ${name}`, () => {
    const set = compile([{ name: "a", text }], { limits });
    assert.throws(() => set.render("a", { t: "{{ tpl .t . }}" }), { code: "limit", message: error });
  });
}

test("compile() refuses what is nested too deeply", () => {
  const deep = [`{{ ${"(".repeat(100_000)}1 }}`, "{{ if true }}".repeat(50_000)];
  for (const text of deep)
    assert.throws(() => compile([{ name: "a", text }]), { code: "parse", message: /max .* depth exceeded$/ });
});

test("render() allows the nesting that helm allows", () => {
  const text = `{{ define "x" }}{{ if gt . 0 }}{{ include "x" (sub . 1 | int) }}{{ else }}end{{ end }}{{ end }}{{ include "x" 990 }}`;
  assert.equal(compile([{ name: "a", text }]).render("a", {}), "end");
});

test("regexMatch takes linear time", () => {
  const text = `{{ regexMatch "(a+)+$" (print (repeat 50000 "a") "!") }}`;
  assert.equal(compile([{ name: "a", text }]).render("a", {}), "false");
});

test("toJson and toYaml of a map in itself are empty, as Go's encoder refuses it", () => {
  assert.equal(compile([{ name: "a", text: `${cyclic}[{{ toJson $d }}{{ toYaml $d }}]` }]).render("a", {}), "[]");
});
