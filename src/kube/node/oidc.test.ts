import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { formatYaml, parseYaml } from "../../base/yaml/index.ts";
import { KubeError } from "../errors.ts";
import { connect } from "./connect.ts";
import { expiryOf, isFresh } from "./oidc.ts";

const token = (exp: unknown, mark = ""): string =>
  `${btoa("{}")}.${Buffer.from(JSON.stringify({ exp, mark })).toString("base64url")}.signature`;
const hour = 3600;
const soon = (): number => Math.floor(Date.now() / 1000) + hour;

const ages = [
  { name: "a token that lasts", token: token(1000), time: 900_000, want: true },
  { name: "a token that runs out on its way", token: token(1000), time: 995_000, want: false },
  { name: "a token that has run out", token: token(1000), time: 1_001_000, want: false },
  { name: "no token", token: "", time: 0, want: false },
  { name: "a token that does not say", token: token(undefined), time: 900_000, want: false },
];
for (const { name, token: given, time, want } of ages) {
  test(`isFresh() is ${want} for ${name}`, () => assert.equal(isFresh(given, time), want));
}

test("expiryOf() refuses what is no token, with client-go's words", () => {
  assert.throws(() => expiryOf("x"), { code: "credentials", message: "ID Token is not a valid JWT" });
  assert.throws(() => expiryOf("a.!.c"), /parsing claims/);
});

interface Stage extends AsyncDisposable {
  readonly kubeconfig: string;
  readonly asked: readonly string[];
}

/** An API that takes one token, an issuer beside it, and a kubeconfig whose token has run out. */
async function openStage(given: {
  readonly fresh: string;
  readonly answer?: (form: URLSearchParams, response: ServerResponse) => void;
  readonly config?: object;
}): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), "oidc-"));
  const asked: string[] = [];
  const json = (response: ServerResponse, value: object, status = 200): void => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    asked.push(`${request.method} ${request.url}`);
    if (request.url === "/issuer/.well-known/openid-configuration") {
      return json(response, { token_endpoint: `${address}/token` });
    }
    if (request.url === "/token") {
      const form = new URLSearchParams(body);
      if (given.answer !== undefined) return given.answer(form, response);
      const known = form.get("refresh_token") === "refresh-1" && request.headers.authorization !== undefined;
      return json(response, known ? { id_token: given.fresh, refresh_token: "refresh-2" } : {}, known ? 200 : 400);
    }
    const allowed = request.headers.authorization === `Bearer ${given.fresh}`;
    return json(response, allowed ? { gitVersion: "v1.36.3", major: "1", minor: "36" } : {}, allowed ? 200 : 401);
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    "idp-issuer-url": `${address}/issuer/`,
    "client-id": "cli",
    "client-secret": "s",
    "id-token": token(1),
    "refresh-token": "refresh-1",
    ...given.config,
  };
  const kubeconfig = join(directory, "config");
  const text = formatYaml({
    "current-context": "c",
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: address } }],
    users: [
      { name: "other", user: { token: "stays" } },
      { name: "u", user: { "auth-provider": { name: "oidc", config } } },
    ],
  } as never);
  await writeFile(kubeconfig, text);
  await chmod(kubeconfig, 0o600);
  return {
    kubeconfig,
    asked,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await rm(directory, { recursive: true });
    },
  };
}

test("connect() refreshes an identity token once, and writes it where it was", async () => {
  const fresh = token(soon(), "fresh");
  await using stage = await openStage({ fresh });
  using connected = await connect({ kubeconfig: stage.kubeconfig, env: {} });
  await Promise.all([connected.client.version(), connected.client.version()]);
  await connected.client.version();
  assert.equal(stage.asked.filter((line) => line === "POST /token").length, 1);
  const written = parseYaml(await readFile(stage.kubeconfig, "utf8")) as {
    readonly users: readonly { readonly user: Record<string, { readonly config: Record<string, string> } | string> }[];
  };
  assert.equal(written.users[0]?.user["token"], "stays");
  const provider = written.users[1]?.user["auth-provider"] as { readonly config: Record<string, string> };
  assert.equal(provider.config["id-token"], fresh);
  assert.equal(provider.config["refresh-token"], "refresh-2");
  assert.equal(provider.config["client-secret"], "s");
  assert.equal((await stat(stage.kubeconfig)).mode & 0o777, 0o600);
});

test("connect() asks nobody for a token that is fresh", async () => {
  const fresh = token(soon(), "fresh");
  await using stage = await openStage({ fresh, config: { "id-token": fresh } });
  using connected = await connect({ kubeconfig: stage.kubeconfig, env: {} });
  await connected.client.version();
  assert.deepEqual(stage.asked, ["GET /version"]);
});

const refusals: readonly {
  readonly name: string;
  readonly config?: object;
  readonly answer?: (form: URLSearchParams, response: ServerResponse) => void;
  readonly want: RegExp;
}[] = [
  {
    name: "there is no refresh token",
    config: { "refresh-token": "" },
    want: /^No valid id-token, and cannot refresh without refresh-token$/,
  },
  {
    name: "the issuer refuses",
    answer: (_, response) =>
      void response.writeHead(400).end('{"error":"invalid_grant","error_description":"refresh-1"}'),
    want: /^failed to refresh token: the issuer answered with status 400$/,
  },
  {
    name: "the answer has no identity token",
    answer: (_, response) => void response.end('{"access_token":"secret-access"}'),
    want: /^token response did not contain an id_token/,
  },
  {
    name: "the answer is no JSON",
    answer: (_, response) => void response.end("<html>secret-access"),
    want: /^failed to refresh token: the answer of the issuer is not JSON$/,
  },
];
for (const { name, config = {}, answer, want } of refusals) {
  test(`connect() says that ${name}, and shows no token`, async () => {
    await using stage = await openStage({ fresh: token(soon()), config, ...(answer === undefined ? {} : { answer }) });
    using connected = await connect({ kubeconfig: stage.kubeconfig, env: {} });
    await assert.rejects(connected.client.version(), (error) => {
      assert.ok(error instanceof KubeError, String(error));
      const cause = error.cause instanceof KubeError ? error.cause : error;
      assert.match(cause.message, want);
      assert.doesNotMatch(error.message + cause.message, /refresh-1|secret-access/);
      return true;
    });
  });
}
