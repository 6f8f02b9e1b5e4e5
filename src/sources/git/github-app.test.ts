import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import { createTransport } from "../http/transport.ts";
import { serve } from "../http/serve.ts";
import { fetchInstallationToken } from "./github-app.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const now = (): Date => new Date("2026-11-25T10:00:00Z");

/** Answers as GitHub does to who shows a token that the app's key signed. */
async function answer(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const [head = "", claims = "", signature = ""] = (request.headers.get("authorization") ?? "")
    .replace("Bearer ", "")
    .split(".");
  const isSigned = verify("sha256", Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, "base64url"));
  if (!isSigned) return Response.json({ message: "A JSON web token could not be decoded" }, { status: 401 });
  const said = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
  assert.deepEqual(said, { iss: "123", iat: 1795600770, exp: 1795600890 });
  switch (`${request.method} ${pathname}`) {
    case "GET /api/v3/users/ada/installation":
      return Response.json({ id: 7 });
    case "POST /api/v3/app/installations/7/access_tokens":
      return Response.json({ token: "ghs_secret", expires_at: "2026-11-25T11:00:00Z" }, { status: 201 });
    case "POST /api/v3/app/installations/8/access_tokens":
      return Response.json({}, { status: 201 });
  }
  return Response.json({ message: "Not Found" }, { status: 404 });
}

test("fetchInstallationToken() shows a signed claim and takes the token of the installation", async (t) => {
  const server = await serve(answer);
  t.after(() => server.close());
  const ask = (installation: { id: string } | { owner: string }, key = pem) =>
    fetchInstallationToken(
      { id: "123", privateKey: key, installation, baseUrl: `${server.url}/api/v3/` },
      { transport: createTransport(), now, signal: t.signal },
    );
  const want = { token: "ghs_secret", expiresAt: Date.parse("2026-11-25T11:00:00Z") };
  assert.deepEqual(await ask({ id: "7" }), want);
  assert.deepEqual(await ask({ owner: "ada" }), want);
  const url = `${server.url}/api/v3`;
  await assert.rejects(ask({ id: "9" }), {
    code: "AuthenticationFailed",
    message: `POST ${url}/app/installations/9/access_tokens: 404 Not Found`,
  });
  await assert.rejects(ask({ id: "8" }), { message: `POST ${url}: the answer holds no token` });
  await assert.rejects(ask({ owner: "nobody" }), {
    message: `failed to find organization installation: GET ${url}/orgs/nobody/installation: 404 Not Found\nfailed to find user installation: GET ${url}/users/nobody/installation: 404 Not Found`,
  });
  await assert.rejects(ask({ id: "7" }, "not a key"), { message: /^could not parse private key: / });
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" });
  await assert.rejects(ask({ id: "7" }, other.toString()), { message: /401 A JSON web token could not be decoded$/ });
});
