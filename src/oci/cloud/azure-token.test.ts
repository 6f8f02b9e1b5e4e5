import assert from "node:assert/strict";
import { constants, createHash, verify, X509Certificate } from "node:crypto";
import { test } from "node:test";
import forge from "node-forge";
import { machineToken, type AzurePrincipal, principalToken } from "./azure-token.ts";
import type { CloudPorts } from "./ports.ts";

const resource = "https://storage.azure.com";
const now = new Date("2026-06-01T12:00:00Z");

/** Entra, as far as it hands out tokens; `sent` is what it was asked. */
function entra() {
  const sent: { readonly url: string; readonly headers: Headers; readonly form: URLSearchParams }[] = [];
  const ports: CloudPorts = {
    env: {},
    now: () => now,
    readFile: () => Promise.reject(new Error("there are no files")),
    fetch: async (request) => {
      sent.push({ url: request.url, headers: request.headers, form: new URLSearchParams(await request.text()) });
      return Response.json({ token_type: "Bearer", expires_in: 3599, access_token: "token" });
    },
  };
  return { ports, sent };
}

function makeCertificate() {
  const keys = forge.pki.rsa.generateKeyPair(2048);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = keys.publicKey;
  certificate.validity.notAfter = new Date("2036-01-01");
  certificate.sign(keys.privateKey, forge.md.sha256.create());
  const box = forge.pkcs12.toPkcs12Asn1(keys.privateKey, [certificate], "pässword", { algorithm: "3des" });
  return {
    certificate: forge.pki.certificateToPem(certificate),
    key: forge.pki.privateKeyToPem(keys.privateKey),
    pkcs8: forge.pki.privateKeyInfoToPem(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(keys.privateKey))),
    box: Buffer.from(forge.asn1.toDer(box).getBytes(), "latin1"),
  };
}

const made = makeCertificate();
const client = { tenant: "tenant", client: "client" };

test("principalToken() sends a secret to the authority that is named", async () => {
  const { ports, sent } = entra();
  const principal = { ...client, secret: "a secret", authority: "https://login.partner.microsoftonline.cn/" };
  assert.equal(await principalToken(principal, resource, ports), "token");
  assert.equal(sent[0]?.url, "https://login.partner.microsoftonline.cn/tenant/oauth2/v2.0/token");
  assert.deepEqual(Object.fromEntries(sent[0]?.form ?? []), {
    grant_type: "client_credentials",
    client_id: "client",
    scope: "https://storage.azure.com/.default",
    client_secret: "a secret",
  });
});

const certified: readonly { readonly name: string; readonly principal: AzurePrincipal }[] = [
  { name: "PEM", principal: { ...client, certificate: Buffer.from(made.certificate + made.key) } },
  {
    name: "PEM with PKCS#8, and sends it along",
    principal: { ...client, certificate: Buffer.from(made.pkcs8 + made.certificate), sendChain: true },
  },
  { name: "PKCS#12", principal: { ...client, certificate: made.box, password: "pässword" } },
];
for (const { name, principal } of certified)
  test(`principalToken() signs with a certificate in ${name}`, async () => {
    const { ports, sent } = entra();
    await principalToken(principal, resource, ports);
    const own = new X509Certificate(made.certificate);
    const [header = "", claims = "", signature = ""] = (sent[0]?.form.get("client_assertion") ?? "").split(".");
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    assert.deepEqual(read(header), {
      alg: "PS256",
      typ: "JWT",
      "x5t#S256": createHash("sha256").update(own.raw).digest("base64url"),
      ...("sendChain" in principal ? { x5c: [own.raw.toString("base64")] } : {}),
    });
    const { jti, ...rest } = read(claims) as { readonly jti: string };
    assert.match(jti, /^[0-9a-f-]{36}$/);
    const url = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token";
    const issued = now.getTime() / 1000;
    assert.deepEqual(rest, { aud: url, iss: "client", sub: "client", nbf: issued, exp: issued + 600 });
    const padding = { key: own.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const isSigned = verify("sha256", Buffer.from(`${header}.${claims}`), padding, Buffer.from(signature, "base64url"));
    assert.equal(isSigned, true);
  });

const other = makeCertificate();
const refused: readonly { readonly name: string; readonly principal: AzurePrincipal; readonly message: string }[] = [
  {
    name: "a certificate without its key",
    principal: { ...client, certificate: Buffer.from(made.certificate) },
    message: "failed to parse client certificates: found no private key",
  },
  {
    name: "a key without a certificate",
    principal: { ...client, certificate: Buffer.from(made.key) },
    message: "failed to parse client certificates: found no certificate",
  },
  {
    name: "two keys",
    principal: { ...client, certificate: Buffer.from(made.certificate + made.key + made.key) },
    message: "failed to parse client certificates: certData contains multiple private keys",
  },
  {
    name: "somebody else's key",
    principal: { ...client, certificate: Buffer.from(made.certificate + other.key) },
    message: "failed to parse client certificates: key doesn't match any certificate",
  },
  {
    name: "what is no certificate",
    principal: { ...client, certificate: Buffer.from("garbage") },
    message: "failed to parse client certificates: didn't find any certificate content",
  },
  {
    name: "a wrong password",
    principal: { ...client, certificate: made.box, password: "wrong" },
    message: "failed to parse client certificates: didn't find any certificate content",
  },
  {
    name: "an authority without TLS",
    principal: { ...client, secret: "secret", authority: "http://login.example" },
    message: "cannot use an authority host without the https scheme",
  },
];
for (const { name, principal, message } of refused)
  test(`principalToken() refuses ${name}, and asks nobody`, async () => {
    const { ports, sent } = entra();
    await assert.rejects(principalToken(principal, resource, ports), { message });
    assert.equal(sent.length, 0);
  });

test("machineToken() asks for the identity that is named", async () => {
  const { ports, sent } = entra();
  assert.equal(await machineToken(resource, { ports, client: "client" }), "token");
  assert.equal(
    sent[0]?.url,
    "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com&client_id=client",
  );
  assert.equal(sent[0]?.headers.get("metadata"), "true");
});
