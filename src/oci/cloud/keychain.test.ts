import assert from "node:assert/strict";
import { createHash, createHmac, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import { cloudKeychain, type CloudProvider } from "./keychain.ts";
import type { CloudPorts } from "./ports.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const now = new Date("2026-06-01T12:00:00Z");

/** The endpoints of a cloud as a table of their answers; `sent` is what they were asked, with its body. */
function cloud(options: {
  readonly env?: CloudPorts["env"];
  readonly files?: Readonly<Record<string, string>>;
  readonly answers?: Readonly<Record<string, string | number>>;
}) {
  const { env = {}, files = {}, answers = {} } = options;
  const sent: { readonly line: string; readonly headers: Headers; readonly body: string }[] = [];
  const ports: CloudPorts = {
    env,
    now: () => now,
    readFile: async (path) => files[path] ?? Promise.reject(new Error(`${path} is not there`)),
    fetch: async (request) => {
      const line = `${request.method} ${request.url}`;
      sent.push({ line, headers: request.headers, body: await request.text() });
      const answer = answers[line] ?? 404;
      return typeof answer === "number" ? new Response("secret", { status: answer }) : new Response(answer);
    },
  };
  return { ports, sent, lines: () => sent.map(({ line }) => line) };
}

const ecr = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const ecrApi = "POST https://api.ecr.eu-west-1.amazonaws.com/";
const ecrAnswer = JSON.stringify({
  authorizationData: [{ authorizationToken: base64("AWS:pass"), expiresAt: 1, proxyEndpoint: `https://${ecr}` }],
});
const awsUser = { type: "basic", username: "AWS", password: "pass" } as const;
const metadata = "http://169.254.169.254/latest";
const roleKeys = JSON.stringify({ AccessKeyId: "AK", SecretAccessKey: "SK", Token: "ST", Expiration: "2026-06-01" });
const staticKeys = { AWS_ACCESS_KEY_ID: "AK", AWS_SECRET_ACCESS_KEY: "SK" };

const acr = "school.azurecr.io";
const acrExchange = `POST https://${acr}/oauth2/exchange`;
const acrAnswers = { [acrExchange]: '{"refresh_token":"refresh"}' };
const acrUser = { type: "basic", username: "00000000-0000-0000-0000-000000000000", password: "refresh" } as const;
const imds =
  "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fcontainerregistry.azure.net";
const entra = "POST https://login.microsoftonline.com/tenant/oauth2/v2.0/token";
const workload = { AZURE_TENANT_ID: "tenant", AZURE_CLIENT_ID: "client" };

const google =
  "GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform%2Chttps%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.email";

const found: readonly {
  readonly name: string;
  readonly provider: CloudProvider;
  readonly registry: string;
  readonly options: Parameters<typeof cloud>[0];
  readonly want: unknown;
  readonly asked: readonly string[];
}[] = [
  {
    name: "keys of the environment",
    provider: "aws",
    registry: ecr,
    options: { env: staticKeys, answers: { [ecrApi]: ecrAnswer } },
    want: awsUser,
    asked: [ecrApi],
  },
  {
    name: "the public registry",
    provider: "aws",
    registry: "public.ecr.aws",
    options: {
      env: staticKeys,
      answers: {
        "POST https://api.ecr-public.us-east-1.amazonaws.com/": JSON.stringify({
          authorizationData: { authorizationToken: base64("AWS:pass") },
        }),
      },
    },
    want: awsUser,
    asked: ["POST https://api.ecr-public.us-east-1.amazonaws.com/"],
  },
  {
    name: "the role of a ServiceAccount",
    provider: "aws",
    registry: ecr,
    options: {
      env: { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
      files: { "/token": "jwt\n" },
      answers: {
        "POST https://sts.eu-west-1.amazonaws.com/":
          "<AssumeRoleWithWebIdentityResponse><Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey>SK</SecretAccessKey><SessionToken>ST</SessionToken></Credentials></AssumeRoleWithWebIdentityResponse>",
        [ecrApi]: ecrAnswer,
      },
    },
    want: awsUser,
    asked: ["POST https://sts.eu-west-1.amazonaws.com/", ecrApi],
  },
  {
    name: "the identity of a Pod",
    provider: "aws",
    registry: ecr,
    options: {
      env: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/token",
      },
      files: { "/token": "jwt" },
      answers: { "GET http://169.254.170.23/v1/credentials": roleKeys, [ecrApi]: ecrAnswer },
    },
    want: awsUser,
    asked: ["GET http://169.254.170.23/v1/credentials", ecrApi],
  },
  {
    name: "the role of the machine",
    provider: "aws",
    registry: ecr,
    options: {
      answers: {
        [`PUT ${metadata}/api/token`]: "imds",
        [`GET ${metadata}/meta-data/iam/security-credentials/`]: "node\n",
        [`GET ${metadata}/meta-data/iam/security-credentials/node`]: roleKeys,
        [ecrApi]: ecrAnswer,
      },
    },
    want: awsUser,
    asked: [
      `PUT ${metadata}/api/token`,
      `GET ${metadata}/meta-data/iam/security-credentials/`,
      `GET ${metadata}/meta-data/iam/security-credentials/node`,
      ecrApi,
    ],
  },
  {
    name: "the identity of the machine",
    provider: "azure",
    registry: acr,
    options: { answers: { ...acrAnswers, [imds]: '{"access_token":"entra"}' } },
    want: acrUser,
    asked: [imds, acrExchange],
  },
  {
    name: "the identity of a workload",
    provider: "azure",
    registry: acr,
    options: {
      env: { ...workload, AZURE_FEDERATED_TOKEN_FILE: "/token" },
      files: { "/token": "jwt" },
      answers: { ...acrAnswers, [entra]: '{"access_token":"entra"}' },
    },
    want: acrUser,
    asked: [entra, acrExchange],
  },
  {
    name: "the metadata of the machine",
    provider: "gcp",
    registry: "europe-docker.pkg.dev",
    options: { answers: { [google]: '{"access_token":"google","expires_in":3599}' } },
    want: { type: "basic", username: "oauth2accesstoken", password: "google" },
    asked: [google],
  },
];
for (const { name, provider, registry, options, want, asked } of found)
  test(`cloudKeychain() of ${provider} exchanges ${name}, once`, async () => {
    const { ports, lines } = cloud(options);
    const keychain = cloudKeychain(provider, ports);
    assert.deepEqual(await keychain(registry), want);
    assert.deepEqual(await keychain(registry), want);
    assert.deepEqual(lines(), asked);
  });

test("cloudKeychain() of aws signs as Amazon checks (Signature Version 4)", async () => {
  const { ports, sent } = cloud({ env: { ...staticKeys, AWS_SESSION_TOKEN: "ST" }, answers: { [ecrApi]: ecrAnswer } });
  await cloudKeychain("aws", ports)(ecr);
  const [{ headers, body } = { headers: new Headers(), body: "" }] = sent;
  const authorization = headers.get("authorization") ?? "";
  const signedHeaders = /SignedHeaders=([^,]+)/.exec(authorization)?.[1] ?? "";
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const hmac = (key: Buffer | string, text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const valueOf = (header: string): string =>
    header === "host" ? "api.ecr.eu-west-1.amazonaws.com" : (headers.get(header) ?? "");
  const lines = signedHeaders.split(";").map((header) => `${header}:${valueOf(header)}\n`);
  const canonical = ["POST", "/", "", lines.join(""), signedHeaders, hash(body)].join("\n");
  const scope = "20260601/eu-west-1/ecr/aws4_request";
  const signed = ["AWS4-HMAC-SHA256", "20260601T120000Z", scope, hash(canonical)].join("\n");
  const key = ["20260601", "eu-west-1", "ecr", "aws4_request"].reduce<Buffer | string>(hmac, "AWS4SK");
  assert.equal(
    authorization,
    `AWS4-HMAC-SHA256 Credential=AK/${scope}, SignedHeaders=${signedHeaders}, Signature=${hmac(key, signed).toString("hex")}`,
  );
  assert.equal(headers.get("x-amz-security-token"), "ST");
  assert.equal(headers.get("x-amz-target"), "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken");
});

test("cloudKeychain() of azure sends what Entra and the registry ask for", async () => {
  const { ports, sent } = cloud({
    env: { ...workload, AZURE_FEDERATED_TOKEN_FILE: "/token" },
    files: { "/token": "jwt" },
    answers: { ...acrAnswers, [entra]: '{"access_token":"entra"}' },
  });
  await cloudKeychain("azure", ports)(acr);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(sent[0]?.body)), {
    grant_type: "client_credentials",
    client_id: "client",
    scope: "https://containerregistry.azure.net/.default",
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: "jwt",
  });
  assert.deepEqual(Object.fromEntries(new URLSearchParams(sent[1]?.body)), {
    grant_type: "access_token",
    service: acr,
    access_token: "entra",
  });
});

test("cloudKeychain() of gcp signs for a service account", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const account = {
    type: "service_account",
    client_email: "me@school.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: "https://oauth2.googleapis.com/token",
  };
  const { ports, sent } = cloud({
    env: { GOOGLE_APPLICATION_CREDENTIALS: "/account.json" },
    files: { "/account.json": JSON.stringify(account) },
    answers: { "POST https://oauth2.googleapis.com/token": '{"access_token":"google"}' },
  });
  await cloudKeychain("gcp", ports)("gcr.io");
  const assertion = new URLSearchParams(sent[0]?.body).get("assertion") ?? "";
  const [header = "", claims = "", signature = ""] = assertion.split(".");
  const signed = Buffer.from(`${header}.${claims}`);
  assert.ok(verify("sha256", signed, publicKey, Buffer.from(signature, "base64url")));
  const { iss, aud, iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
  const issued = now.getTime() / 1000;
  assert.deepEqual([iss, aud, iat, exp], [account.client_email, account.token_uri, issued, issued + 3600]);
});

for (const [provider, registry] of [
  ["aws", "ghcr.io"],
  ["aws", `${ecr}.evil.example`],
  ["aws", `evil.example/${ecr}`],
  ["azure", "azurecr.io"],
  ["azure", "school.azurecr.io.evil.example"],
  ["gcp", "evil.example"],
  ["gcp", "evilgcr.io"],
  ["gcp", "eu-docker.pkg.dev.evil.example"],
] as const)
  test(`cloudKeychain() of ${provider} gives nothing to ${registry}, and asks nobody`, async () => {
    const { ports, sent } = cloud({ env: staticKeys });
    await assert.rejects(async () => cloudKeychain(provider, ports)(registry), { code: "InvalidReference" });
    assert.equal(sent.length, 0);
  });

const broken = [
  ["a refusal", "gcp", "gcr.io", { answers: { [google]: 403 } }, "Unauthorized"],
  ["an outage", "gcp", "gcr.io", { answers: { [google]: 503 } }, "Unreachable"],
  ["an answer without a token", "gcp", "gcr.io", { answers: { [google]: '{"token":"secret"}' } }, "Unauthorized"],
  ["an answer that is not JSON", "gcp", "gcr.io", { answers: { [google]: "secret" } }, "Unauthorized"],
  [
    "an inherited answer",
    "gcp",
    "gcr.io",
    { answers: { [google]: '{"__proto__":{"access_token":"x"}}' } },
    "Unauthorized",
  ],
  [
    "a token that is none",
    "aws",
    ecr,
    { env: staticKeys, answers: { [ecrApi]: '{"authorizationData":[{"authorizationToken":"c2VjcmV0"}]}' } },
    "Unauthorized",
  ],
  [
    "credentials of another kind",
    "gcp",
    "gcr.io",
    { env: { GOOGLE_APPLICATION_CREDENTIALS: "/f" }, files: { "/f": '{"type":"external_account"}' } },
    "InvalidConfig",
  ],
] as const satisfies readonly (readonly [string, CloudProvider, string, Parameters<typeof cloud>[0], string])[];
for (const [name, provider, registry, options, code] of broken)
  test(`cloudKeychain() refuses ${name}, and does not say what came`, async () => {
    const { ports } = cloud(options);
    await assert.rejects(async () => cloudKeychain(provider, ports)(registry), { code, message: /^(?!.*secret)/ });
  });
