import assert from "node:assert/strict";
import { generateKeyPairSync, verify } from "node:crypto";
import { test, type TestContext } from "node:test";
import type { Bucket, KubeObject } from "../../api/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { createClient } from "../../kube/index.ts";
import { answerAsAzure } from "../../sources/testing/azure-server.ts";
import { answerAsGoogle } from "../../sources/testing/google-server.ts";
import { serveS3 } from "../../sources/testing/s3-server.ts";
import type { Context } from "../runtime/index.ts";
import { FailureError } from "../source/failure.ts";
import { createSourcePorts } from "../source/ports.ts";
import { openBucket } from "./open.ts";

const now = new Date("2026-06-01T12:00:00Z");
const objects = new Map([["a.yaml", "a: 1\n"]]);
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const account = JSON.stringify({
  type: "service_account",
  client_email: "reader@school.iam.gserviceaccount.com",
  private_key: pair.privateKey.export({ type: "pkcs8", format: "pem" }),
  token_uri: "https://oauth2.googleapis.com/token",
});

interface World {
  readonly env?: Readonly<Record<string, string>>;
  /** What the clouds answer, by method and URL; a number is a status. */
  readonly answers?: Readonly<Record<string, string | number>>;
  readonly secret?: Readonly<Record<string, string>>;
}

/** Opens a bucket beside a Secret `keys`; `asked` are the requests for an identity, `sent` those for the bucket. */
async function open(t: TestContext, spec: Partial<Bucket["spec"]>, { env = {}, answers = {}, secret }: World) {
  const cluster = createCluster();
  t.after(() => cluster.close());
  const client = createClient({ server: "http://cluster.test", fetch: (request) => cluster.fetch(request) });
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
  const metadata = { name: "keys", namespace: "apps" };
  if (secret !== undefined)
    await client.create({ apiVersion: "v1", kind: "Secret", metadata, stringData: secret } as KubeObject);
  const asked: { readonly line: string; readonly body: string }[] = [];
  const sent: string[] = [];
  const found = createSourcePorts({} as Parameters<typeof createSourcePorts>[0]);
  const ports = {
    ...found,
    transport: async (request: Request) => {
      sent.push(new URL(request.url).host);
      if (request.url.startsWith("http://127.0.0.1")) return found.transport(request);
      return request.url.startsWith("https://storage.googleapis.com/")
        ? answerAsGoogle(request, { buckets: { apps: objects }, token: "token" })
        : answerAsAzure(request, { containers: { apps: objects }, allow: { token: "token" } });
    },
    cloud: {
      env,
      now: () => now,
      readFile: async (path: string) => `what is in ${path}\n`,
      fetch: async (request: Request) => {
        const line = `${request.method} ${request.url}`;
        asked.push({ line, body: await request.text() });
        const answer = answers[line] ?? 404;
        return typeof answer === "number" ? new Response("secret", { status: answer }) : new Response(answer);
      },
    },
  };
  const bucket = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "Bucket",
    metadata: { namespace: "apps", name: "bucket" },
    spec: {
      bucketName: "apps",
      interval: "1m",
      endpoint: "s3.test",
      ...(secret === undefined ? {} : { secretRef: { name: "keys" } }),
      ...spec,
    },
  } as Bucket;
  const context = { client, signal: t.signal, now: () => now } as unknown as Context;
  const said = async (step: () => Promise<unknown>): Promise<unknown> =>
    step().catch((error: unknown) => {
      assert.ok(error instanceof Error);
      return error instanceof FailureError ? `${error.failure.reason}: ${error.message}` : error.message;
    });
  const exists = await said(async () => (await openBucket(bucket, { context, ports })).exists());
  return { exists, asked, lines: asked.map(({ line }) => line), sent: [...new Set(sent)] };
}

const token = '{"access_token":"token"}';
const entra = "POST https://login.microsoftonline.com/tenant/oauth2/v2.0/token";
const machine =
  "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fstorage.azure.com";
const blobs = "https://school.blob.core.windows.net";
const google =
  "GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform%2Chttps%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.email";
const failedAws = "AWS authentication failed: failed to create provider access token for the controller";
const notOurs = "the identity of the controller is not sent to 'evil.example': it is not a host of Azure Blob Storage";

const cases: readonly (World & {
  readonly name: string;
  readonly spec: Partial<Bucket["spec"]>;
  readonly want: unknown;
  readonly asks: readonly string[];
  readonly sends: readonly string[];
})[] = [
  {
    name: "takes the identity of a machine in Azure",
    spec: { provider: "azure", endpoint: blobs },
    answers: { [machine]: token },
    want: true,
    asks: [machine],
    sends: ["school.blob.core.windows.net"],
  },
  {
    name: "takes the identity of a workload in Azure",
    spec: { provider: "azure", endpoint: blobs },
    env: { AZURE_TENANT_ID: "tenant", AZURE_CLIENT_ID: "client", AZURE_FEDERATED_TOKEN_FILE: "/token" },
    answers: { [entra]: token },
    want: true,
    asks: [entra],
    sends: ["school.blob.core.windows.net"],
  },
  {
    name: "takes the identity of a machine that a Secret names",
    spec: { provider: "azure", endpoint: blobs },
    secret: { clientId: "client" },
    answers: { [`${machine}&client_id=client`]: token },
    want: true,
    asks: [`${machine}&client_id=client`],
    sends: ["school.blob.core.windows.net"],
  },
  {
    name: "takes a principal of Azure to any host, as it is the Secret's",
    spec: { provider: "azure", endpoint: "https://blobs.example" },
    secret: { tenantId: "tenant", clientId: "client", clientSecret: "secret" },
    answers: { [entra]: token },
    want: true,
    asks: [entra],
    sends: ["blobs.example"],
  },
  {
    name: "keeps its own identity in Azure from other hosts",
    spec: { provider: "azure", endpoint: "https://evil.example" },
    answers: { [machine]: token },
    want: `AuthenticationFailed: ${notOurs}`,
    asks: [],
    sends: [],
  },
  {
    name: "keeps its own identity in Azure from other hosts when a Secret names it, too",
    spec: { provider: "azure", endpoint: "https://evil.example" },
    secret: { clientId: "client" },
    want: `AuthenticationFailed: ${notOurs}`,
    asks: [],
    sends: [],
  },
  {
    name: "sends its own identity in Azure to no authority of a Secret",
    spec: { provider: "azure", endpoint: blobs },
    secret: { authorityHost: "https://evil.example" },
    want: "AuthenticationFailed: 'keys' secret data has an 'authorityHost', and nobody for it to know",
    asks: [],
    sends: [],
  },
  {
    name: "does not say what Azure answered",
    spec: { provider: "azure", endpoint: blobs },
    want: "cannot get an access token of Microsoft Entra from 169.254.169.254: response status code 404",
    asks: [machine],
    sends: [],
  },
  {
    name: "takes the identity of a machine of Google's",
    spec: { provider: "gcp" },
    answers: { [google]: token },
    want: true,
    asks: [google],
    sends: ["storage.googleapis.com"],
  },
  {
    name: "takes a service account of Google's",
    spec: { provider: "gcp" },
    secret: { serviceaccount: account },
    answers: { "POST https://oauth2.googleapis.com/token": token },
    want: true,
    asks: ["POST https://oauth2.googleapis.com/token"],
    sends: ["storage.googleapis.com"],
  },
  {
    name: "takes a user's login of Google's",
    spec: { provider: "gcp" },
    secret: {
      serviceaccount: '{"type":"authorized_user","client_id":"id","client_secret":"s","refresh_token":"r"}',
    },
    answers: { "POST https://oauth2.googleapis.com/token": token },
    want: true,
    asks: ["POST https://oauth2.googleapis.com/token"],
    sends: ["storage.googleapis.com"],
  },
  // The next two as source-controller 1.9.1 says it.
  {
    name: "refuses a service account that is not JSON",
    spec: { provider: "gcp" },
    secret: { serviceaccount: "garbage" },
    want: "AuthenticationFailed: dialing: invalid character 'g' looking for beginning of value",
    asks: [],
    sends: [],
  },
  {
    name: "refuses a service account that is something else",
    spec: { provider: "gcp" },
    secret: { serviceaccount: '{"type":"somebody"}' },
    want: 'AuthenticationFailed: dialing: credentials: unsupported filetype "somebody"',
    asks: [],
    sends: [],
  },
  {
    name: "refuses Google's credentials that name files",
    spec: { provider: "gcp" },
    secret: { serviceaccount: '{"type":"external_account","credential_source":{"file":"/etc/passwd"}}' },
    want: `AuthenticationFailed: Google's credentials of type "external_account" are not taken from a Secret`,
    asks: [],
    sends: [],
  },
  {
    name: "asks the token service that a bucket of Amazon names",
    spec: {
      provider: "aws",
      region: "eu-west-1",
      sts: { provider: "aws", endpoint: "https://vpce-1.sts.eu-west-1.vpce.amazonaws.com" },
    },
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
    answers: { "POST https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/": 403 },
    want: `AuthenticationFailed: ${failedAws}: cannot get credentials of the role from vpce-1.sts.eu-west-1.vpce.amazonaws.com: response status code 403`,
    asks: ["POST https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/"],
    sends: [],
  },
  ...["https://evil.example/sts.amazonaws.com", "https://evil.example?x.sts.amazonaws.com"].map((endpoint) => ({
    name: `does not take ${endpoint} for a token service of Amazon's`,
    spec: { provider: "aws", region: "eu-west-1", sts: { provider: "aws", endpoint } } as const,
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
    want: `AuthenticationFailed: ${failedAws}: invalid STS endpoint: '${endpoint}'. must match ^https://(.+\\.)?sts(-fips)?(\\.[^.]+)?(\\.vpce)?\\.amazonaws\\.com$`,
    asks: [],
    sends: [],
  })),
  {
    name: "does not take a host for a region of Amazon's",
    spec: { provider: "aws", region: "evil.example/" },
    env: { AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
    want: `AuthenticationFailed: ${failedAws}: 'evil.example/' is not the name of a region`,
    asks: [],
    sends: [],
  },
];

for (const { name, spec, want, asks, sends, ...world } of cases)
  test(`openBucket() ${name}`, async (t) => {
    const { exists, lines, sent } = await open(t, spec, world);
    assert.equal(exists, want);
    assert.deepEqual(lines, asks);
    assert.deepEqual(sent, sends);
  });

test("openBucket() signs for Amazon with what the role gave", async (t) => {
  const role =
    "<R><Credentials><AccessKeyId>AK</AccessKeyId><SecretAccessKey>SK</SecretAccessKey><SessionToken>ST</SessionToken></Credentials></R>";
  const keys = { accessKey: "AK", secretKey: "SK" };
  const server = await serveS3({ buckets: { apps: objects }, keys, sessionToken: "ST" });
  t.after(() => server.close());
  const spec = { provider: "aws", endpoint: `127.0.0.1:${server.port}`, insecure: true } as const;
  const { exists, asked } = await open(t, spec, {
    env: { AWS_REGION: "eu-west-1", AWS_WEB_IDENTITY_TOKEN_FILE: "/token", AWS_ROLE_ARN: "arn:aws:iam::1:role/x" },
    answers: { "POST https://sts.eu-west-1.amazonaws.com/": role },
  });
  assert.equal(exists, true);
  assert.equal(new URLSearchParams(asked[0]?.body).get("WebIdentityToken"), "what is in /token");
});

test("openBucket() asks Google for no more than reading", async (t) => {
  const secret = { serviceaccount: account };
  const { asked } = await open(t, { provider: "gcp" }, { secret });
  const [header = "", claims = "", signature = ""] = (new URLSearchParams(asked[0]?.body).get("assertion") ?? "").split(
    ".",
  );
  const read = JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as Readonly<Record<string, unknown>>;
  assert.equal(read["scope"], "https://www.googleapis.com/auth/devstorage.read_only");
  const signed = Buffer.from(`${header}.${claims}`);
  assert.equal(verify("sha256", signed, pair.publicKey, Buffer.from(signature, "base64url")), true);
});
