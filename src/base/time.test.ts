import assert from "node:assert/strict";
import { test } from "node:test";
import {
  compareMoments,
  formatMicroTime,
  formatRfc3339,
  formatRfc3339Nano,
  parseMoment,
  toDate,
  toMoment,
  tryParseMoment,
} from "./time.ts";

const times = [
  { text: "2026-11-25T04:00:00Z", seconds: "2026-11-25T04:00:00Z", nano: "2026-11-25T04:00:00Z" },
  {
    text: "2026-11-25T04:00:00.123456789+02:00",
    seconds: "2026-11-25T04:00:00+02:00",
    nano: "2026-11-25T04:00:00.123456789+02:00",
  },
  {
    text: "2026-11-25T04:00:00.1200-05:30",
    seconds: "2026-11-25T04:00:00-05:30",
    nano: "2026-11-25T04:00:00.12-05:30",
  },
  { text: "0001-01-01T00:00:00Z", seconds: "0001-01-01T00:00:00Z", nano: "0001-01-01T00:00:00Z" },
];
for (const { text, seconds, nano } of times) {
  test(`parseMoment() reads ${text} and the writers print it as Go does`, () => {
    const moment = parseMoment(text);
    assert.equal(formatRfc3339(moment), seconds);
    assert.equal(formatRfc3339Nano(moment), nano);
  });
}

for (const text of ["", "2026-11-25", "2026-02-30T00:00:00Z", "2026-11-25T24:00:00Z", "2026-11-25T04:00:00", "x"]) {
  test(`tryParseMoment() refuses ${JSON.stringify(text)}`, () => {
    assert.equal(tryParseMoment(text), undefined);
    assert.throws(() => parseMoment(text), { code: "time" });
  });
}

test("toMoment() and toDate() are each other's inverse to the millisecond", () => {
  const date = new Date("2026-11-25T04:00:00.007Z");
  assert.equal(toDate(toMoment(date)).getTime(), date.getTime());
  assert.equal(formatRfc3339Nano(date), "2026-11-25T04:00:00.007Z");
  assert.equal(formatMicroTime(date), "2026-11-25T04:00:00.007000Z");
  assert.equal(formatRfc3339(new Date(-1)), "1969-12-31T23:59:59Z");
});

test("compareMoments() looks through zones", () => {
  assert.equal(compareMoments(parseMoment("2026-01-01T02:00:00+02:00"), parseMoment("2026-01-01T00:00:00Z")), 0);
});
