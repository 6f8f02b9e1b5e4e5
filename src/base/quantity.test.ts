import assert from "node:assert/strict";
import { test } from "node:test";
import { compareQuantities, formatQuantity, parseQuantity, tryParseQuantity } from "./quantity.ts";
import recorded from "./testdata/quantities.json" with { type: "json" };

interface Row {
  readonly text: string;
  readonly error?: string;
  readonly formatted?: string;
}

for (const { text, error, formatted } of recorded as readonly Row[]) {
  test(`parseQuantity() reads ${JSON.stringify(text)} as apimachinery does`, () => {
    if (error === undefined) assert.equal(formatQuantity(parseQuantity(text)), formatted);
    else {
      assert.throws(() => parseQuantity(text), { code: "quantity", message: error });
      assert.equal(tryParseQuantity(text), undefined);
    }
  });
}

test("compareQuantities() compares across suffixes", () => {
  assert.equal(compareQuantities(parseQuantity("1Gi"), parseQuantity("1024Mi")), 0);
  assert.ok(compareQuantities(parseQuantity("999m"), parseQuantity("1")) < 0);
});
