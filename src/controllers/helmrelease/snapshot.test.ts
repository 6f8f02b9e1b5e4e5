import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { digestAlgorithms } from "../../base/node/digest.ts";
import { decodeRecord } from "../../release/index.ts";
import { snapshotOf, storedReleaseOf } from "./snapshot.ts";

const [recording] = JSON.parse(
  readFileSync(new URL("../../release/testdata/helm-records.json", import.meta.url), "utf8"),
) as readonly { readonly release: string }[];
const record = decodeRecord(recording?.release ?? "");

for (const before of digestAlgorithms)
  for (const now of digestAlgorithms)
    test(`storedReleaseOf() knows a revision of ${before} by it, whatever the algorithm of today, ${now}`, () => {
      const known = snapshotOf(record, { algorithm: before, ociDigest: "sha256:abc" });
      const stored = storedReleaseOf(record, [known], now);
      assert.equal(stored.snapshotDigest, known.digest);
      assert.match(known.digest, new RegExp(`^${before}:[0-9a-f]{40,128}$`));
      assert.ok(stored.configDigest.startsWith(`${now}:`));
      const changed = { ...record, manifest: `${record.manifest}#` };
      assert.notEqual(storedReleaseOf(changed, [known], now).snapshotDigest, known.digest);
    });
