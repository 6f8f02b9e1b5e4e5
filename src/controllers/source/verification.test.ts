import assert from "node:assert/strict";
import { test } from "node:test";
import { findCondition, HelmChart, HelmRepository, OCIRepository } from "../../api/index.ts";
import { writeTarGz } from "../../base/node/tar.ts";
import { type Descriptor, openRepository, parseReference, type Repository } from "../../oci/index.ts";
import { createAuthority, newKey, pemOf } from "../../oci/signatures/testing/certificates.ts";
import { pushNotation } from "../../oci/signatures/testing/notation.ts";
import {
  annotationsByKey,
  bundleByKey,
  payloadFor,
  pushBundle,
  pushTagged,
  statementFor,
} from "../../oci/signatures/testing/publish.ts";
import { createTestSigstore } from "../../oci/signatures/testing/sigstore.ts";
import { platformFetch, startEmbeddedRegistry } from "../../oci/testing/registry.ts";
import { makeUpdates } from "../../oci/testing/update-repository.ts";
import { pushChart } from "../../sources/index.ts";
import { startWorld, type World } from "./testing/world.ts";

const ours = newKey();
const theirs = newKey();
const pem = (key: typeof ours): string => key.publicKey.export({ type: "spki", format: "pem" }).toString();
const from = new Date(Date.now() - 24 * 60 * 60 * 1000);
const until = new Date(Date.now() + 365 * 24 * 60 * 60 * 1000);

async function pushWeb(host: string, name = "web"): Promise<{ repository: Repository; manifest: Descriptor }> {
  const repository = openRepository(parseReference(`${host}/charts/${name}`), {
    fetch: platformFetch,
    plainHttp: true,
  });
  const metadata = { apiVersion: "v2", name, version: "1.0.0" };
  const text = `apiVersion: v2\nname: ${name}\nversion: 1.0.0\n`;
  const archive = writeTarGz([{ path: `${name}/Chart.yaml`, content: text }]);
  const { manifest } = await pushChart(repository, { archive, metadata, created: from });
  return { repository, manifest };
}

async function createSecret(world: World, name: string, data: Readonly<Record<string, string>>): Promise<void> {
  await world.client.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: "apps" },
    data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
  } as Parameters<World["client"]["create"]>[0]);
}

const conditionOf = (object: OCIRepository | HelmChart, type: string): string => {
  const found = findCondition(object.status?.conditions, type);
  return found === undefined ? "absent" : `${found.status} ${found.reason}: ${found.message}`;
};
const isSettled = (object: OCIRepository | HelmChart): boolean =>
  ["True", "False"].includes(findCondition(object.status?.conditions, "Ready")?.status ?? "");

const policy = JSON.stringify({
  version: "1.0",
  trustPolicies: [
    {
      name: "all",
      registryScopes: ["*"],
      signatureVerification: { level: "strict" },
      trustStores: ["ca:certs"],
      trustedIdentities: ["*"],
    },
  ],
});

test("OCIRepository: is stored when who is trusted signed it, and only then", async (t) => {
  const host = await startEmbeddedRegistry(t);
  const { repository, manifest } = await pushWeb(host);
  const payload = payloadFor(manifest.digest);
  await pushTagged(repository, manifest.digest, [{ payload, annotations: annotationsByKey(ours, payload) }]);
  const authority = createAuthority({ C: "DE", ST: "B", O: "test" }, from, until);
  await pushNotation(repository, manifest, { authority, from, until });
  const keyless = await pushWeb(host, "keyless");
  const sigstore = createTestSigstore(from, until);
  const who = {
    email: "dev@example.test",
    issuer: "https://accounts.example.test",
    at: new Date(from.getTime() + 3_600_000),
  };
  await pushBundle(
    keyless.repository,
    keyless.manifest,
    sigstore.signStatement(statementFor(keyless.manifest.digest), who),
  );

  const updates = makeUpdates(sigstore.trustedRoot);
  const rootSource = { fetch: updates.fetch, repository: async () => updates.repository };
  const world = await startWorld(t, { rootSource });
  await createSecret(world, "ours", { "ours.pub": pem(ours), "other.pub": pem(theirs) });
  await createSecret(world, "theirs", { "theirs.pub": pem(theirs) });
  await createSecret(world, "broken", { "broken.pub": "nonsense" });
  await createSecret(world, "notation", { "trustpolicy.json": policy, "ca.crt": pemOf(authority.certificate) });
  await createSecret(world, "root", { "trusted_root.json": sigstore.trustedRoot });
  const url = `oci://${host}/charts/web`;
  const create = (name: string, verify: unknown, at = url): Promise<unknown> =>
    world.create(OCIRepository, name, { url: at, interval: "1h", ref: { tag: "1.0.0" }, verify });
  const root = { trustedRootSecretRef: { name: "root" } };
  const identity = (subject: string) => ({ matchOIDCIdentity: [{ issuer: "^https://accounts", subject }] });
  await create("key", { provider: "cosign", secretRef: { name: "ours" } });
  await create("notation", { provider: "notation", secretRef: { name: "notation" } });
  await create("keyless", { provider: "cosign", ...root, ...identity("^dev@example") }, `${url.slice(0, -3)}keyless`);
  await create("stranger", { provider: "cosign", ...root, ...identity("^eve@") }, `${url.slice(0, -3)}keyless`);
  await create("other", { provider: "cosign", secretRef: { name: "theirs" } });
  await create("missing", { provider: "cosign", secretRef: { name: "nobody" } });
  await create("broken", { provider: "cosign", secretRef: { name: "broken" } });
  await create("public", { provider: "cosign", ...identity("^dev@example") }, `${url.slice(0, -3)}keyless`);
  await create("policyless", { provider: "notation", secretRef: { name: "ours" } });

  const shown = `${host}/charts/web@${manifest.digest}`;
  const verified = (digest: string): string => `True Succeeded: verified signature of revision 1.0.0@${digest}`;
  const because = (provider: string, why: string): string =>
    `False VerificationError: failed to verify the signature using provider '${provider}': ${why}`;
  const want = {
    key: verified(manifest.digest),
    notation: verified(manifest.digest),
    keyless: verified(keyless.manifest.digest),
    stranger: because(
      "cosign keyless",
      'no matching attestations: failed to verify certificate identity: no matching CertificateIdentity found, last error: expected SAN value to match regex "^eve@", got "dev@example.test"',
    ),
    other: because("cosign", `no matching signatures were found for '${shown}'`),
    missing: because("cosign", 'secrets "nobody" not found'),
    broken: because("cosign", "PEM decoding failed"),
    public: verified(keyless.manifest.digest),
    policyless: because("notation", "'trustpolicy.json' not found in secret 'apps/ours'"),
  };
  for (const [name, condition] of Object.entries(want)) {
    const settled = await world.until<OCIRepository>(OCIRepository, name, isSettled);
    assert.equal(conditionOf(settled, "SourceVerified"), condition, name);
    if (condition.startsWith("False")) {
      assert.equal(conditionOf(settled, "Ready"), condition);
      assert.equal(settled.status?.artifact, undefined);
    } else assert.match(conditionOf(settled, "Ready"), /^True Succeeded: stored artifact for digest/);
  }
});

test("HelmChart: is built when who is trusted signed it, and only then", async (t) => {
  const host = await startEmbeddedRegistry(t);
  const signed = await pushWeb(host);
  await pushBundle(signed.repository, signed.manifest, bundleByKey(ours, statementFor(signed.manifest.digest)));
  await pushWeb(host, "unsigned");
  const world = await startWorld(t);
  await createSecret(world, "ours", { "ours.pub": pem(ours) });
  await createSecret(world, "keyless", { other: "" });
  await world.create(HelmRepository, "charts", { url: `oci://${host}/charts`, type: "oci", insecure: true });
  const create = (name: string, chart: string, verify: unknown): Promise<unknown> =>
    world.create(HelmChart, name, {
      interval: "1h",
      chart,
      version: "1.0.0",
      sourceRef: { kind: "HelmRepository", name: "charts" },
      verify,
    });
  await create("signed", "web", { provider: "cosign", secretRef: { name: "ours" } });
  await create("unsigned", "unsigned", { provider: "cosign", secretRef: { name: "ours" } });
  await create("keyless", "web", { provider: "cosign", secretRef: { name: "keyless" } });

  const good = await world.until<HelmChart>(HelmChart, "signed", isSettled);
  assert.equal(conditionOf(good, "SourceVerified"), "True Succeeded: verified signature of version 1.0.0");
  assert.equal(conditionOf(good, "Ready"), "True ChartPullSucceeded: pulled 'web' chart with version '1.0.0'");

  const bad = await world.until<HelmChart>(HelmChart, "unsigned", isSettled);
  const why = `chart verification error: failed to verify oci://${host}/charts/unsigned:1.0.0: no signatures found`;
  assert.equal(conditionOf(bad, "SourceVerified"), `False VerificationError: ${why}`);
  assert.equal(conditionOf(bad, "BuildFailed"), `True ChartVerificationError: ${why}`);
  assert.equal(bad.status?.artifact, undefined);

  const without = await world.until<HelmChart>(HelmChart, "keyless", isSettled);
  assert.equal(
    conditionOf(without, "Ready"),
    "False VerificationError: failed to verify the signature using provider 'cosign': no public keys found in secret 'apps/keyless'",
  );
});
