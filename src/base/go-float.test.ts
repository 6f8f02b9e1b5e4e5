import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFloat, formatFloat32 } from "./go-float.ts";
import recorded from "./testdata/floats.json" with { type: "json" };

for (const [value, wide, narrow] of recorded as unknown as readonly (readonly [number, string, string])[]) {
  test(`formatFloat() prints ${value} as Go does`, () => {
    assert.equal(formatFloat(value), wide);
    assert.equal(formatFloat32(value), narrow);
  });
}
