import assert from "node:assert/strict";
import { test } from "node:test";
import { warningsOf } from "./warnings.ts";

const cases = [
  { name: "gives none without the header", header: undefined, want: [] },
  { name: "gives what is quoted", header: '299 - "unknown field \\"spec.x\\""', want: ['unknown field "spec.x"'] },
  { name: "gives each of several", header: '299 - "a, b", 299 - "c\\\\d"', want: ["a, b", "c\\d"] },
  { name: "leaves out what a proxy warns of", header: '110 proxy "stale", 299 - "old"', want: ["old"] },
  { name: "gives none of what nobody can read", header: '299 - "open', want: [] },
];

for (const { name, header, want } of cases) {
  test(`warningsOf() ${name}`, () => {
    assert.deepEqual(warningsOf(new Headers(header === undefined ? {} : { warning: header })), want);
  });
}
