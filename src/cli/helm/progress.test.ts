import assert from "node:assert/strict";
import { test } from "node:test";
import type { WaitProgress } from "../../release/index.ts";
import type { Io } from "../command.ts";
import { progressLine, progressOn } from "./progress.ts";

const waiting = (message: string, goal: WaitProgress["goal"] = "ready"): WaitProgress => ({
  goal,
  total: 5,
  pending: [
    {
      target: { apiVersion: "apps/v1", kind: "Deployment", namespace: "apps", name: "web" },
      readiness: { status: "InProgress", message },
    },
  ],
});

const cases = [
  {
    name: "tells how many are missing, and why the first",
    of: waiting("Available: 0/1"),
    want: "1 of 5 not ready: Deployment/web: Available: 0/1",
  },
  { name: "tells of what nothing is known yet", of: waiting(""), want: "1 of 5 not ready: Deployment/web" },
  { name: "tells of hooks", of: waiting("", "complete"), want: "1 of 5 not complete: Deployment/web" },
  { name: "tells of deletion", of: waiting("", "gone"), want: "1 of 5 still there: Deployment/web" },
  { name: "is empty when nothing is missing", of: { ...waiting(""), pending: [] }, want: "" },
  {
    name: "keeps what an object says on its line",
    of: waiting("a\n\x1b[2Jb"),
    want: "1 of 5 not ready: Deployment/web: a [2Jb",
  },
];
for (const { name, of, want } of cases) {
  test(`progressLine() ${name}`, () => assert.equal(progressLine(of), want));
}

test("progressLine() fits on a line", () => {
  assert.equal(progressLine(waiting("long ".repeat(50))).length, 79);
});

test("progressOn() draws a line over, and leaves none behind", () => {
  const printed: string[] = [];
  const io = { isTerminal: true, stderr: (text: string) => void printed.push(text) } as unknown as Io;
  const show = progressOn(io);
  for (const message of ["a", "a", "b"]) show?.(waiting(message));
  show?.(undefined);
  show?.(undefined);
  const line = (message: string) => `\r\x1b[2K1 of 5 not ready: Deployment/web: ${message}`;
  assert.deepEqual(printed, [line("a"), line("b"), "\r\x1b[2K"]);
});

test("progressOn() is silent where nobody looks", () => {
  assert.equal(progressOn({ isTerminal: false } as unknown as Io), undefined);
});
