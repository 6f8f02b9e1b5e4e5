import assert from "node:assert/strict";
import { test } from "node:test";
import { selectGarbage, type StoredFile } from "./artifact.ts";

const retention = { ttl: 60_000, records: 2 };
const file = (name: string, age: number): StoredFile => ({ name, writtenAt: 1_000_000 - age });

const cases: readonly { name: string; files: readonly StoredFile[]; want: readonly string[] }[] = [
  { name: "keeps a lone current file of any age", files: [file("now", 900_000)], want: [] },
  { name: "keeps a young predecessor", files: [file("old", 5_000), file("now", 0)], want: [] },
  { name: "drops a predecessor past its time to live", files: [file("old", 60_001), file("now", 0)], want: ["old"] },
  {
    name: "drops the oldest beyond the number of records, however young",
    files: [file("b", 2_000), file("a", 3_000), file("now", 0)],
    want: ["a"],
  },
  {
    name: "never drops the current file, even when it is the oldest",
    files: [file("now", 90_000), file("a", 2_000), file("b", 1_000)],
    want: ["a"],
  },
  {
    name: "counts what has expired before it looks at the records",
    files: [file("a", 70_000), file("b", 1_000), file("now", 0)],
    want: ["a"],
  },
];
for (const { name, files, want } of cases)
  test(`selectGarbage() ${name}`, () => {
    assert.deepEqual(selectGarbage(files, { current: "now", now: 1_000_000, retention }), want);
  });
