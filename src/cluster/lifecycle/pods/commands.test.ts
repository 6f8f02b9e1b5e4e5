import assert from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf } from "./commands.ts";

const sh = (script: string) => ["sh", "-c", script];
const cases: readonly {
  readonly name: string;
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly exitCode?: number;
  readonly seconds?: number;
  readonly output?: readonly string[];
}[] = [
  { name: "knows nothing of a program", command: ["nginx", "-g", "daemon off;"] },
  { name: "knows nothing of no command", command: [] },
  { name: "reads false", command: ["false"], exitCode: 1 },
  { name: "reads true with its path", command: ["/bin/true"], exitCode: 0 },
  { name: "takes exit for a shell's word only", command: ["exit", "1"] },
  { name: "reads exit in a script", command: sh("exit 3"), exitCode: 3 },
  { name: "reads the script from args", command: ["/bin/bash", "-ec"], args: ["exit 1"], exitCode: 1 },
  { name: "stops at exit", command: sh("exit 2; sleep 10; echo no"), exitCode: 2 },
  { name: "adds sleeps up", command: sh("sleep 1; sleep 2m && sleep 0.5"), exitCode: 0, seconds: 121.5 },
  { name: "reads sleep alone", command: ["sleep", "30"], exitCode: 0, seconds: 30 },
  {
    name: "never ends an infinite sleep",
    command: ["sleep", "infinity"],
    exitCode: 0,
    seconds: Number.POSITIVE_INFINITY,
  },
  { name: "prints what is echoed", command: sh("echo 'one two'; echo three"), output: ["one two", "three"] },
  { name: "goes by the last statement", command: sh("false; wget example.com") },
  { name: "takes what stands before || to work", command: sh("wget example.com || exit 1") },
  { name: "does not enter branches", command: sh("if test -f x; then\n  exit 1\nfi\necho done"), output: ["done"] },
  { name: "does not enter loops", command: sh("while true; do\nsleep 5\ndone") },
  { name: "skips comments and set", command: sh("# exit 1\nset -e\nexit 0"), exitCode: 0 },
];

for (const { name, command, args = [], exitCode, seconds = 0, output = [] } of cases) {
  test(`outcomeOf() ${name}`, () => {
    assert.deepEqual(outcomeOf({ name: "c", command, args }), { exitCode, seconds, output });
  });
}
