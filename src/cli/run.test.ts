import assert from "node:assert/strict";
import { test } from "node:test";
import { type CommandGroup, defineCommand, type Io } from "./command.ts";
import { runLine } from "./run.ts";

const list = defineCommand({
  name: "list",
  usage: "tool list",
  summary: "",
  flags: {
    namespace: { type: "string", short: "n", help: "" },
    debug: { type: "boolean", help: "" },
    wait: { type: "optional", bare: "x", default: "", help: "" },
  },
  run: async ({ flags, args, io }) => {
    io.stdout(`${flags.namespace} ${flags.debug} ${args.join(",")}`);
    return 0;
  },
});
const root: CommandGroup = {
  summary: "",
  switches: ["--debug"],
  commands: { list: { summary: "", load: async () => list } },
};

const cases = [
  { name: "finds a command behind a flag and its value", line: ["-n", "apps", "list", "a"], want: "apps false a" },
  { name: "finds it behind a long flag and its value", line: ["--namespace", "apps", "list"], want: "apps false " },
  { name: "finds it behind a flag that holds its value", line: ["--namespace=apps", "list"], want: "apps false " },
  { name: "finds it behind a short flag that holds its value", line: ["-napps", "list"], want: "apps false " },
  { name: "finds it behind a flag without a value", line: ["--debug", "list", "a"], want: " true a" },
  { name: "finds it in front", line: ["list", "-n", "list", "a"], want: "list false a" },
];

for (const { name, line, want } of cases) {
  test(`runLine() ${name}`, async () => {
    let printed = "";
    const io: Io = {
      stdout: (text) => void (printed += text),
      stderr: (text) => void (printed += text),
      stdin: async () => "",
      env: {},
      cwd: "/",
      isTerminal: false,
      signal: new AbortController().signal,
      now: () => new Date(0),
    };
    assert.equal(await runLine(root, "tool", line, io), 0);
    assert.equal(printed, want);
  });
}
