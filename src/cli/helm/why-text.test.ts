import assert from "node:assert/strict";
import { test } from "node:test";
import { ReleaseError } from "../../release/index.ts";
import { textWithReasons } from "./why-text.ts";

const object = { apiVersion: "v1", kind: "Pod", namespace: "apps", name: "web-1" };
const reasons = [{ object, text: 'container "web" exited with code 1 (Error)', log: ["no route", "giving up"] }];
const cases = [
  { name: "an error without reasons", error: new Error("timed out"), want: "timed out" },
  {
    name: "the reasons after helm's words",
    error: new ReleaseError("WaitFailed", "context deadline exceeded", { reasons }),
    want: 'context deadline exceeded\n\nNot ready:\nPod/apps/web-1: container "web" exited with code 1 (Error)\n    no route\n    giving up',
  },
  {
    name: "the reasons that a cause knows",
    error: new ReleaseError("HookFailed", "failed", { cause: new ReleaseError("WaitFailed", "late", { reasons }) }),
    want: 'failed\n\nNot ready:\nPod/apps/web-1: container "web" exited with code 1 (Error)\n    no route\n    giving up',
  },
];
for (const { name, error, want } of cases) {
  test(`textWithReasons() says ${name}`, () => assert.equal(textWithReasons(error), want));
}
