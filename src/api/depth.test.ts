import assert from "node:assert/strict";
import { test } from "node:test";
import { assertDepth } from "./depth.ts";

const nested = (depth: number) => JSON.parse("[".repeat(depth) + "]".repeat(depth)) as unknown;

test("assertDepth() lets objects pass and refuses towers of brackets", () => {
  assertDepth({ a: [1, { b: null }], c: "x" });
  assertDepth(nested(500));
  assert.throws(() => assertDepth(nested(200_000)), { code: "BadRequest", message: "exceeded max depth" });
});
