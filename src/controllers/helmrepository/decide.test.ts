import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "./decide.ts";
import type { Observation } from "./observe.ts";
import { humanSize } from "./status.ts";

const artifact = {
  digest: "sha256:a",
  path: "p",
  url: "u",
  revision: "sha256:1",
  lastUpdateTime: "2026-11-25T09:00:00Z",
};
const fetched = { seen: "fetched", revision: "sha256:2", index: { text: "", revision: "sha256:2" } } as const;
const isNew = { action: "store", index: fetched.index, because: "new index revision 'sha256:2'" };
const isOld = { action: "keep", because: "artifact up-to-date with remote revision: 'sha256:2'" };
const cases: readonly { name: string; seen: Observation; stored: typeof artifact | undefined; want: unknown }[] = [
  { name: "stores a first index", seen: fetched, stored: undefined, want: isNew },
  { name: "stores a changed index", seen: fetched, stored: artifact, want: isNew },
  { name: "keeps an index that it has", seen: fetched, stored: { ...artifact, revision: "sha256:2" }, want: isOld },
  {
    name: "keeps an index that the server calls unchanged",
    seen: { seen: "unchanged", revision: "sha256:2" },
    stored: { ...artifact, revision: "sha256:2" },
    want: isOld,
  },
];
for (const { name, seen, stored, want } of cases)
  test(`decide() ${name}`, () => assert.deepEqual(decide(seen, stored), want));

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
