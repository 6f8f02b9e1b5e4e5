import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import type { CommandGroup, CommandLeaf, Io } from "../command.ts";
import { runLine } from "../run.ts";
import { command as lint } from "./lint.ts";
import { showAll, showChart, showCrds, showReadme, showValues } from "./show.ts";
import { command as template } from "./template.ts";

// Recorded from helm 4.2.4 by conformance/record.ts.
const testdata = new URL("../../chart/testdata/", import.meta.url);
const cases = JSON.parse(readFileSync(new URL("cases.json", testdata), "utf8")) as readonly {
  readonly name: string;
  readonly args: readonly string[];
}[];

for (const { name, args } of cases) {
  test(`helm ${args.join(" ")} prints what helm prints`, async () => {
    const recorded = readFileSync(new URL(`recorded/${name}.txt`, testdata), "utf8");
    assert.equal(await run(args), recorded);
  });
}

const leaf = (command: unknown): CommandLeaf => ({ summary: "", load: () => Promise.resolve(command) });

const helm: CommandGroup = {
  summary: "",
  commands: {
    template: leaf(template),
    lint: leaf(lint),
    show: {
      summary: "",
      commands: {
        chart: leaf(showChart),
        values: leaf(showValues),
        readme: leaf(showReadme),
        crds: leaf(showCrds),
        all: leaf(showAll),
      },
    },
  },
};

async function run(args: readonly string[]): Promise<string> {
  let stdout = "";
  let stderr = "";
  const io: Io = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    stdin: () => Promise.resolve(""),
    env: {},
    cwd: fileURLToPath(new URL("charts", testdata)),
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  const exit = await runLine(helm, "helm", args, io);
  return `exit ${exit}\n${stdout}=== stderr\n${stderr}`;
}
