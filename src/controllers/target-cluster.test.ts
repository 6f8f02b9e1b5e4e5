import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type KubeObject } from "../api/index.ts";
import { createConcealer } from "./concealment.ts";
import { type Context, createTokenCache } from "./runtime/index.ts";
import { createTargetClusters, type TargetOptions, type TargetSpec } from "./target-cluster.ts";
import { createTokenRequester } from "./token-request.ts";

const owner: KubeObject = { apiVersion: "a/v1", kind: "A", metadata: { name: "web", namespace: "apps" } };

/** A context that knows these objects of the namespace; no more of it is used. */
function contextOf(objects: readonly KubeObject[]): Context {
  const get = ({ kind, name }: { readonly kind: string; readonly name: string }): Promise<KubeObject> => {
    const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
    if (found !== undefined) return Promise.resolve(found);
    const message = `${kind.toLowerCase()}s "${name}" not found`;
    return Promise.reject(new ApiError({ code: 404, reason: "NotFound", message } as never));
  };
  return { client: { get }, signal: new AbortController().signal } as unknown as Context;
}

const secret = (text: string, key = "value"): KubeObject => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "remote" },
  data: { [key]: btoa(text) },
});
const map = (data: Readonly<Record<string, string>>): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "remote" },
  data,
});
const bySecret: TargetSpec = { kubeConfig: { secretRef: { name: "remote" } } };
const byMap: TargetSpec = { kubeConfig: { configMapRef: { name: "remote" } } };
const kubeconfig = `current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: "https://remote.example.com"}}]
users: [{name: a, user: {token: a-token-of-the-other}}]
`;
const expiresAt = new Date("2026-11-25T11:00:00Z");
const requestToken = () => Promise.resolve({ token: "a-requested-token", expiresAt });
const account = (name: string): KubeObject => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } });
const featureGates = new Set(["ObjectLevelWorkloadIdentity"]);

const refusals: readonly {
  readonly name: string;
  readonly spec: TargetSpec;
  readonly objects?: readonly KubeObject[];
  readonly options?: TargetOptions;
  readonly want: string;
}[] = [
  {
    name: "a Secret without the key that is named",
    spec: { kubeConfig: { secretRef: { name: "remote", key: "config" } } },
    objects: [secret(kubeconfig)],
    want: "KubeConfig secret 'apps/remote' does not contain a 'config' key with data",
  },
  {
    name: "a Secret without one of the usual keys",
    spec: bySecret,
    objects: [secret(kubeconfig, "other")],
    want: "KubeConfig secret 'apps/remote' does not contain a 'value' or 'value.yaml' key with data",
  },
  {
    name: "both references at once",
    spec: { kubeConfig: { ...bySecret.kubeConfig, ...byMap.kubeConfig } },
    want: "exactly one of .spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be set",
  },
  {
    name: "an unknown provider",
    spec: byMap,
    objects: [map({ provider: "other" })],
    want: "provider 'other' not implemented",
  },
  {
    name: "a service account without the gate for it",
    spec: byMap,
    objects: [map({ provider: "generic", serviceAccountName: "a", address: "https://remote" }), account("a")],
    options: { requestToken },
    want: "failed to get access token for cluster: ObjectLevelWorkloadIdentity feature gate is not enabled",
  },
  {
    name: "a service account that is not there",
    spec: byMap,
    objects: [map({ provider: "generic", serviceAccountName: "a", address: "https://remote" })],
    options: { requestToken, featureGates },
    want: `failed to get access token for cluster: failed to get service account 'apps/a': serviceaccounts "a" not found`,
  },
  {
    name: "a service account that everybody has to have",
    spec: byMap,
    objects: [map({ provider: "generic", address: "https://remote" })],
    options: { requestToken, featureGates, defaultKubeconfigServiceAccount: "tenant" },
    want: "failed to get access token for cluster: failed to get service account 'apps/tenant': the specified default service account does not exist in the object namespace. your cluster is subject to multi-tenant workload identity lockdown, reach out to your cluster administrator for help",
  },
  {
    name: "a service account in a cloud",
    spec: byMap,
    objects: [map({ provider: "gcp", serviceAccountName: "a" }), account("a")],
    options: { featureGates },
    want: "the identity of a service account in the cloud 'gcp' is not supported",
  },
  {
    name: "a generic provider without an address",
    spec: byMap,
    objects: [map({ provider: "generic", serviceAccountName: "a" }), account("a")],
    options: { requestToken, featureGates },
    want: "cluster address is required to create a REST config",
  },
  {
    name: "an address without TLS",
    spec: byMap,
    objects: [map({ provider: "generic", serviceAccountName: "a", address: "http://remote" }), account("a")],
    options: { requestToken, featureGates },
    want: "failed to parse cluster address http://remote: the Kubernetes API server address 'http://remote' must use https scheme",
  },
  {
    name: "a service account where nobody may be acted as",
    spec: { serviceAccountName: "deployer" },
    want: "cannot act as a service account: impersonation is not set up",
  },
];
for (const { name, spec, objects = [], options = {}, want } of refusals)
  test(`enter() refuses ${name}`, async () => {
    const clusters = createTargetClusters(options);
    await assert.rejects(clusters.enter(owner, spec, contextOf(objects), createConcealer()), { message: want });
  });

test("enter() gives the same client to all who reach a cluster in the same way, and hides the credential", async () => {
  const clusters = createTargetClusters({});
  const concealer = createConcealer();
  const context = contextOf([secret(kubeconfig)]);
  using first = await clusters.enter(owner, bySecret, context, concealer);
  using second = await clusters.enter(owner, bySecret, context, concealer);
  using other = await clusters.enter(owner, { ...bySecret, serviceAccountName: "deployer" }, context, concealer);
  assert.equal(first.context.client, second.context.client);
  assert.notEqual(first.context.client, other.context.client);
  assert.equal(concealer.conceal("Bearer a-token-of-the-other"), "Bearer ***");
});

test("enter() asks for a token of the generic provider's service account, for the address unless audiences are named", async () => {
  const asked: unknown[] = [];
  const clusters = createTargetClusters({
    featureGates,
    tokens: createTokenCache({ maxSize: 10, maxDuration: 3_600_000, now: () => new Date("2026-11-25T10:00:00Z") }),
    requestToken: (who, { audiences }) => {
      asked.push([who, audiences]);
      return requestToken();
    },
  });
  const data = { provider: "generic", serviceAccountName: "deployer", address: "Remote.example.com" };
  const concealer = createConcealer();
  // A token that is good for some time is not asked for again.
  for (const more of [{}, { audiences: "one\n two \n\n" }, {}]) {
    const context = contextOf([map({ ...data, ...more }), account("deployer")]);
    using acting = await clusters.enter(owner, byMap, context, concealer);
    assert.equal(acting.serviceAccount, "");
  }
  const who = { namespace: "apps", name: "deployer" };
  assert.deepEqual(asked, [
    [who, ["Remote.example.com"]],
    [who, ["one", "two"]],
  ]);
  assert.equal(concealer.conceal("Bearer a-requested-token"), "Bearer ***");
});

test("createTokenRequester() posts a TokenRequest and gives its token, or the server's words", async () => {
  const requests: string[] = [];
  let answer: unknown = { status: { token: "t", expirationTimestamp: "2026-11-25T11:00:00Z" } };
  const request = createTokenRequester({
    server: "https://here",
    fetch: async (sent) => {
      requests.push(`${sent.method} ${sent.url} ${await sent.text()}`);
      return Response.json(answer);
    },
  });
  const { signal } = new AbortController();
  const who = { namespace: "apps", name: "deployer" };
  assert.deepEqual(await request(who, { audiences: ["a"], signal }), { token: "t", expiresAt });
  assert.deepEqual(requests, [
    'POST https://here/api/v1/namespaces/apps/serviceaccounts/deployer/token {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["a"]}}',
  ]);
  answer = { message: 'serviceaccounts "deployer" not found' };
  await assert.rejects(request(who, { audiences: [], signal }), {
    message: 'serviceaccounts "deployer" not found',
  });
});

test("enter() lets each request to another cluster pass the guard", async () => {
  const asked: string[] = [];
  const clusters = createTargetClusters({
    guard: () => (request) => {
      asked.push(`${request.method} ${request.url}`);
      return Promise.resolve(Response.json({ gitVersion: "v1.36.3" }));
    },
  });
  using acting = await clusters.enter(owner, bySecret, contextOf([secret(kubeconfig)]), createConcealer());
  await acting.context.client.version();
  assert.deepEqual(asked, ["GET https://remote.example.com/version"]);
});
