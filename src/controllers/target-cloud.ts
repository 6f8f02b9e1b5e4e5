import { AwsV4Signer } from "aws4fetch";
import { messageOf } from "../base/errors.ts";
import { valueAt } from "../base/json-pointer.ts";
import { readBounded } from "../base/node/body.ts";
import { connectionOf, parseKubeconfig } from "../kube/node/index.ts";
import {
  type AwsKeys,
  type CloudPorts,
  environmentToken,
  findAwsKeys,
  googleToken,
  signingTime,
} from "../oci/index.ts";
import type { Expiring } from "./runtime/index.ts";

/** How a cluster is reached for some time. */
export interface ClusterAccess extends Expiring {
  readonly server: string;
  /** PEM; empty for the authorities that everybody trusts. */
  readonly ca: string;
  readonly token: string;
}

/** What a ConfigMap says of a cluster of a cloud; what is empty, the cloud is asked for. */
export interface CloudCluster {
  readonly provider: "aws" | "azure" | "gcp";
  readonly cluster: string;
  readonly address: string;
  readonly ca: string;
}

/** Gives access to a cluster as the identity of this process in its cloud. Throws with Flux's texts. */
export async function accessCloudCluster(wanted: CloudCluster, cloud: CloudPorts): Promise<ClusterAccess> {
  switch (wanted.provider) {
    case "aws":
      return await accessEks(wanted, cloud);
    case "azure":
      return await accessAks(wanted, cloud);
    case "gcp":
      return await accessGke(wanted, cloud);
  }
}

const eksPattern = String.raw`^arn:aws[\w-]*:eks:([^:]{1,100}):[0-9]{1,30}:cluster/(.{1,200})$`;
const minute = 60_000;

async function accessEks({ cluster, address, ca }: CloudCluster, cloud: CloudPorts): Promise<ClusterAccess> {
  const [, region = "", name = ""] = new RegExp(eksPattern).exec(cluster) ?? [];
  if (region === "") throw new Error(`invalid EKS cluster ARN: '${cluster}'. must match ${eksPattern}`);
  if (!/^[a-z0-9-]+$/.test(region)) throw new Error(`invalid EKS cluster ARN: '${cluster}': its region is none`);
  keepWithin(address, /\.[a-z0-9-]+\.eks\.amazonaws\.com(\.cn)?$/);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  // A token of EKS is good for a quarter of an hour.
  const expiresAt = new Date(cloud.now().getTime() + 15 * minute);
  const keys = await asController(() => findAwsKeys({ region }, cloud));
  const place = { keys, region, cloud };
  let found = { server: address, ca };
  if (address === "" || ca === "") {
    const url = `https://eks.${region}.${domain}/clusters/${encodeURIComponent(name)}`;
    const described = await describing(`EKS cluster '${cluster}'`, async () =>
      askJson(await signed(url, { ...place, service: "eks" }), cloud),
    );
    const data = text(described, "cluster", "certificateAuthority", "data");
    found = { server: address || text(described, "cluster", "endpoint"), ca: ca || fromBase64(data) };
  }
  const identity = new URL(`https://sts.${region}.${domain}/`);
  identity.search = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=900";
  const headers = { "x-k8s-aws-id": name };
  const presigned = await signed(identity.href, { ...place, service: "sts", headers, signQuery: true });
  const token = `k8s-aws-v1.${Buffer.from(presigned.url).toString("base64url")}`;
  return { ...found, token, expiresAt };
}

async function signed(
  url: string,
  how: {
    readonly keys: AwsKeys;
    readonly region: string;
    readonly service: string;
    readonly cloud: CloudPorts;
    readonly headers?: Readonly<Record<string, string>>;
    readonly signQuery?: boolean;
  },
): Promise<Request> {
  const { keys, cloud, ...rest } = how;
  const datetime = signingTime(cloud);
  const { url: target, headers } = await new AwsV4Signer({ ...keys, ...rest, url, method: "GET", datetime }).sign();
  return new Request(target, { headers });
}

const aksPattern =
  "(?i)^/subscriptions/([^/]{36})/resourceGroups/([^/]{1,200})/providers/Microsoft\\.ContainerService/managedClusters/([^/]{1,200})$";
/** The application that all clusters of AKS are in Microsoft Entra. */
const aks = "6dae42f8-4368-4678-94ff-3960e28e3630";
const entraGuide = "https://learn.microsoft.com/en-us/azure/aks/enable-authentication-microsoft-entra-id";

async function accessAks({ cluster, address, ca }: CloudCluster, cloud: CloudPorts): Promise<ClusterAccess> {
  keepWithin(address, /\.azmk8s\.(io|us)$|\.azk8s\.cn$/);
  const token = await asController(() => environmentToken(aks, { ports: cloud }));
  const expiresAt = expiryOf(token, cloud.now());
  if (address !== "" && ca !== "") return { server: address, ca, token, expiresAt };
  if (!new RegExp(aksPattern.slice(4), "i").test(cluster))
    throw new Error(`invalid AKS cluster ID: '${cluster}'. must match ${aksPattern}`);
  const manager = managerOf(cloud.env["AZURE_AUTHORITY_HOST"] ?? "");
  const bearer = await asController(() => environmentToken(manager, { ports: cloud }));
  const base = manager + cluster.split("/").map(encodeURIComponent).join("/");
  const ask = (suffix: string, method: string): Promise<unknown> =>
    askJson(
      new Request(`${base}${suffix}?api-version=2024-09-01`, {
        method,
        headers: { authorization: `Bearer ${bearer}` },
      }),
      cloud,
    );
  const described = await describing("AKS cluster", () => ask("", "GET"));
  if (at(described, "properties", "aadProfile") === undefined)
    throw new Error(
      `AKS cluster ${cluster} does not have Microsoft Entra ID integration enabled. See docs for enabling: ${entraGuide}`,
    );
  const listed = at(await ask("/listClusterUserCredential", "POST"), "kubeconfigs");
  const configs = (Array.isArray(listed) ? listed : []).map((one) =>
    connectionOf(parseKubeconfig(fromBase64(text(one, "value")))),
  );
  const wanted = address === "" ? "" : canonicalAddress(address);
  const found = configs.find(({ server }) => wanted === "" || canonicalAddress(server) === wanted);
  if (found === undefined) {
    const known = configs.map(({ server }) => `'${server}'`).join(", ");
    const which = wanted === "" ? "" : ` matching the specified address '${address}'. cluster addresses: [${known}]`;
    throw new Error(`no kubeconfig found for AKS cluster ${cluster}${which}`);
  }
  const own = found.tls.ca !== undefined && "text" in found.tls.ca ? found.tls.ca.text : "";
  return { server: address || found.server, ca: ca || own, token, expiresAt };
}

function managerOf(authority: string): string {
  if (authority.includes("chinacloudapi.cn")) return "https://management.chinacloudapi.cn";
  if (authority.includes("microsoftonline.us")) return "https://management.usgovcloudapi.net";
  return "https://management.azure.com";
}

const gkePattern = "^projects/[^/]{1,200}/locations/[^/]{1,200}/clusters/[^/]{1,200}$";

async function accessGke({ cluster, address, ca }: CloudCluster, cloud: CloudPorts): Promise<ClusterAccess> {
  const token = await asController(() => googleToken(cloud));
  // Google's services give tokens that are good for five minutes more at least.
  const expiresAt = new Date(cloud.now().getTime() + 5 * minute);
  if (!new RegExp(gkePattern).test(cluster))
    throw new Error(`invalid GKE cluster ID: '${cluster}'. must match ${gkePattern}`);
  const url = `https://container.googleapis.com/v1/${cluster.split("/").map(encodeURIComponent).join("/")}`;
  const described = await describing(`GKE cluster '${cluster}'`, () =>
    askJson(new Request(url, { headers: { authorization: `Bearer ${token}` } }), cloud),
  );
  const own = [
    at(described, "endpoint"),
    at(described, "privateClusterConfig", "privateEndpoint"),
    at(described, "privateClusterConfig", "publicEndpoint"),
    at(described, "controlPlaneEndpointsConfig", "dnsEndpointConfig", "endpoint"),
  ].filter((one) => typeof one === "string" && one !== "") as readonly string[];
  // An address of GKE is a number: only Google can tell whether it is one of the cluster, which alone may get the token.
  if (address !== "" && !own.some((one) => canonicalAddress(one) === canonicalAddress(address)))
    throw new Error(`the address '${address}' is none of GKE cluster '${cluster}'`);
  const authority = at(described, "masterAuth", "clusterCaCertificate");
  return {
    server: address || text(described, "endpoint"),
    ca: ca || fromBase64(typeof authority === "string" ? authority : ""),
    token,
    expiresAt,
  };
}

/** The address as `https://host:port` in small letters. Throws with Flux's texts. */
export function canonicalAddress(address: string): string {
  const whole = address.startsWith("http") ? address : `https://${address}`;
  if (!URL.canParse(whole)) throw new Error(`failed to parse Kubernetes API server address '${whole}'`);
  const url = new URL(whole);
  if (url.protocol !== "https:") throw new Error(`the Kubernetes API server address '${whole}' must use https scheme`);
  return `https://${url.hostname.toLowerCase()}:${url.port === "" ? "443" : url.port}`;
}

/** Whoever writes a ConfigMap chooses the address: the identity of this process is for hosts of its cloud. */
function keepWithin(address: string, hosts: RegExp): void {
  if (address === "") return;
  const { hostname } = new URL(canonicalAddress(address));
  if (!hosts.test(hostname))
    throw new Error(
      `the identity of the controller is not sent to '${hostname}': it is not a host of the cloud's clusters`,
    );
}

async function asController<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (cause) {
    const failed = "failed to get access token for cluster: failed to create provider access token for the controller";
    throw new Error(`${failed}: ${messageOf(cause)}`, { cause });
  }
}

async function describing<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    throw new Error(`failed to describe ${what}: ${messageOf(cause)}`, { cause });
  }
}

const answerLimit = 4 << 20;

async function askJson(request: Request, { fetch, signal }: CloudPorts): Promise<unknown> {
  const { host } = new URL(request.url);
  const answer = await fetch(signal === undefined ? request : new Request(request, { signal }));
  if (answer.status !== 200) throw new Error(`response status code ${answer.status} of ${host}`);
  const body = new TextDecoder().decode(await readBounded(answer, answerLimit));
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // An error of JSON.parse quotes what it read.
    throw new Error(`the answer of ${host} is no JSON`);
  }
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return valueAt(value, path) ?? undefined;
}

function text(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path);
  if (typeof found !== "string" || found === "") throw new Error(`the answer has no ${path.join(".")}`);
  return found;
}

function fromBase64(encoded: string): string {
  return Buffer.from(encoded, "base64").toString("utf8");
}

/** When a JSON web token ends; a token that is none is good for some minutes. */
export function expiryOf(token: string, now: Date): Date {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")) as unknown;
    const end = at(claims, "exp");
    if (typeof end === "number") return new Date(end * 1000);
  } catch {
    // An opaque token.
  }
  return new Date(now.getTime() + 5 * minute);
}
