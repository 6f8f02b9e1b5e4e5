import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, HelmChart, HelmRepository } from "../../api/index.ts";
import { writeTarGz } from "../../base/node/tar.ts";
import { sha256Sync } from "../../base/node/digest.ts";
import { serve } from "../../sources/index.ts";
import { startWorld } from "../source/testing/world.ts";

test("200 HelmCharts of one repository fetch its index once, and each version of a chart once", async (t) => {
  const world = await startWorld(t);
  const archives = Array.from({ length: 10 }, (_, minor) =>
    writeTarGz([
      { path: "web/Chart.yaml", content: `apiVersion: v2\nname: web\nversion: 1.${minor}.0\n` },
      { path: "web/values.yaml", content: "replicas: 1\n" },
    ]),
  );
  const entries = archives.map(
    (archive, minor) =>
      `  - {apiVersion: v2, name: web, version: 1.${minor}.0, digest: ${sha256Sync(archive)}, urls: ["web-1.${minor}.0.tgz"]}`,
  );
  const index = `apiVersion: v1\nentries:\n  web:\n${entries.join("\n")}\n`;
  const requests = new Map<string, number>();
  const server = await serve(async (request) => {
    const { pathname } = new URL(request.url);
    requests.set(pathname, (requests.get(pathname) ?? 0) + 1);
    const minor = /^\/web-1\.(\d)\.0\.tgz$/.exec(pathname)?.[1];
    return new Response(minor === undefined ? index : (archives[Number(minor)] ?? null));
  });
  t.after(() => server.close());
  await world.create(HelmRepository, "charts", { url: server.url, interval: "1h" });
  await world.until<HelmRepository>(HelmRepository, "charts", ({ status }) => status?.artifact !== undefined);
  for (let count = 0; count < 200; count += 1) {
    const spec = {
      chart: "web",
      version: `1.${count % 10}.x`,
      interval: "1h",
      sourceRef: { kind: "HelmRepository", name: "charts" },
      ...(count % 20 < 10 ? {} : { valuesFiles: ["values.yaml"] }),
    };
    await world.create(HelmChart, `web-${count}`, spec);
  }
  for (let count = 0; count < 200; count += 1) {
    const isReady = ({ status }: HelmChart): boolean => findCondition(status?.conditions, "Ready")?.status === "True";
    const chart = await world.until<HelmChart>(HelmChart, `web-${count}`, isReady, 60_000);
    assert.equal(chart.status?.artifact?.revision, `1.${count % 10}.0`);
  }
  const want = Object.fromEntries([["/index.yaml", 1], ...archives.map((_, minor) => [`/web-1.${minor}.0.tgz`, 1])]);
  assert.deepEqual(Object.fromEntries([...requests].toSorted()), want);
});
