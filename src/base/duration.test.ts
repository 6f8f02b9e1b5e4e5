import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, formatNanoseconds, parseDuration, parseNanoseconds, tryParseDuration } from "./duration.ts";
import recorded from "./testdata/durations.json" with { type: "json" };

interface Row {
  readonly text: string;
  readonly error?: string;
  readonly nanoseconds?: string;
  readonly formatted?: string;
}

for (const { text, error, nanoseconds, formatted } of recorded as readonly Row[]) {
  test(`parseDuration() reads ${JSON.stringify(text)} as Go does`, () => {
    if (error !== undefined) {
      assert.throws(() => parseNanoseconds(text), { code: "duration", message: error });
      assert.equal(tryParseDuration(text), undefined);
      return;
    }
    assert.equal(String(parseNanoseconds(text)), nanoseconds);
    assert.equal(formatNanoseconds(parseNanoseconds(text)), formatted);
  });
}

test("parseDuration() counts in milliseconds and formatDuration() prints them", () => {
  assert.equal(parseDuration("1m30.5s"), 90_500);
  assert.equal(formatDuration(90_500), "1m30.5s");
  assert.equal(formatDuration(0.0025), "2.5µs");
});
