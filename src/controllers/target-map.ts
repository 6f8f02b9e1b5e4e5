import { isApiError, type KubeObject } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import type { Connection } from "../kube/node/index.ts";
import { identityOf, type Context } from "./runtime/index.ts";
import { accessCloudCluster, canonicalAddress, type ClusterAccess } from "./target-cloud.ts";
import { TargetError, type TargetOptions } from "./target-spec.ts";

/** What a ConfigMap says of a cluster. */
interface ClusterMap {
  readonly provider: "generic" | "aws" | "azure" | "gcp";
  readonly cluster: string;
  readonly address: string;
  readonly ca: string;
  readonly audiences: readonly string[];
  /** Empty: the identity of this process. */
  readonly account: string;
}

/** The connection that a ConfigMap describes. Its token is told anew when it is old: a wait may take longer than a token lasts. */
export async function connectionFromMap(
  owner: KubeObject,
  map: KubeObject,
  context: Context,
  options: TargetOptions,
): Promise<Connection> {
  const { namespace, name: ownName } = identityOf(owner);
  const wanted = readMap(map, options);
  const key = JSON.stringify([wanted.account === "" ? "" : namespace, wanted]);
  const involved = { kind: owner.kind, namespace, name: ownName };
  const make = async (): Promise<ClusterAccess> => {
    try {
      return await accessTo(wanted, namespace, context, options);
    } catch (cause) {
      const code = isApiError(cause, "NotFound") ? "Missing" : "Unusable";
      throw cause instanceof TargetError ? cause : new TargetError(code, messageOf(cause), { cause });
    }
  };
  const access = (): Promise<ClusterAccess> => options.tokens?.get(key, involved, make) ?? make();
  const { server, ca } = await access();
  return {
    server: canonicalOf(server),
    namespace: "default",
    context: "",
    tls: { insecure: false, ...(ca === "" ? {} : { ca: { text: ca } }) },
    auth: { kind: "token", token: { name: key, ask: async () => (await access()).token } },
  };
}

const providers = ["generic", "aws", "azure", "gcp"] as const;

function readMap(map: KubeObject, { defaultKubeconfigServiceAccount = "" }: TargetOptions): ClusterMap {
  const data = (map.data ?? {}) as Readonly<Record<string, string>>;
  const { provider: named = "", cluster = "", address = "", serviceAccountName = "" } = data;
  const provider = providers.find((one) => one === named);
  if (provider === undefined) throw new TargetError("Unusable", `provider '${named}' not implemented`);
  const listed = (data.audiences ?? "").split("\n").map((line) => line.trim());
  return {
    provider,
    cluster,
    address,
    ca: data["ca.crt"] ?? "",
    audiences: listed.filter((line) => line !== ""),
    account: serviceAccountName === "" ? defaultKubeconfigServiceAccount : serviceAccountName,
  };
}

async function accessTo(
  wanted: ClusterMap,
  namespace: string,
  context: Context,
  options: TargetOptions,
): Promise<ClusterAccess> {
  const { provider, account } = wanted;
  if (account !== "") await checkAccount({ namespace, name: account }, context, options);
  // Flux: whoever names a ServiceAccount is not the controller, and that is for the gate to allow.
  if (account !== "" && options.featureGates?.has("ObjectLevelWorkloadIdentity") !== true)
    throw new TargetError(
      "Unusable",
      "failed to get access token for cluster: ObjectLevelWorkloadIdentity feature gate is not enabled",
    );
  if (provider === "generic") return await accessByToken(wanted, namespace, context, options);
  if (account !== "")
    throw new TargetError("Unusable", `the identity of a service account in the cloud '${provider}' is not supported`);
  const { cloud } = options;
  if (cloud === undefined)
    throw new TargetError("Unusable", `the identity of this process in the cloud '${provider}' is not set up`);
  return await accessCloudCluster({ ...wanted, provider }, { ...cloud, signal: context.signal, now: context.now });
}

async function checkAccount(
  account: { readonly namespace: string; readonly name: string },
  { client, signal }: Context,
  { defaultKubeconfigServiceAccount }: TargetOptions,
): Promise<void> {
  const reference = { apiVersion: "v1", kind: "ServiceAccount", ...account };
  try {
    await client.get(reference, { signal });
  } catch (cause) {
    const isMissing = isApiError(cause, "NotFound");
    const why = isMissing && account.name === defaultKubeconfigServiceAccount ? lockdown : messageOf(cause);
    const failed = `failed to get access token for cluster: failed to get service account '${account.namespace}/${account.name}'`;
    throw new TargetError(isMissing ? "Missing" : "Unusable", `${failed}: ${why}`, { cause });
  }
}

const lockdown =
  "the specified default service account does not exist in the object namespace. your cluster is subject to multi-tenant workload identity lockdown, reach out to your cluster administrator for help";

/** Flux's `generic` provider: a token of a service account of this cluster, for another cluster that trusts it. */
async function accessByToken(
  { address, ca, audiences, account }: ClusterMap,
  namespace: string,
  { signal }: Context,
  options: TargetOptions,
): Promise<ClusterAccess> {
  const { requestToken } = options;
  if (requestToken === undefined) throw new TargetError("Unusable", "tokens of service accounts are not set up");
  const failed = "failed to get access token for cluster: ";
  const who =
    account === ""
      ? await ownAccount(
          options.cloud?.readFile,
          `${failed}failed to create provider access token for the controller: `,
        )
      : { namespace, name: account };
  let made: Awaited<ReturnType<typeof requestToken>>;
  try {
    made = await requestToken(who, { audiences: audiences.length > 0 ? audiences : [address], signal });
  } catch (cause) {
    const code = isApiError(cause, "NotFound") ? "Missing" : "Unusable";
    const subject = `${who.namespace}/${who.name}`;
    const text = `${failed}failed to create kubernetes token for service account '${subject}': ${messageOf(cause)}`;
    throw new TargetError(code, text, { cause });
  }
  if (address === "") throw new TargetError("Unusable", "cluster address is required to create a REST config");
  return { server: address, ca, ...made };
}

const tokenFile = "/var/run/secrets/kubernetes.io/serviceaccount/token";

/** The service account that this process runs as, from the token that Kubernetes gives to it. */
async function ownAccount(readFile: ((path: string) => Promise<string>) | undefined, failed: string) {
  let token: string;
  try {
    token = (await readFile?.(tokenFile)) ?? "";
  } catch (cause) {
    const text = `failed to read service account token file ${tokenFile}: open ${tokenFile}: no such file or directory`;
    throw new TargetError("Unusable", failed + text, { cause });
  }
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const [, namespace, name] = /"sub":"system:serviceaccount:([^:"]+):([^:"]+)"/.exec(claims) ?? [];
  if (namespace === undefined || name === undefined)
    throw new TargetError("Unusable", `${failed}failed to parse service account token: it names no service account`);
  return { namespace, name };
}

function canonicalOf(address: string): string {
  try {
    return canonicalAddress(address);
  } catch (cause) {
    throw new TargetError("Unusable", `failed to parse cluster address ${address}: ${messageOf(cause)}`, { cause });
  }
}
