import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { CommandLeaf, Io } from "../command.ts";
import { runLine } from "../run.ts";
import { limitFlags } from "./limit-flags.ts";
import { command } from "./template.ts";

interface Case {
  readonly flag: keyof typeof limitFlags;
  readonly value: string;
  readonly template?: string;
  /** The text of a values file. */
  readonly values?: string;
  readonly error: RegExp;
}

const deepList = `${"[".repeat(20)}1${"]".repeat(20)}`;

const cases: readonly Case[] = [
  {
    flag: "max-render-time",
    value: "0s",
    template: "{{ range 1000 }}{{ end }}",
    error: /template takes longer than 0 ms$/m,
  },
  { flag: "max-steps", value: "500", template: "{{ range 1000 }}{{ end }}", error: /takes more than 500 steps$/m },
  { flag: "max-output", value: "50", template: `{{ repeat 51 "x" }}`, error: /string is longer than 50 characters$/m },
  { flag: "max-list", value: "9", template: "{{ until 10 }}", error: /list is longer than 9 elements$/m },
  {
    flag: "max-include-depth",
    value: "5",
    template: `{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}`,
    error: /nested reference name: x/,
  },
  {
    flag: "max-template-depth",
    value: "5",
    template: `{{ define "x" }}{{ template "x" . }}{{ end }}{{ template "x" . }}`,
    error: /exceeded maximum template depth \(5\)$/m,
  },
  {
    flag: "max-pattern",
    value: "3",
    template: `{{ regexFind "aaaa" "a" }}`,
    error: /regular expression is longer than 3 characters$/m,
  },
  {
    flag: "max-pattern-work",
    value: "100",
    template: `{{ regexFind "(a+)+$" (repeat 100 "a") }}`,
    error: /regular expression takes more than 100 steps on this text$/m,
  },
  {
    flag: "max-value-depth",
    value: "5",
    template: `{{ $d := dict }}{{ $_ := set $d "x" $d }}{{ $d }}`,
    error: /value is too deep or contains itself$/m,
  },
  {
    flag: "max-value-parts",
    value: "100",
    template: "{{ until 200 | toYaml }}",
    error: /value has more than 100 parts$/m,
  },
  { flag: "max-chart-size", value: "1", error: /larger than the maximum size 1$/m },
  { flag: "max-chart-file-size", value: "1", error: /larger than the maximum file size 1$/m },
  { flag: "max-chart-files", value: "1", error: /chart has more than 1 files$/m },
  { flag: "max-yaml-size", value: "2", values: "a: 1", error: /document is longer than 2 characters$/m },
  { flag: "max-yaml-depth", value: "10", values: `a: ${deepList}`, error: /exceeded max depth of 10$/m },
];

const folder = mkdtempSync(join(tmpdir(), "coxswain-limits-"));
after(() => rmSync(folder, { recursive: true }));

for (const { flag, value, template = "", values = "", error } of cases) {
  test(`--${flag} ends helm template with an error that names the bound`, async () => {
    const chart = chartOf(template);
    writeFileSync(join(folder, "values.yaml"), values);
    const { exit, stderr } = await run(["x", chart, "-f", "values.yaml", `--${flag}`, value]);
    assert.equal(exit, 1);
    assert.match(stderr, error);
  });
}

test("every bound has a case here and a row in docs/limits.md", () => {
  const document = readFileSync(new URL("../../../docs/limits.md", import.meta.url), "utf8");
  assert.deepEqual(cases.map(({ flag }) => flag).toSorted(), Object.keys(limitFlags).toSorted());
  for (const flag of Object.keys(limitFlags)) assert.ok(document.includes(`\`--${flag}\``), flag);
});

function chartOf(template: string): string {
  const chart = mkdtempSync(join(folder, "chart-"));
  mkdirSync(join(chart, "templates"));
  writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0\n");
  writeFileSync(join(chart, "templates", "_a.tpl"), "");
  writeFileSync(join(chart, "templates", "a.yaml"), template);
  return chart;
}

async function run(args: readonly string[]): Promise<{ readonly exit: number; readonly stderr: string }> {
  let stderr = "";
  const io: Io = {
    stdout: () => undefined,
    stderr: (text) => {
      stderr += text;
    },
    stdin: () => Promise.resolve(""),
    env: {},
    cwd: folder,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  const leaf: CommandLeaf = { summary: "", load: () => Promise.resolve(command) } as unknown as CommandLeaf;
  const helm = { summary: "", commands: { template: leaf } };
  return { exit: await runLine(helm, "helm", ["template", ...args], io), stderr };
}
