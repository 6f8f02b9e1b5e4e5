import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Auth, Connection, Source } from "./connection.ts";
import { createCredentials } from "./credentials.ts";

const exec = (more: object): Auth => ({
  kind: "exec",
  exec: {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: [
      "-e",
      "process.stdout.write(process.env.ANSWER.replace('INFO', process.env.KUBERNETES_EXEC_INFO.replaceAll('\"', '+')))",
    ],
    env: {},
    installHint: "",
    provideClusterInfo: false,
    config: null,
    interactiveMode: "Never",
    ...more,
  },
});
const answer = (status: object, apiVersion = "client.authentication.k8s.io/v1"): NodeJS.ProcessEnv => ({
  ANSWER: JSON.stringify({ apiVersion, kind: "ExecCredential", status }),
});

function source(auth: Auth, options: { tls?: Connection["tls"]; env?: NodeJS.ProcessEnv; now?: () => number } = {}) {
  const { tls = { insecure: false }, env = {}, now = () => 0 } = options;
  const connection: Connection = { server: "https://k8s", namespace: "default", context: "", tls, auth };
  const reach = () => () => Promise.reject(new Error("there is no issuer"));
  return createCredentials(connection, { env, now, reach });
}

test("createCredentials() reads certificates and tokens in files again after a minute", async () => {
  const folder = await mkdtemp(join(tmpdir(), "credentials-"));
  const file = (name: string): Source => ({ file: join(folder, name) });
  const write = (text: string) =>
    Promise.all(["cert", "key", "token"].map((name) => writeFile(join(folder, name), `${name}-${text}`)));
  try {
    await write("1");
    let time = 0;
    const now = (): number => time;
    const tls = { insecure: false, certificate: file("cert"), key: file("key") };
    const certificates = source({ kind: "none" }, { tls, now });
    const tokens = source({ kind: "token", token: file("token") }, { now });
    assert.deepEqual(await certificates(), { certificate: "cert-1", key: "key-1" });
    assert.deepEqual(await tokens(), { authorization: "Bearer token-1" });
    await write("2");
    time = 59_000;
    assert.deepEqual(await certificates(), { certificate: "cert-1", key: "key-1" });
    time = 61_000;
    assert.deepEqual(await certificates(), { certificate: "cert-2", key: "key-2" });
    assert.deepEqual(await tokens(), { authorization: "Bearer token-2" });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("createCredentials() runs a program again when its answer has run out, and tells it of the cluster", async () => {
  let time = Date.parse("2026-01-01T00:00:00Z");
  const env = answer({ token: "INFO", expirationTimestamp: "2026-01-01T00:10:00Z" });
  const told = source(exec({ provideClusterInfo: true, config: { a: 1 } }), { env, now: () => time });
  const info =
    '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://k8s","config":{"a":1}}}}';
  assert.deepEqual(await told(), { authorization: `Bearer ${info.replaceAll('"', "+")}` });
  assert.equal(told(), told());
  const first = told();
  time += 11 * 60_000;
  assert.notEqual(told(), first);
});

const refusals = [
  {
    name: "a program that needs a terminal where there is none",
    auth: exec({ interactiveMode: "Always" }),
    env: answer({ token: "t" }),
    want: /exec plugin cannot support interactive mode: standard input is not a terminal/,
  },
  {
    name: "an answer of another API version",
    auth: exec({}),
    env: answer({ token: "secret" }, "client.authentication.k8s.io/v1beta1"),
    want: /is configured to use API version client\.authentication\.k8s\.io\/v1, but printed another/,
  },
  {
    name: "an answer without credentials",
    auth: exec({}),
    env: answer({}),
    want: /didn't return a token or cert\/key pair/,
  },
  {
    name: "a program that is not there",
    auth: exec({ command: "/does/not/exist" }),
    env: {},
    want: /executable \/does\/not\/exist not found/,
  },
];
for (const { name, auth, env, want } of refusals) {
  test(`createCredentials() refuses ${name}`, {
    skip: process.stdin.isTTY === true && "there is a terminal",
  }, async () => {
    await assert.rejects(source(auth, { env })(), (error) => {
      assert.match(String(error), want);
      assert.doesNotMatch(String(error), /secret/);
      return true;
    });
  });
}

test("createCredentials() gives a program of the beta what it wants", async () => {
  const apiVersion = "client.authentication.k8s.io/v1beta1";
  const status = { clientCertificateData: "C", clientKeyData: "K" };
  const told = source(exec({ apiVersion }), { env: answer(status, apiVersion) });
  assert.deepEqual(await told(), { certificate: "C", key: "K" });
});
