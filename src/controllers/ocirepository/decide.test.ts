import assert from "node:assert/strict";
import { test } from "node:test";
import type { OCIRepository } from "../../api/index.ts";
import { chartLayerType } from "../../sources/index.ts";
import { decide, wantedOf } from "./decide.ts";
import { announcementOf, type Status } from "./status.ts";

const objectWith = (spec: Partial<OCIRepository["spec"]>): OCIRepository => ({
  apiVersion: "source.toolkit.fluxcd.io/v1",
  kind: "OCIRepository",
  metadata: { name: "app", namespace: "apps", generation: 1 },
  spec: {
    url: "oci://ghcr.io/org/app",
    interval: "1m",
    timeout: "60s",
    provider: "generic",
    ...spec,
  } as OCIRepository["spec"],
});

const wants = [
  { name: "takes latest where nothing is said", ref: undefined, want: { by: "tag", tag: "latest" } },
  { name: "takes a tag", ref: { tag: "v1" }, want: { by: "tag", tag: "v1" } },
  {
    name: "puts semver before tag",
    ref: { tag: "v1", semver: ">1", semverFilter: "x" },
    want: { by: "semver", range: ">1", filter: "x", isChart: false },
  },
  {
    name: "puts digest before all",
    ref: { tag: "v1", semver: ">1", digest: "sha256:1" },
    want: { by: "digest", digest: "sha256:1" },
  },
];
for (const { name, ref, want } of wants)
  test(`wantedOf() ${name}`, () => assert.deepEqual(wantedOf(objectWith(ref === undefined ? {} : { ref })), want));
test("wantedOf() knows charts by the media type of their layer", () => {
  const wanted = wantedOf(
    objectWith({ ref: { semver: "1.x" }, layerSelector: { mediaType: chartLayerType, operation: "copy" } }),
  );
  assert.deepEqual(wanted, { by: "semver", range: "1.x", isChart: true });
});

const artifact = {
  digest: "sha256:a",
  path: "p",
  url: "u",
  revision: "v1@sha256:1",
  lastUpdateTime: "2026-11-25T09:00:00Z",
};
const selector = { mediaType: chartLayerType, operation: "copy" } as const;
const cases: readonly { name: string; spec?: Partial<OCIRepository["spec"]>; status: Status; want: string }[] = [
  { name: "stores a first revision", status: {}, want: "store new" },
  { name: "stores a moved tag", status: { artifact: { ...artifact, revision: "v1@sha256:0" } }, want: "store new" },
  { name: "keeps the same revision", status: { artifact }, want: "keep" },
  { name: "stores again for other ignore rules", spec: { ignore: "*" }, status: { artifact }, want: "store" },
  { name: "stores again for another layer", spec: { layerSelector: selector }, status: { artifact }, want: "store" },
  {
    name: "keeps the same layer",
    spec: { layerSelector: selector },
    status: { artifact, observedLayerSelector: selector },
    want: "keep",
  },
];
for (const { name, spec = {}, status, want } of cases)
  test(`decide() ${name}`, () => {
    const decision = decide(objectWith(spec), { revision: "v1@sha256:1", reference: "ghcr.io/org/app:v1" }, status);
    assert.notEqual(decision.because, "");
    assert.equal(decision.action === "store" && decision.isNewRevision ? "store new" : decision.action, want);
  });

test("announcementOf() tells the origin where the artifact does", () => {
  const metadata = {
    "org.opencontainers.image.source": "https://x",
    "org.opencontainers.image.revision": "main@sha1:1",
  };
  const plain = "stored artifact with revision 'v1@sha256:1' from 'oci://ghcr.io/org/app'";
  assert.equal(announcementOf(objectWith({}), artifact), plain);
  assert.equal(
    announcementOf(objectWith({}), { ...artifact, metadata }),
    `${plain}, origin source 'https://x', origin revision 'main@sha1:1'`,
  );
});
