import assert from "node:assert/strict";
import { test } from "node:test";
import { makeIndex } from "../testing/large-index.ts";
import { convertIndex, readStoredVersions } from "./index-steps.ts";
import { selectChartVersion } from "./select-version.ts";

const digest = "a".repeat(64);

// `npm run bench:sources -- --entries 100000 --megabytes 52.4` does the same with an index fifty times as large.
for (const [what, size] of [
  ["with what bitnami's have", 2_400_000],
  ["with what a chart needs", 1_048_576],
] as const)
  test(`convertIndex() reads an index of 2,000 entries ${what} in steps, as it is and as it was stored`, async () => {
    const text = makeIndex({ charts: 100, versionsOfEach: 20, size, digest });
    assert.ok(text.length <= size && text.length > size * 0.99, String(text.length));
    let parts = 0;
    let stored = "";
    const { index } = await convertIndex(text, async (written) => {
      for await (const part of written) {
        parts += 1;
        stored += part;
      }
    });
    assert.ok(parts > 6, `${parts} parts`);
    assert.deepEqual(await readStoredVersions(stored), index);
    assert.equal(index.entries.size, 100);
    assert.equal(selectChartVersion(index, "chart-99", "*").version, "1.19.0");
    assert.equal(selectChartVersion(index, "chart-0", "~1.7.0").digest, digest);
  });

test("makeIndex() refuses a size that not even bare entries fit into", () => {
  assert.throws(() => makeIndex({ charts: 100, versionsOfEach: 20, size: 100_000, digest }), /2000 entries in 100000/);
});
