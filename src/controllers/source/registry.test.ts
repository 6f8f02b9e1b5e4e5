import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, HelmChart, HelmRepository, OCIRepository } from "../../api/index.ts";
import { readTarGz, writeTarGz } from "../../base/node/tar.ts";
import { openRepository, parseReference, pushArtifact } from "../../oci/index.ts";
import { platformFetch, startRegistry, withoutRegistry } from "../../oci/testing/registry.ts";
import { chartLayerType } from "../../sources/index.ts";
import { startWorld, type World } from "./testing/world.ts";

const user = { username: "me", password: "pass" };
const chart = (version: string): Uint8Array =>
  writeTarGz([
    { path: "web/Chart.yaml", content: `apiVersion: v2\nname: web\nversion: ${version}\n` },
    { path: "web/values.yaml", content: "replicas: 1\n" },
  ]);

async function push(host: string, tag: string, content: Uint8Array, annotations?: Readonly<Record<string, string>>) {
  const keychain = () => ({ type: "basic", ...user }) as const;
  const repository = openRepository(parseReference(`${host}/charts/web`), {
    fetch: platformFetch,
    plainHttp: true,
    keychain,
  });
  return pushArtifact(repository, {
    tag,
    config: { content: new TextEncoder().encode("{}"), mediaType: "application/vnd.cncf.helm.config.v1+json" },
    layers: [{ content, mediaType: chartLayerType }],
    ...(annotations === undefined ? {} : { annotations }),
  });
}

async function createPullSecret(world: World, host: string): Promise<void> {
  const config = JSON.stringify({ auths: { [host]: { username: user.username, password: user.password } } });
  await world.client.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "pull", namespace: "apps" },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(config).toString("base64") },
  });
}

const readyOf = (object: OCIRepository | HelmChart): string => {
  const ready = findCondition(object.status?.conditions, "Ready");
  return `${ready?.status} ${ready?.reason}: ${ready?.message}`;
};

test("OCIRepository: a tag, a version and a digest become artifacts", { skip: withoutRegistry }, async (t) => {
  const host = await startRegistry(t, user);
  const origin = { "org.opencontainers.image.source": "https://x", "org.opencontainers.image.revision": "main@sha1:1" };
  const first = await push(host, "1.0.0", chart("1.0.0"), origin);
  const second = await push(host, "1.1.0_b1", chart("1.1.0+b1"));
  const world = await startWorld(t);
  await createPullSecret(world, host);
  const common = { url: `oci://${host}/charts/web`, interval: "1h", secretRef: { name: "pull" } };
  const copy = { layerSelector: { mediaType: chartLayerType, operation: "copy" } };
  await world.create(OCIRepository, "tag", { ...common, ref: { tag: "1.0.0" } });
  await world.create(OCIRepository, "semver", { ...common, ...copy, ref: { semver: ">=1.0.0" } });
  await world.create(OCIRepository, "digest", { ...common, ref: { digest: first.digest } });
  await world.create(OCIRepository, "nothing", { ...common, ref: { tag: "nope" } });
  await world.create(OCIRepository, "stranger", { url: common.url, interval: "1h", ref: { tag: "1.0.0" } });
  await world.create(OCIRepository, "tagged", { ...common, url: `${common.url}:1.0.0` });
  await world.create(OCIRepository, "layer", {
    ...common,
    ref: { tag: "1.0.0" },
    layerSelector: { mediaType: "text/plain" },
  });

  const revisions = { tag: `1.0.0@${first.digest}`, semver: `1.1.0_b1@${second.digest}`, digest: first.digest };
  for (const [name, revision] of Object.entries(revisions)) {
    const stored = await world.until<OCIRepository>(OCIRepository, name, (object) =>
      readyOf(object).startsWith("True"),
    );
    assert.equal(readyOf(stored), `True Succeeded: stored artifact for digest '${revision}'`);
    const { artifact, url } = stored.status ?? {};
    assert.ok(artifact);
    assert.equal(artifact.revision, revision);
    assert.equal(artifact.path, `ocirepository/apps/${name}/${revision.slice(revision.indexOf("sha256:"))}.tar.gz`);
    const served = new Uint8Array(await (await fetch(url ?? "")).arrayBuffer());
    if (name === "semver") assert.deepEqual(Buffer.from(served), Buffer.from(chart("1.1.0+b1")));
    else
      assert.deepEqual(
        readTarGz(served).map(({ path }) => path),
        ["web", "web/Chart.yaml", "web/values.yaml"],
      );
  }
  const [event] = await world.events("tag");
  assert.equal(
    event?.message,
    `stored artifact with revision '${revisions.tag}' from '${common.url}', origin source 'https://x', origin revision 'main@sha1:1'`,
  );

  const failures = {
    nothing:
      /^False OCIArtifactPullFailed: failed to determine artifact digest: GET http:\/\/127\.0\.0\.1:\d+\/v2\/charts\/web\/manifests\/nope: MANIFEST_UNKNOWN: manifest unknown; map\[Tag:nope\]$/,
    stranger:
      /^False OCIArtifactPullFailed: failed to determine artifact digest: GET http:.*manifests\/1\.0\.0: UNAUTHORIZED: authentication required; \[map\[Action:pull Class: Name:charts\/web Type:repository\]\]$/,
    tagged:
      /^False URLInvalid: URL validation failed for '.*': repository can only contain the characters `[a-z0-9_./-]+`: charts\/web:1\.0\.0$/,
    layer: /^False OCIArtifactLayerOperationFailed: failed to find layer with media type 'text\/plain' in artifact$/,
  };
  for (const [name, want] of Object.entries(failures)) {
    const failed = await world.until<OCIRepository>(OCIRepository, name, (object) =>
      readyOf(object).startsWith("False"),
    );
    assert.match(readyOf(failed), want);
  }
});

test("HelmChart: pulls from a registry", { skip: withoutRegistry }, async (t) => {
  const host = await startRegistry(t, user);
  await push(host, "1.0.0", chart("1.0.0"));
  await push(host, "1.1.0_b1", chart("1.1.0+b1"));
  const world = await startWorld(t);
  await createPullSecret(world, host);
  const url = `oci://${host}/charts`;
  await world.create(HelmRepository, "charts", { url, type: "oci", insecure: true, secretRef: { name: "pull" } });
  await world.create(HelmRepository, "strangers", { url, type: "oci", insecure: true });
  const from = (name: string) => ({ interval: "1h", chart: "web", sourceRef: { kind: "HelmRepository", name } });
  await world.create(HelmChart, "exact", { ...from("charts"), version: "1.0.0" });
  await world.create(HelmChart, "range", { ...from("charts"), version: "1.x" });
  await world.create(HelmChart, "none", { ...from("charts"), version: ">2" });
  await world.create(HelmChart, "stranger", { ...from("strangers"), version: "1.0.0" });
  for (const [name, version] of Object.entries({ exact: "1.0.0", range: "1.1.0+b1" })) {
    const pulled = await world.until<HelmChart>(HelmChart, name, (object) => readyOf(object).startsWith("True"));
    assert.equal(readyOf(pulled), `True ChartPullSucceeded: pulled 'web' chart with version '${version}'`);
    assert.equal(pulled.status?.artifact?.revision, version);
  }
  const failures = {
    none: /^False ChartPullError: chart pull error: failed to get chart version for remote reference: could not locate a version matching provided version string >2$/,
    stranger:
      /^False AuthenticationFailed: failed to authenticate with the Helm repository: chart pull error: failed to download chart for remote reference: failed to get 'oci:.*charts\/web:1\.0\.0': failed to perform "FetchReference" on source: GET "http:.*manifests\/1\.0\.0": basic credential not found$/,
  };
  for (const [name, want] of Object.entries(failures)) {
    const failed = await world.until<HelmChart>(HelmChart, name, (object) => readyOf(object).startsWith("False"));
    assert.match(readyOf(failed), want);
  }
});
