import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { formatYaml } from "../../base/yaml/index.ts";
import { KubeError } from "../errors.ts";
import { type Connection, connectionOf, inClusterConnection } from "./connection.ts";
import { loadKubeconfig, parseKubeconfig } from "./kubeconfig.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "kubeconfig-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

const config = (cluster: object, user: object = {}, context: object = {}): string =>
  formatYaml({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "c", user: "u", ...context } }],
    clusters: [{ name: "c", cluster: { server: "https://k8s:6443", ...cluster } }],
    users: [{ name: "u", user }],
  } as never);
const base64 = (text: string): string => Buffer.from(text).toString("base64");

const cases: readonly {
  readonly name: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly want: Partial<Connection>;
}[] = [
  {
    name: "the server and the namespace",
    context: { namespace: "n" },
    want: { server: "https://k8s:6443", namespace: "n" },
  },
  { name: "the default namespace", want: { namespace: "default", auth: { kind: "none" } } },
  {
    name: "a server without a scheme",
    cluster: { server: "k8s:443/prefix/" },
    want: { server: "https://k8s:443/prefix" },
  },
  { name: "a token", user: { token: "t" }, want: { auth: { kind: "token", token: { text: "t" } } } },
  {
    name: "a token in a file, which wins",
    user: { token: "t", tokenFile: "/tok" },
    want: { auth: { kind: "token", token: { file: "/tok" } } },
  },
  {
    name: "a name and a password",
    user: { username: "a", password: "b" },
    want: { auth: { kind: "basic", username: "a", password: "b" } },
  },
  {
    name: "TLS options",
    cluster: { "certificate-authority-data": base64("CA"), "tls-server-name": "x" },
    user: { "client-certificate-data": base64("C"), "client-key": "/key" },
    want: {
      tls: {
        insecure: false,
        ca: { text: "CA" },
        serverName: "x",
        certificate: { text: "C" },
        key: { file: "/key" },
      },
    },
  },
  { name: "an unverified server", cluster: { "insecure-skip-tls-verify": true }, want: { tls: { insecure: true } } },
  { name: "a proxy", cluster: { "proxy-url": "http://p:1" }, want: { proxyUrl: "http://p:1" } },
  {
    name: "somebody else to act as",
    user: { as: "jane", "as-uid": "1", "as-groups": ["a", "b"], "as-user-extra": { k: ["v"] } },
    want: { impersonate: { user: "jane", uid: "1", groups: ["a", "b"], extra: { k: ["v"] } } },
  },
  {
    name: "a program that gives credentials",
    user: {
      exec: {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "aws",
        args: ["get-token"],
        env: [{ name: "A", value: "1" }],
        interactiveMode: "Never",
      },
    },
    want: {
      auth: {
        kind: "exec",
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "aws",
          args: ["get-token"],
          env: { A: "1" },
          installHint: "",
          provideClusterInfo: false,
          config: null,
          interactiveMode: "Never",
        },
      },
    },
  },
  {
    name: "a program of the beta, which may ask the user if there is one, and what the cluster has for it",
    cluster: {
      extensions: [
        { name: "other", extension: 1 },
        { name: "client.authentication.k8s.io/exec", extension: { a: 1 } },
      ],
    },
    user: { exec: { apiVersion: "client.authentication.k8s.io/v1beta1", command: "aws", provideClusterInfo: true } },
    want: {
      auth: {
        kind: "exec",
        exec: {
          apiVersion: "client.authentication.k8s.io/v1beta1",
          command: "aws",
          args: [],
          env: {},
          installHint: "",
          provideClusterInfo: true,
          config: { a: 1 },
          interactiveMode: "IfAvailable",
        },
      },
    },
  },
  {
    name: "an OIDC provider",
    user: {
      "auth-provider": {
        name: "oidc",
        config: { "idp-issuer-url": "https://i", "client-id": "c", "id-token": "t", "refresh-token": "r" },
      },
    },
    want: {
      auth: {
        kind: "oidc",
        oidc: { issuer: "https://i", clientId: "c", clientSecret: "", idToken: "t", refreshToken: "r" },
      },
    },
  },
];
for (const { name, cluster = {}, user = {}, context = {}, want } of cases) {
  test(`connectionOf() reads ${name}`, () => {
    const found = connectionOf(parseKubeconfig(config(cluster, user, context)));
    for (const [field, value] of Object.entries(want)) assert.deepEqual(found[field as keyof Connection], value);
  });
}

// The texts are kubectl's.
const refusals = [
  {
    name: "nothing at all",
    text: "",
    message:
      "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable",
  },
  {
    name: "a context that does not exist",
    text: config({}),
    context: "there",
    message: 'context "there" does not exist',
  },
  {
    name: "a certificate without a key",
    text: config({}, { "client-certificate": "/c" }),
    message: "invalid configuration: client certificate and client key must be given together",
  },
  {
    name: "an address that is no URL",
    text: config({ server: "http://[" }),
    message: 'invalid configuration: cluster "c" has no usable server address',
  },
  {
    name: "an address of another protocol",
    text: config({ server: "file:///etc" }),
    message: 'invalid configuration: cluster "c" has no usable server address',
  },
  {
    name: "a program of the released version that does not say whether it asks the user",
    text: config({}, { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "x" } }),
    message: "interactiveMode must be specified for u to use exec authentication plugin",
  },
  {
    name: "a program that asks the user in a way that nobody knows",
    text: config({}, { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "x", interactiveMode: "Now" } }),
    message: 'invalid interactiveMode for u: "Now"',
  },
  {
    name: "a program of an API version that is no more",
    text: config({}, { exec: { apiVersion: "client.authentication.k8s.io/v1alpha1", command: "x" } }),
    message: 'exec plugin: invalid apiVersion "client.authentication.k8s.io/v1alpha1"',
  },
  {
    name: "a program and an auth provider",
    text: config({}, { exec: { command: "x" }, "auth-provider": { name: "oidc" } }),
    message: "authProvider cannot be provided in combination with an exec plugin for u",
  },
  {
    name: "an OIDC provider without an issuer",
    text: config({}, { "auth-provider": { name: "oidc", config: { "client-id": "c" } } }),
    message: "Must provide idp-issuer-url",
  },
  {
    name: "a proxy of an unknown kind",
    text: config({ "proxy-url": "ftp://p" }),
    message: 'invalid proxy-url: unsupported scheme "ftp", must be http, https, or socks5',
  },
  {
    name: "an auth provider, which kubectl has not had for years",
    text: config({}, { "auth-provider": { name: "gcp" } }),
    message: 'no Auth Provider found for name "gcp"',
  },
];
for (const { name, text, context, message } of refusals) {
  test(`connectionOf() refuses ${name}`, () => {
    assert.throws(
      () => connectionOf(parseKubeconfig(text), context),
      (error) => error instanceof KubeError && error.code === "kubeconfig" && error.message === message,
    );
  });
}

test("parseKubeconfig() takes keys like __proto__ for data", () => {
  const text = 'users: [{name: __proto__, user: {token: t}}]\n"current-context": __proto__\n';
  const found = parseKubeconfig(text);
  assert.equal(found.users.get("__proto__")?.["token"], "t");
  assert.throws(() => connectionOf(found), /context "__proto__" does not exist/);
});

test("loadKubeconfig() merges the files of $KUBECONFIG: what comes first wins, what is missing is skipped", async () => {
  await using temporary = await folder();
  const [first, second] = [join(temporary.path, "1"), join(temporary.path, "2")];
  await writeFile(first, config({ "certificate-authority": "ca.crt" }, { token: "first" }));
  await writeFile(
    second,
    config({ server: "https://other" }, { token: "second" }).replaceAll("name: here", "name: other"),
  );
  const KUBECONFIG = [join(temporary.path, "none"), first, "", second].join(delimiter);
  const found = await loadKubeconfig({ env: { KUBECONFIG } });
  assert.equal(found.currentContext, "here");
  assert.deepEqual([...found.contexts.keys()].sort(), ["here", "other"]);
  const connection = connectionOf(found);
  assert.deepEqual(connection.tls.ca, { file: join(temporary.path, "ca.crt") });
  assert.deepEqual(connection.auth, { kind: "token", token: { text: "first" } });
});

test("loadKubeconfig() reads ~/.kube/config by default", async () => {
  await using temporary = await folder();
  await mkdir(join(temporary.path, ".kube"));
  await writeFile(join(temporary.path, ".kube", "config"), config({}));
  assert.equal((await loadKubeconfig({ env: { HOME: temporary.path } })).currentContext, "here");
});

test("loadKubeconfig() asks for a file that is named", async () => {
  await assert.rejects(loadKubeconfig({ path: "/does/not/exist", env: {} }), {
    message: "stat /does/not/exist: no such file or directory",
  });
});

test("inClusterConnection() reads the service account, and is undefined outside of a cluster", async () => {
  await using temporary = await folder();
  await writeFile(join(temporary.path, "token"), "t\n");
  await writeFile(join(temporary.path, "namespace"), "flux-system\n");
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  const found = await inClusterConnection({ env, folder: temporary.path });
  assert.equal(found?.server, "https://[fd00::1]:443");
  assert.equal(found?.namespace, "flux-system");
  assert.deepEqual(found?.auth, { kind: "token", token: { file: join(temporary.path, "token") } });
  assert.equal(await inClusterConnection({ env: {}, folder: temporary.path }), undefined);
  assert.equal(await inClusterConnection({ env, folder: join(temporary.path, "none") }), undefined);
});
