import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError, type KubeObject } from "../api/index.ts";
import { createConcealer } from "./concealment.ts";
import type { Context } from "./runtime/index.ts";
import { createTargetClusters, createTokenRequester, type TargetOptions, type TargetSpec } from "./target-cluster.ts";

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
const requestToken = (): Promise<string> => Promise.resolve("a-requested-token");

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
    name: "the provider of a cloud",
    spec: byMap,
    objects: [map({ provider: "aws" })],
    options: { requestToken },
    want: "cannot use configmap apps/remote: provider 'aws' is not supported, only 'generic' is",
  },
  {
    name: "a generic provider without an address",
    spec: byMap,
    objects: [map({ provider: "generic", serviceAccountName: "a" })],
    options: { requestToken },
    want: "cluster address is required to create a REST config",
  },
  {
    name: "an address without TLS",
    spec: byMap,
    objects: [map({ provider: "generic", serviceAccountName: "a", address: "http://remote" })],
    options: { requestToken },
    want: "the Kubernetes API server address 'http://remote' must use https scheme",
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
    requestToken: (account, { audiences }) => {
      asked.push([account, audiences]);
      return requestToken();
    },
  });
  const data = { provider: "generic", serviceAccountName: "deployer", address: "Remote.example.com" };
  for (const more of [{}, { audiences: "one\n two \n\n" }]) {
    using acting = await clusters.enter(owner, byMap, contextOf([map({ ...data, ...more })]), createConcealer());
    assert.equal(acting.serviceAccount, "");
  }
  const account = { namespace: "apps", name: "deployer" };
  assert.deepEqual(asked, [
    [account, ["Remote.example.com"]],
    [account, ["one", "two"]],
  ]);
});

test("createTokenRequester() posts a TokenRequest and gives its token, or the server's words", async () => {
  const requests: string[] = [];
  let answer: unknown = { status: { token: "t" } };
  const request = createTokenRequester({
    server: "https://here",
    fetch: async (sent) => {
      requests.push(`${sent.method} ${sent.url} ${await sent.text()}`);
      return Response.json(answer);
    },
  });
  const { signal } = new AbortController();
  const account = { namespace: "apps", name: "deployer" };
  assert.equal(await request(account, { audiences: ["a"], signal }), "t");
  assert.deepEqual(requests, [
    'POST https://here/api/v1/namespaces/apps/serviceaccounts/deployer/token {"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"audiences":["a"]}}',
  ]);
  answer = { message: 'serviceaccounts "deployer" not found' };
  await assert.rejects(request(account, { audiences: [], signal }), {
    message: 'serviceaccounts "deployer" not found',
  });
});
