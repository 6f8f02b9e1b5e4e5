import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "./decide.ts";
import { humanSize } from "./status.ts";

const artifact = {
  digest: "sha256:a",
  path: "p",
  url: "u",
  revision: "sha256:1",
  lastUpdateTime: "2026-11-25T09:00:00Z",
};
const cases = [
  {
    name: "stores a first index",
    stored: undefined,
    want: { action: "store", revision: "sha256:2", because: "new index revision 'sha256:2'" },
  },
  {
    name: "stores a changed index",
    stored: artifact,
    want: { action: "store", revision: "sha256:2", because: "new index revision 'sha256:2'" },
  },
  {
    name: "keeps an unchanged index",
    stored: { ...artifact, revision: "sha256:2" },
    want: { action: "keep", because: "artifact up-to-date with remote revision: 'sha256:2'" },
  },
];
for (const { name, stored, want } of cases)
  test(`decide() ${name}`, () => assert.deepEqual(decide({ revision: "sha256:2" }, stored), want));

// Go: units.HumanSize.
const sizes = [
  [0, "0B"],
  [671, "671B"],
  [1000, "1kB"],
  [49_190, "49.19kB"],
  [1_234_567, "1.235MB"],
  [999_999, "1000kB"],
] as const;
for (const [bytes, want] of sizes)
  test(`humanSize() shows ${bytes} bytes as ${want}`, () => assert.equal(humanSize(bytes), want));
