import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type ChartDifference, chartsIn, compareWithHelm } from "./against-helm.ts";
import { drawCase } from "./fuzz/cases.ts";
import { loadSource } from "./fuzz/source.ts";
import { findHelm } from "./helm-program.ts";

const charts = join(import.meta.dirname, "../src/chart/testdata/charts");

test("chartsIn() finds folders and packages, and a folder that is a chart itself", () => {
  assert.ok(chartsIn(charts).includes("web"));
  assert.deepEqual(chartsIn(join(charts, "web")), ["."]);
});

test("findHelm() says where it looked", () => {
  assert.throws(
    () => findHelm({ COX_PEERS: "/nowhere", PATH: "" }),
    /no program "helm4" in \/nowhere\/bin or on the path/,
  );
});

test("drawCase() draws the same run again, and another for another seed", async () => {
  const source = await loadSource(join(charts, "web"));
  assert.deepEqual(drawCase(1, "web", 7, source), drawCase(1, "web", 7, source));
  assert.notDeepEqual(drawCase(1, "web", 7, source), drawCase(2, "web", 7, source));
});

test("charts with drawn values print what helm prints", { skip: withoutHelm() }, async () => {
  const found: ChartDifference[] = [];
  const report = (difference: ChartDifference): void => void found.push(difference);
  const options = { helm: findHelm(), folder: charts, fuzz: 3, seed: 1, charts: ["web", "legacy", "library"], report };
  const { runs, charts: count } = await compareWithHelm(options);
  assert.deepEqual(found, []);
  assert.equal(count, 3);
  assert.equal(runs, 18);
});

function withoutHelm(): string | false {
  try {
    return existsSync(findHelm()) ? false : "helm 4 is not there";
  } catch {
    return "helm 4 is not there";
  }
}
