import type { Published } from "../chart-folder.ts";
import {
  at,
  beginSource,
  change,
  chart,
  condition,
  extraMap,
  hasReason,
  isObserved,
  isStalled,
  release,
  request,
  requestSource,
  source,
} from "../release.ts";
import type { Actor, Scenario } from "../scenario.ts";

/** Releases of charts that other people's objects hold. */
export const chartRefs: readonly Scenario[] = [
  {
    name: "chart-ref-to-an-oci-repository",
    async play(actor) {
      await beginRegistry(actor);
      await create(actor, "OCIRepository");
      await actor.until("the install", at(1));
      await actor.mark("installed");
      await actor.push("web", "1.1.0", chart());
      await actor.patch(source, "OCIRepository", "mine", { spec: { ref: { tag: "1.1.0" } } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
      await actor.push("web", "1.1.0", chart(extraMap));
      await requestSource(actor, "OCIRepository", "mine");
      await actor.until("the upgrade", at(3));
      await actor.mark("another build of the same version");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.untilThere(source, "OCIRepository", "mine");
      await actor.mark("gone");
    },
  },
  {
    name: "chart-ref-to-a-tag-of-another-version",
    repeats: true,
    async play(actor) {
      await beginRegistry(actor, "2.0.0");
      await create(actor, "OCIRepository");
      await actor.until("the refusal", hasReason("Ready", "ChartMutateError"));
      await change(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await actor.mark("refused");
      await actor.patch(source, "OCIRepository", "mine", { spec: { ref: { tag: "latest" } } });
      await actor.push("web", "1.0.0", chart(), "latest");
      await requestSource(actor, "OCIRepository", "mine");
      await change(actor, { suspend: null });
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "chart-ref-to-an-extracted-chart",
    async play(actor) {
      await beginRegistry(actor, "1.0.0", { operation: "extract" });
      await create(actor, "OCIRepository");
      await actor.until("the install", at(1));
      await actor.mark("installed");
    },
  },
  {
    name: "chart-ref-to-a-helm-chart",
    async play(actor) {
      await create(actor, "HelmChart");
      await actor.until("the failure", hasReason("Ready", "ArtifactFailed"));
      await actor.mark("missing");
      await beginSource(actor);
      const sourceRef = { kind: "HelmRepository", name: "charts" };
      await actor.create({
        apiVersion: source,
        kind: "HelmChart",
        metadata: { name: "mine" },
        spec: { interval: "1h", chart: "web", version: "1.0.0", sourceRef },
      });
      await actor.untilThere(source, "HelmChart", "mine", ({ status }) => JSON.stringify(status).includes("artifact"));
      await request(actor, "1");
      await actor.until("the install", (object) => at(1)(object) && object.status?.lastHandledReconcileAt === "1");
      await actor.mark("installed");
      await actor.publish("web", "1.1.0", chart(extraMap));
      await requestSource(actor, "HelmRepository", "charts");
      await actor.patch(source, "HelmChart", "mine", { spec: { version: "1.1.0" } });
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded");
      await actor.remove(release, "HelmRelease", "web");
      await actor.untilGone(release, "HelmRelease", "web");
      await actor.untilThere(source, "HelmChart", "mine");
      await actor.mark("gone");
    },
  },
  {
    name: "chart-ref-to-an-external-artifact-without-the-gate",
    async play(actor) {
      await beginArtifact(actor, await actor.publish("web", "1.0.0", chart()));
      await create(actor, "ExternalArtifact");
      await actor.until("the refusal", isStalled);
      await actor.mark("refused");
    },
  },
  {
    name: "chart-ref-to-an-external-artifact",
    flags: ["--feature-gates=ExternalArtifact=true"],
    async play(actor) {
      await create(actor, "ExternalArtifact");
      await actor.until("the failure", (object) => condition(object, "Ready")?.status === "False");
      await actor.mark("missing");
      await beginArtifact(actor, await actor.publish("web", "1.0.0", chart()));
      await request(actor, "1");
      await actor.until("the install", (object) => at(1)(object) && object.status?.lastHandledReconcileAt === "1");
      await actor.mark("installed");
      const next = await actor.publish("web", "1.1.0", chart(extraMap));
      await setArtifact(actor, next, `latest@${next.digest}`);
      await actor.until("the upgrade", at(2));
      await actor.mark("upgraded by digest");
    },
  },
  {
    name: "external-artifact-of-another-digest",
    flags: ["--feature-gates=ExternalArtifact=true"],
    repeats: true,
    async play(actor) {
      const { url, size } = await actor.publish("web", "1.0.0", chart());
      await beginArtifact(actor, { url, size, digest: `sha256:${"0".repeat(64)}` });
      await create(actor, "ExternalArtifact");
      await actor.until("the failure", hasReason("Ready", "ArtifactFailed"));
      await change(actor, { suspend: true });
      await actor.until("the suspension", isObserved);
      await actor.mark("failed");
    },
  },
];

/** A chart in a registry, and an OCIRepository of it. */
async function beginRegistry(
  actor: Actor,
  tag = "1.0.0",
  { operation = "copy" }: { readonly operation?: "copy" | "extract" } = {},
): Promise<void> {
  const url = await actor.push("web", "1.0.0", chart(), tag);
  const layerSelector = { mediaType: "application/vnd.cncf.helm.chart.content.v1.tar+gzip", operation };
  await actor.create({
    apiVersion: source,
    kind: "OCIRepository",
    metadata: { name: "mine" },
    spec: { interval: "1h", url, insecure: true, ref: { tag }, layerSelector },
  });
}

async function beginArtifact(actor: Actor, published: Published): Promise<void> {
  const sourceRef = { kind: "ConfigMap", name: "somebody" };
  await actor.create({
    apiVersion: source,
    kind: "ExternalArtifact",
    metadata: { name: "mine" },
    spec: { sourceRef },
  });
  await setArtifact(actor, published, "1.0.0");
}

async function setArtifact(actor: Actor, { url, digest, size }: Published, revision: string): Promise<void> {
  const time = "2026-11-25T10:00:00Z";
  const artifact = { url, digest, size, revision, path: "external/web.tgz", lastUpdateTime: time };
  const ready = { type: "Ready", status: "True", reason: "Succeeded", message: "stored", lastTransitionTime: time };
  const patch = { status: { artifact, conditions: [ready] } };
  await actor.patch(source, "ExternalArtifact", "mine", patch, { subresource: "status" });
}

const create = (actor: Actor, kind: "OCIRepository" | "HelmChart" | "ExternalArtifact"): Promise<void> =>
  actor.create({
    apiVersion: release,
    kind: "HelmRelease",
    metadata: { name: "web" },
    spec: { interval: "1h", timeout: "30s", chartRef: { kind, name: "mine" } },
  });
