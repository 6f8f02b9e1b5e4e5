import assert from "node:assert/strict";
import { test } from "node:test";
import type { CloudPorts } from "../oci/index.ts";
import { accessCloudCluster, type CloudCluster, expiryOf } from "./target-cloud.ts";

const now = new Date("2026-11-25T10:00:00Z");
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const jwt = (claims: unknown): string => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;

/** A cloud that gives these answers in its documented forms, by method and URL; everything else is not found. */
function cloudOf(env: Readonly<Record<string, string>>, answers: Readonly<Record<string, unknown>>) {
  const asked: { readonly line: string; readonly headers: Headers; readonly body: string }[] = [];
  const ports: CloudPorts = {
    env,
    now: () => now,
    readFile: async () => "a-token-of-kubernetes",
    fetch: async (request) => {
      const line = `${request.method} ${request.url}`;
      asked.push({ line, headers: request.headers, body: await request.text() });
      const found = answers[line];
      return found === undefined ? new Response("", { status: 404 }) : Response.json(found);
    },
  };
  return { ports, asked };
}

const keys = {
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: "a-session-token",
};
const eks = "arn:aws:eks:eu-west-1:123456789012:cluster/prod";
const eksUrl = "GET https://eks.eu-west-1.amazonaws.com/clusters/prod";
const eksHost = "https://ABC.gr7.eu-west-1.eks.amazonaws.com";
const described = { cluster: { endpoint: eksHost, certificateAuthority: { data: base64("a CA") } } };

// Made by Amazon's own library for these keys at this time: aws-sdk-go-v2's PresignHTTP, as Flux calls it.
const presigned =
  "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20261125%2Feu-west-1%2Fsts%2Faws4_request&X-Amz-Date=20261125T100000Z&X-Amz-Expires=900&X-Amz-Security-Token=a-session-token&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id&X-Amz-Signature=17bd091e08d896a03aa7c8e137b14d9e4a04ff84695ea5edadf8526871e658ef";

test("accessCloudCluster() makes the token of EKS that Amazon's library makes, and asks where the cluster is", async () => {
  const { ports, asked } = cloudOf(keys, { [eksUrl]: described });
  const access = await accessCloudCluster({ provider: "aws", cluster: eks, address: "", ca: "" }, ports);
  assert.match(access.token, /^k8s-aws-v1\./);
  const url = new URL(Buffer.from(access.token.slice("k8s-aws-v1.".length), "base64url").toString("utf8"));
  const wanted = new URL(presigned);
  assert.equal(url.origin + url.pathname, wanted.origin + wanted.pathname);
  assert.deepEqual(Object.fromEntries(url.searchParams), Object.fromEntries(wanted.searchParams));
  assert.deepEqual([access.server, access.ca], [eksHost, "a CA"]);
  assert.equal(access.expiresAt.toISOString(), "2026-11-25T10:15:00.000Z");
  assert.match(
    asked[0]?.headers.get("authorization") ?? "",
    /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20261125\/eu-west-1\/eks\//,
  );
});

const aks =
  "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/prod";
const azure = { AZURE_TENANT_ID: "t", AZURE_CLIENT_ID: "c", AZURE_FEDERATED_TOKEN_FILE: "/token" };
const entra = "POST https://login.microsoftonline.com/t/oauth2/v2.0/token";
const aksToken = jwt({ exp: now.getTime() / 1000 + 3600 });
const aksKubeconfig = `current-context: a
contexts: [{name: a, context: {cluster: a, user: a}}]
clusters: [{name: a, cluster: {server: "https://prod.hcp.westeurope.azmk8s.io:443", certificate-authority-data: ${base64("a CA")}}}]
users: [{name: a, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin}}}]
`;
const aksAnswers = {
  [entra]: { access_token: aksToken },
  [`GET https://management.azure.com${aks}?api-version=2024-09-01`]: { properties: { aadProfile: { managed: true } } },
  [`POST https://management.azure.com${aks}/listClusterUserCredential?api-version=2024-09-01`]: {
    kubeconfigs: [{ name: "clusterUser", value: base64(aksKubeconfig) }],
  },
};

test("accessCloudCluster() takes Entra's token to AKS, and asks Azure where the cluster is", async () => {
  const { ports, asked } = cloudOf(azure, aksAnswers);
  const access = await accessCloudCluster({ provider: "azure", cluster: aks, address: "", ca: "" }, ports);
  assert.deepEqual(
    [access.server, access.ca, access.token],
    ["https://prod.hcp.westeurope.azmk8s.io:443", "a CA", aksToken],
  );
  assert.equal(access.expiresAt.toISOString(), "2026-11-25T11:00:00.000Z");
  const scopes = asked.filter(({ line }) => line === entra).map(({ body }) => new URLSearchParams(body).get("scope"));
  assert.deepEqual(scopes, ["6dae42f8-4368-4678-94ff-3960e28e3630/.default", "https://management.azure.com/.default"]);
});

const gke = "projects/p/locations/europe-west1/clusters/prod";
const gkeUrl = `GET https://container.googleapis.com/v1/${gke}`;
const metadata =
  "GET http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token?scopes=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform%2Chttps%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.email";
const gkeAnswers = {
  [metadata]: { access_token: "ya29.token", expires_in: 3599, token_type: "Bearer" },
  [gkeUrl]: {
    endpoint: "203.0.113.7",
    masterAuth: { clusterCaCertificate: base64("a CA") },
    privateClusterConfig: { privateEndpoint: "10.0.0.2", publicEndpoint: "203.0.113.7" },
    controlPlaneEndpointsConfig: { dnsEndpointConfig: { endpoint: "gke-1.europe-west1.gke.goog" } },
  },
};
for (const { address, server } of [
  { address: "", server: "203.0.113.7" },
  { address: "https://10.0.0.2", server: "https://10.0.0.2" },
  { address: "gke-1.europe-west1.gke.goog", server: "gke-1.europe-west1.gke.goog" },
])
  test(`accessCloudCluster() takes Google's token to GKE at '${address}'`, async () => {
    const { ports } = cloudOf({}, gkeAnswers);
    const access = await accessCloudCluster({ provider: "gcp", cluster: gke, address, ca: "" }, ports);
    assert.deepEqual([access.server, access.ca, access.token], [server, "a CA", "ya29.token"]);
    assert.equal(access.expiresAt.toISOString(), "2026-11-25T10:05:00.000Z");
  });

const refusals: readonly {
  readonly name: string;
  readonly wanted: Partial<CloudCluster> & Pick<CloudCluster, "provider">;
  readonly env?: Readonly<Record<string, string>>;
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly want: RegExp;
  readonly asks?: number;
}[] = [
  {
    name: "what is no cluster of EKS",
    wanted: { provider: "aws", cluster: "prod" },
    want: /^invalid EKS cluster ARN: 'prod'\. must match \^arn:aws/,
    asks: 0,
  },
  {
    name: "a region that leads elsewhere",
    wanted: { provider: "aws", cluster: "arn:aws:eks:x.example.com/:1:cluster/a" },
    want: /its region is none$/,
    asks: 0,
  },
  {
    name: "an address of EKS that is not Amazon's",
    wanted: { provider: "aws", cluster: eks, address: "https://eks.amazonaws.com.example.com", ca: "a" },
    env: keys,
    want: /^the identity of the controller is not sent to 'eks\.amazonaws\.com\.example\.com'/,
    asks: 0,
  },
  {
    name: "a cluster of EKS that is not there",
    wanted: { provider: "aws", cluster: eks },
    env: keys,
    want: /^failed to describe EKS cluster 'arn:aws:eks:[^']+': response status code 404 of eks\.eu-west-1\.amazonaws\.com$/,
  },
  {
    name: "an identity that Entra does not know",
    wanted: { provider: "azure", cluster: aks },
    env: azure,
    want: /^failed to get access token for cluster: failed to create provider access token for the controller: cannot get an access token of Microsoft Entra/,
  },
  {
    name: "an address of AKS that is not Azure's",
    wanted: { provider: "azure", cluster: aks, address: "https://example.com", ca: "a" },
    env: azure,
    want: /^the identity of the controller is not sent to 'example\.com'/,
    asks: 0,
  },
  {
    name: "what is no cluster of AKS",
    wanted: { provider: "azure", cluster: "/subscriptions/1" },
    env: azure,
    answers: aksAnswers,
    want: /^invalid AKS cluster ID: '\/subscriptions\/1'\. must match \(\?i\)\^\/subscriptions/,
  },
  {
    name: "a cluster of AKS without Entra",
    wanted: { provider: "azure", cluster: aks },
    env: azure,
    answers: { ...aksAnswers, [`GET https://management.azure.com${aks}?api-version=2024-09-01`]: { properties: {} } },
    want: /does not have Microsoft Entra ID integration enabled\. See docs for enabling: https:/,
  },
  {
    name: "another address than AKS has",
    wanted: { provider: "azure", cluster: aks, address: "https://other.azmk8s.io" },
    env: azure,
    answers: aksAnswers,
    want: /^no kubeconfig found for AKS cluster .* matching the specified address 'https:\/\/other\.azmk8s\.io'\. cluster addresses: \['https:\/\/prod\./,
  },
  {
    name: "what is no cluster of GKE",
    wanted: { provider: "gcp", cluster: "projects/p" },
    answers: gkeAnswers,
    want: /^invalid GKE cluster ID: 'projects\/p'\. must match \^projects/,
  },
  {
    name: "an address that GKE does not have",
    wanted: { provider: "gcp", cluster: gke, address: "https://203.0.113.8", ca: "a" },
    answers: gkeAnswers,
    want: /^the address 'https:\/\/203\.0\.113\.8' is none of GKE cluster/,
  },
];
for (const { name, wanted, env = {}, answers = {}, want, asks } of refusals)
  test(`accessCloudCluster() refuses ${name}`, async () => {
    const { ports, asked } = cloudOf(env, answers);
    const whole = { cluster: "", address: "", ca: "", ...wanted };
    await assert.rejects(accessCloudCluster(whole, ports), { message: want });
    if (asks !== undefined) assert.equal(asked.length, asks);
  });

test("expiryOf() reads when a token ends, and gives minutes to one that does not tell", () => {
  assert.equal(expiryOf(jwt({ exp: 1_800_000_000 }), now).getTime(), 1_800_000_000_000);
  for (const token of ["opaque", jwt({}), jwt("text"), "a.!!!.c"])
    assert.equal(expiryOf(token, now).getTime(), now.getTime() + 300_000);
});
