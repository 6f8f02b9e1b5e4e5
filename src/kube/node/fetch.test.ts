import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import forge from "node-forge";
import { createClient } from "../client.ts";
import { KubeError } from "../errors.ts";
import { connectTo } from "./connect.ts";
import type { Auth, Connection } from "./connection.ts";
import { createFetch } from "./fetch.ts";

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(server: Server) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { port, server, [Symbol.asyncDispose]: close };
}

const connectionTo = (server: string, more: Partial<Connection> = {}): Connection => ({
  server,
  namespace: "default",
  context: "",
  tls: { insecure: false },
  auth: { kind: "none" },
  ...more,
});
const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
};
const version: Answer = (_request, response) => json(response, { gitVersion: "v1.36.3" });

test("createFetch() sends bodies, headers and each impersonated group, and keeps its connection", async () => {
  const seen: IncomingMessage[] = [];
  let body = "";
  await using given = await listen(
    createServer((request, response) => {
      seen.push(request);
      request.on("data", (chunk) => (body += chunk));
      request.on("end", () => json(response, { apiVersion: "v1", kind: "ConfigMap", metadata: {} }));
    }),
  );
  const impersonate = { user: "jane", groups: ["a", "b, c"] };
  using node = createFetch(connectionTo(`http://127.0.0.1:${given.port}`));
  const client = createClient({
    fetch: node.fetch,
    server: `http://127.0.0.1:${given.port}`,
    impersonate: { ...impersonate, groups: ["a", "b"] },
  });
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "ü", namespace: "n" } };
  await client.create(object);
  await client.version();
  assert.deepEqual(JSON.parse(body), object);
  const groups = seen[0]?.rawHeaders.filter(
    (_value, index, all) => all[index - 1]?.toLowerCase() === "impersonate-group",
  );
  assert.deepEqual(groups, ["a", "b"]);
  assert.equal(seen[0]?.socket.remotePort, seen[1]?.socket.remotePort);
});

test("createFetch() streams a watch that is silent, and ends it when aborted", async () => {
  let closed: Promise<unknown> | undefined;
  await using given = await listen(
    createServer((_request, response) => {
      closed = once(response, "close");
      response.writeHead(200);
      response.write('{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5"}}}\n');
    }),
  );
  using node = createFetch(connectionTo(`http://127.0.0.1:${given.port}`));
  const client = createClient({ fetch: node.fetch, server: `http://127.0.0.1:${given.port}` });
  const abort = new AbortController();
  await assert.rejects(async () => {
    const events = client.watch({ apiVersion: "v1", kind: "Pod" }, { signal: abort.signal });
    for await (const event of events) {
      assert.equal(event.object.metadata.resourceVersion, "5");
      abort.abort(new Error("enough"));
    }
  }, /enough/);
  await closed;
});

test("createFetch() says what keeps it from the server", async () => {
  let port = 0;
  {
    await using given = await listen(createServer(version));
    port = given.port;
  }
  using connected = connectTo(connectionTo(`http://127.0.0.1:${port}`));
  const client = createClient({ fetch: connected.fetch, server: `http://127.0.0.1:${port}`, sleep: async () => {} });
  await assert.rejects(client.version(), (error) => {
    assert.ok(error instanceof KubeError && error.code === "connection");
    assert.equal(error.message, `cannot reach http://127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`);
    return true;
  });
});

test("createFetch() reads a token file again when its token is refused", async () => {
  const path = await mkdtemp(join(tmpdir(), "token-"));
  const file = join(path, "token");
  await writeFile(file, "old\n");
  await using given = await listen(
    createServer((request, response) => {
      if (request.headers.authorization === "Bearer new") version(request, response);
      else json(response, {}, 401);
    }),
  );
  const auth: Auth = { kind: "token", token: { file } };
  using connected = connectTo(connectionTo(`http://127.0.0.1:${given.port}`, { auth }));
  await assert.rejects(connected.client.version(), { code: "Unauthorized" });
  await writeFile(file, "new\n");
  assert.equal((await connected.client.version()).gitVersion, "v1.36.3");
  await rm(path, { recursive: true });
});

const plugin = (script: string): Auth => ({
  kind: "exec",
  exec: {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: ["-e", script],
    env: { SECRET: "from-the-config" },
    installHint: "Install it",
    provideClusterInfo: false,
    config: null,
    interactiveMode: "Never",
  },
});

test("createFetch() asks a program for its token once", async () => {
  const tokens: (string | undefined)[] = [];
  await using given = await listen(
    createServer((request, response) => {
      tokens.push(request.headers.authorization);
      version(request, response);
    }),
  );
  const script = `
    const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
    const token = process.env.SECRET + info.kind + process.pid;
    console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: "ExecCredential", status: { token } }));`;
  using connected = connectTo(connectionTo(`http://127.0.0.1:${given.port}`, { auth: plugin(script) }));
  await connected.client.version();
  await connected.client.version();
  assert.match(tokens[0] ?? "", /^Bearer from-the-configExecCredential\d+$/);
  assert.equal(tokens[0], tokens[1]);
});

const failures = [
  {
    name: "fails",
    script: "console.log('s3cret'); process.exit(3)",
    message: /failed with exit code 3\n\nInstall it$/,
  },
  { name: "prints no JSON", script: "console.log('s3cret')", message: /printed no JSON$/ },
  {
    name: "prints another version",
    script: "console.log(JSON.stringify({apiVersion:'x',status:{token:'s3cret'}}))",
    message: /but printed another$/,
  },
  {
    name: "prints no token",
    script: "console.log(JSON.stringify({apiVersion:'client.authentication.k8s.io/v1',status:{}}))",
    message: /didn't return a token or cert\/key pair$/,
  },
];
for (const { name, script, message } of failures) {
  test(`createFetch() tells of a program that ${name}, and nothing that it printed`, async () => {
    using node = createFetch(connectionTo("http://127.0.0.1:1", { auth: plugin(script) }));
    await assert.rejects(node.fetch(new Request("http://127.0.0.1:1/version")), (error) => {
      assert.ok(error instanceof KubeError && error.code === "credentials");
      assert.match(error.message, message);
      assert.doesNotMatch(`${error.message} ${error.stack}`, /s3cret/);
      return true;
    });
  });
}

/** A certificate for a name, signed by itself. */
function certificate(name: string): { readonly cert: string; readonly key: string } {
  const pem = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const made = forge.pki.createCertificate();
  made.publicKey = forge.pki.publicKeyFromPem(pem.publicKey);
  made.serialNumber = "01";
  made.validity.notBefore = new Date(Date.now() - 86_400_000);
  made.validity.notAfter = new Date(Date.now() + 86_400_000);
  const attributes = [{ name: "commonName", value: name }];
  made.setSubject(attributes);
  made.setIssuer(attributes);
  made.setExtensions([
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: [{ type: 2, value: name }] },
  ]);
  made.sign(forge.pki.privateKeyFromPem(pem.privateKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(made), key: pem.privateKey };
}

test("createFetch() checks the server's certificate and shows its own", async () => {
  const server = certificate("k8s.example");
  const user = certificate("jane");
  let peer = "";
  await using given = await listen(
    createTlsServer({ ...server, requestCert: true, rejectUnauthorized: false, ca: user.cert }, (request, response) => {
      const { subject } = (
        request.socket as unknown as { getPeerCertificate(): { subject?: { CN?: string } } }
      ).getPeerCertificate();
      peer = subject?.CN ?? "";
      version(request, response);
    }),
  );
  const address = `https://127.0.0.1:${given.port}`;
  const identity = { certificate: { text: user.cert }, key: { text: user.key } };
  const tls = { insecure: false, ca: { text: server.cert }, serverName: "k8s.example", ...identity };
  using trusted = connectTo(connectionTo(address, { tls }));
  assert.equal((await trusted.client.version()).gitVersion, "v1.36.3");
  assert.equal(peer, "jane");
  using careless = connectTo(connectionTo(address, { tls: { insecure: true } }));
  assert.equal((await careless.client.version()).gitVersion, "v1.36.3");
  using strange = connectTo(connectionTo(address, { tls: { insecure: false } }));
  await assert.rejects(strange.fetch(new Request(`${address}/version`)), { code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  using misnamed = connectTo(connectionTo(address, { tls: { insecure: false, ca: { text: server.cert } } }));
  await assert.rejects(misnamed.fetch(new Request(`${address}/version`)), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
});

test("createFetch() unpacks what the server packed", async () => {
  const large = { gitVersion: "v".repeat(300_000) };
  await using given = await listen(
    createServer((_request, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(gzipSync(JSON.stringify(large)));
    }),
  );
  using connected = connectTo(connectionTo(`http://127.0.0.1:${given.port}`));
  assert.deepEqual(await connected.client.version(), large);
  assert.deepEqual(await connected.client.version(), large);
});

test("createFetch() tells of an answer that breaks off", async () => {
  await using given = await listen(
    createServer((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write("{");
      setImmediate(() => response.destroy());
    }),
  );
  using connected = connectTo(connectionTo(`http://127.0.0.1:${given.port}`));
  await assert.rejects(connected.client.version(), { code: "connection" });
});
