import assert from "node:assert/strict";
import { test } from "node:test";
import { compile, define, goStruct, LookupPending, TemplateError, type TemplateSource, withType } from "./index.ts";

function render(sources: Readonly<Record<string, string>>, data: unknown = {}): string {
  const list: TemplateSource[] = Object.entries(sources).map(([name, text]) => ({ name, text }));
  return compile(list).render(list[0]?.name ?? "", data);
}

test("compile() lets a later definition of a name win", () => {
  assert.equal(
    render({ a: `{{ include "x" . }}`, b: `{{ define "x" }}1{{ end }}`, c: `{{ define "x" }}2{{ end }}` }),
    "2",
  );
});

test("compile() keeps a definition when a later one is empty", () => {
  assert.equal(
    render({ a: `{{ include "x" . }}`, b: `{{ define "x" }}1{{ end }}`, c: `{{ define "x" }} {{ end }}` }),
    "1",
  );
});

test("compile() says where a text does not parse", () => {
  assert.throws(() => compile([{ name: "web/templates/a.yaml", text: "\n{{ if }}" }]), {
    name: "TemplateError",
    code: "parse",
    template: "web/templates/a.yaml",
    line: 2,
    message: "parse error at (web/templates/a.yaml:2): missing value for if",
  });
});

test("render() gives the same output each time", () => {
  const set = compile([{ name: "a", text: `{{ $x := set .m "n" 1 }}{{ tpl "{{ len .m }}" . }}` }]);
  assert.equal(set.render("a", { m: {} }), "1");
  assert.equal(set.render("a", { m: { o: 1 } }), "2");
});

test("render() knows the place of an error", () => {
  const set = compile([{ name: "a", text: `{{ "é" }}\n é{{ .x.y.z }}` }]);
  assert.throws(() => set.render("a", {}), { code: "exec", template: "a", line: 2, column: 8 });
});

test("render() refuses a name that is not defined", () => {
  assert.throws(() => compile([]).render("nope", {}), {
    message: 'template: no template "nope" associated with template "gotpl"',
  });
});

test("tpl keeps what its text defines to itself", () => {
  const text = String.raw`{{ tpl "{{ define \"q\" }}Q{{ end }}{{ include \"q\" . }}" . }}`;
  assert.equal(render({ a: text }), "Q");
  assert.throws(() => render({ a: `${text}{{ include "q" . }}` }), /no template "q"/);
});

test("LookupPending leaves render() as it was thrown, from however deep", () => {
  const pending = new LookupPending({ apiVersion: "v1", kind: "Secret", namespace: "ns", name: "s" });
  const lookup = (): never => {
    throw pending;
  };
  const text = `{{ define "x" }}{{ tpl "{{ lookup \\"v1\\" \\"Secret\\" \\"ns\\" \\"s\\" }}" . }}{{ end }}{{ include "x" . }}`;
  const set = compile([{ name: "a", text }]);
  assert.throws(
    () => set.render("a", {}, { lookup }),
    (error) => error === pending,
  );
});

test("another error of lookup is an error of the template", () => {
  const set = compile([{ name: "a", text: `{{ lookup "v1" "Secret" "ns" "s" }}` }]);
  const lookup = (): never => {
    throw new Error("no route to host");
  };
  assert.throws(() => set.render("a", {}, { lookup }), /error calling lookup: no route to host$/);
});

test("lookup is empty without a cluster, and in lint mode", () => {
  const set = compile([{ name: "a", text: `{{ lookup "v1" "Secret" "ns" "s" }}` }]);
  assert.equal(set.render("a", {}), "map[]");
  assert.equal(set.render("a", {}, { lint: true, lookup: () => ({ a: 1 }) }), "map[]");
  assert.equal(set.render("a", {}, { lookup: () => ({ a: 1n }) }), "map[a:1]");
});

test("lint mode reports what required and fail would stop at", () => {
  const warned: string[] = [];
  const set = compile([{ name: "a", text: `{{ required "r" .x }}|{{ required "e" "" }}|{{ fail "f" }}|` }]);
  const output = set.render("a", {}, { lint: true, warn: (message, about) => warned.push(`${about}: ${message}`) });
  assert.equal(output, "|||");
  assert.deepEqual(warned, ["missing required value: r", "missing required values: e", "funcMap fail: f"]);
});

test("now gives the time that is passed in, in the zone that is passed in", () => {
  const set = compile([{ name: "a", text: `{{ now | date "2006-01-02 15:04 MST" }} {{ now.UTC.Hour }}` }]);
  const now = (): Date => new Date("2026-07-01T10:00:00Z");
  assert.equal(set.render("a", {}, { now, timeZone: "Europe/Berlin" }), "2026-07-01 12:00 CEST 10");
});

test("functions of the caller come before those of Sprig", () => {
  const set = compile([{ name: "a", text: `{{ upper "x" }}{{ twice "y" }}` }], {
    functions: { upper: define(["string"], (text) => `<${text}>`), twice: define(["string"], (text) => text + text) },
  });
  assert.equal(set.render("a", {}), "<x>yy");
});

test("goStruct and withType give values methods, fields and Go's names", () => {
  const versions = withType(["v1"], {
    name: "common.VersionSet",
    kind: "slice",
    element: "string",
    methods: { Has: { parameters: ["string"], call: (set: string[], wanted: string) => set.includes(wanted) } },
  });
  const kube = goStruct({ typeName: "common.KubeVersion", fields: { Version: "v1" }, addressedText: () => "text" });
  const data = {
    C: goStruct({ typeName: "common.Capabilities", pointer: true, fields: { Kube: kube, Versions: versions } }),
  };
  const text = `{{ .C.Versions.Has "v1" }} {{ has "v2" .C.Versions }} {{ .C.Kube }} {{ toString .C.Kube }} {{ typeOf .C }} {{ .C }}`;
  assert.equal(render({ a: text }, data), "true false text {v1} *common.Capabilities {{v1} [v1]}");
  assert.throws(() => render({ a: "{{ .C.Nope }}" }, data), /can't evaluate field Nope in type interface \{\}/);
  assert.throws(() => render({ a: "{{ .C.Versions.Has }}" }, data), /wrong number of args for Has: want 1 got 0/);
});

test("no key of a map reaches a prototype", () => {
  const data = { a: {} };
  assert.equal(render({ a: `{{ .constructor }}{{ .__proto__ }}{{ .a.toString }}{{ get .a "valueOf" }}` }, data), "");
  const set = `{{ $d := set (dict) "__proto__" (dict "x" 1) }}{{ $d }}{{ (deepCopy $d).__proto__ }}{{ (dict).x }}`;
  assert.equal(render({ a: set }), "map[__proto__:map[x:1]]map[x:1]");
  assert.equal(({} as Record<string, unknown>)["x"], undefined);
});

test("bytes that are no text pass through unharmed", () => {
  assert.equal(render({ a: `{{ b64dec "gIH/" | b64enc }} {{ "é" | trunc 1 | b64enc }}` }), "gIH/ ww==");
  assert.equal(render({ a: String.raw`{{ print "\xe2\x82" "\xac" }}` }), "€");
});

test("every error of render() is a TemplateError", () => {
  for (const text of [`{{ .a.b.c }}`, `{{ fail "x" }}`, `{{ until 1000000000 }}`, `{{ genCA "x" 10000000000 }}`]) {
    assert.throws(
      () => render({ a: text }),
      (error) => error instanceof TemplateError,
      text,
    );
  }
});

test("render() erases <no value> from short and from long templates, however it came to be", () => {
  const filler = "x".repeat(40_000);
  for (const rest of ["", filler]) {
    const length = rest.length;
    assert.equal(render({ a: `${rest}a{{ .x }}b<no value>c` }).slice(length), "abc");
    assert.equal(render({ a: `${rest}a{{ .x }}b` }).slice(length), "ab");
    assert.equal(render({ a: `${rest}a<no{{ " value" }}>b` }).slice(length), "ab");
    assert.equal(render({ a: `${rest}a{{ "<no value" }}{{ ">" }}b` }).slice(length), "ab");
    assert.equal(render({ a: `${rest}{{ define "d" }}{{ . }}{{ end }}a{{ template "d" }}b` }).slice(length), "ab");
  }
});
