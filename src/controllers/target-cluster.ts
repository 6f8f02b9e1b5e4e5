import { createHash } from "node:crypto";
import { isApiError, type KubeObject } from "../api/index.ts";
import { CodedError, messageOf } from "../base/errors.ts";
import { type Client, createWatchCache, type Fetch, type WatchCache } from "../kube/index.ts";
import { type Connection, connectionOf, connectTo, parseKubeconfig } from "../kube/node/index.ts";
import type { Concealer } from "./concealment.ts";
import type { Context } from "./runtime/index.ts";

/** A cluster cannot be reached as a spec says; the code tells whether what it names is missing. */
export class TargetError extends CodedError<"Missing" | "Unusable"> {}

export interface TargetOptions {
  /** A client of the controllers' own cluster that acts as another user. */
  readonly clientAs?: (user: string) => Client;
  /** Asks the controllers' own cluster for a token of a service account, for clusters that trust it. */
  readonly requestToken?: RequestToken;
  /** Flux: --default-service-account, for specs without a kubeconfig. */
  readonly defaultServiceAccount?: string;
  /** Flux: --default-kubeconfig-service-account. */
  readonly defaultKubeconfigServiceAccount?: string;
  /** Flux: --insecure-kubeconfig-exec. */
  readonly insecureKubeconfigExec?: boolean;
  /** Flux: --insecure-kubeconfig-tls. */
  readonly insecureKubeconfigTls?: boolean;
}

export type RequestToken = (
  account: { readonly namespace: string; readonly name: string },
  options: { readonly audiences: readonly string[]; readonly signal: AbortSignal },
) => Promise<string>;

/** The parts of a spec that say where its objects go, and in whose name. */
export interface TargetSpec {
  readonly kubeConfig?: {
    readonly secretRef?: { readonly name: string; readonly key?: string };
    readonly configMapRef?: { readonly name: string };
  };
  readonly serviceAccountName?: string;
}

/** The context in which a spec's own objects are read and written. Disposing gives its cluster back. */
export interface Acting extends Disposable {
  readonly context: Context;
  /** The service account of the controllers' own cluster that is acted as; empty when it is the controller itself. */
  readonly serviceAccount: string;
}

export interface TargetClusters {
  /** Throws TargetError with Flux's text. */
  enter(owner: KubeObject, spec: TargetSpec, context: Context, concealer: Concealer): Promise<Acting>;
}

interface Opened extends Disposable {
  readonly client: Client;
  readonly cache: WatchCache;
}

const mostIdle = 16;

/** Opens the clusters that specs name, each once for all who name it in the same way; those that nobody uses are closed in time. */
export function createTargetClusters(options: TargetOptions): TargetClusters {
  const pool = createPool();
  return {
    async enter(owner, spec, context, concealer) {
      const { namespace = "" } = owner.metadata;
      const { kubeConfig } = spec;
      if (kubeConfig === undefined) {
        const account = spec.serviceAccountName ?? options.defaultServiceAccount ?? "";
        if (account === "") return { context, serviceAccount: "", [Symbol.dispose]: () => {} };
        const { clientAs } = options;
        if (clientAs === undefined)
          throw new TargetError("Unusable", "cannot act as a service account: impersonation is not set up");
        const user = userOf(namespace, account);
        const lent = pool.lend(context, `as ${user}`, () => withCache(clientAs(user)));
        return { ...lent, serviceAccount: account };
      }
      const connection = await readConnection(namespace, kubeConfig, context, options);
      concealer.addTexts(credentialsOf(connection));
      const account = spec.serviceAccountName ?? options.defaultKubeconfigServiceAccount ?? "";
      const impersonate = account === "" ? {} : { impersonate: { user: userOf(namespace, account) } };
      const lent = pool.lend(context, digestOf([connection, impersonate]), () => {
        const connected = connectTo(connection, { userAgent: "coxswain", ...impersonate });
        return withCache(connected.client, connected);
      });
      return { ...lent, serviceAccount: "" };
    },
  };
}

function credentialsOf({ auth, tls }: Connection): readonly string[] {
  const texts = [tls.key, auth.kind === "token" ? auth.token : undefined].map((one) =>
    one !== undefined && "text" in one ? one.text : "",
  );
  return auth.kind === "basic" ? [...texts, auth.password] : texts;
}

function userOf(namespace: string, account: string): string {
  return `system:serviceaccount:${namespace}:${account}`;
}

function withCache(client: Client, connection?: Disposable): Opened {
  const cache = createWatchCache({ client });
  return {
    client,
    cache,
    [Symbol.dispose]: () => {
      void Promise.resolve(cache[Symbol.asyncDispose]()).finally(() => connection?.[Symbol.dispose]());
    },
  };
}

function createPool() {
  const opened = new Map<string, { readonly cluster: Opened; users: number }>();
  const watched = new WeakSet<AbortSignal>();
  const sweep = (most: number): void => {
    let idle = [...opened.values()].filter(({ users }) => users === 0).length;
    for (const [key, { cluster, users }] of opened) {
      if (idle <= most) return;
      if (users > 0) continue;
      opened.delete(key);
      cluster[Symbol.dispose]();
      idle -= 1;
    }
  };
  return {
    lend(context: Context, key: string, open: () => Opened): { readonly context: Context } & Disposable {
      const { signal } = context;
      if (!watched.has(signal)) signal.addEventListener("abort", () => sweep(0), { once: true });
      watched.add(signal);
      const entry = opened.get(key) ?? { cluster: open(), users: 0 };
      // The last used stands last: the first to go is the one that was idle for longest.
      opened.delete(key);
      opened.set(key, entry);
      entry.users += 1;
      const { client, cache } = entry.cluster;
      return {
        context: { ...context, client, cache },
        [Symbol.dispose]: () => {
          entry.users -= 1;
          sweep(signal.aborted ? 0 : mostIdle);
        },
      };
    },
  };
}

async function readConnection(
  namespace: string,
  { secretRef, configMapRef }: NonNullable<TargetSpec["kubeConfig"]>,
  context: Context,
  options: TargetOptions,
): Promise<Connection> {
  if (secretRef !== undefined && configMapRef === undefined)
    return sanitised(await connectionFromSecret(namespace, secretRef, context), options);
  if (configMapRef !== undefined && secretRef === undefined)
    return await connectionFromConfigMap(namespace, configMapRef.name, context, options);
  throw new TargetError(
    "Unusable",
    "exactly one of .spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be set",
  );
}

async function connectionFromSecret(
  namespace: string,
  { name, key = "" }: { readonly name: string; readonly key?: string },
  context: Context,
): Promise<Connection> {
  const subject = `${namespace}/${name}`;
  const secret = await readNamed("Secret", namespace, name, context, `could not get KubeConfig secret '${subject}': `);
  const data = (secret.data ?? {}) as Readonly<Record<string, string>>;
  const found = (key === "" ? ["value", "value.yaml"] : [key]).find((one) => Object.hasOwn(data, one));
  if (found === undefined) {
    const wanted = key === "" ? "a 'value' or 'value.yaml'" : `a '${key}'`;
    throw new TargetError("Unusable", `KubeConfig secret '${subject}' does not contain ${wanted} key with data`);
  }
  try {
    return connectionOf(parseKubeconfig(Buffer.from(data[found]!, "base64").toString("utf8")));
  } catch (cause) {
    // A parser quotes what it reads, and this is a credential: only what is wrong is told.
    const why = messageOf(cause).replace(/^error loading config file "[^"]*": (error converting YAML to JSON: )?/, "");
    throw new TargetError("Unusable", `failed to load KubeConfig from secret '${subject}': ${why}`);
  }
}

/** Flux: what would run programs or read files here is left out, and certificates are checked, unless flags say otherwise. */
function sanitised(connection: Connection, options: TargetOptions): Connection {
  const { auth, tls } = connection;
  const isFile = auth.kind === "token" && "file" in auth.token;
  const drops = isFile || (auth.kind === "exec" && options.insecureKubeconfigExec !== true);
  const { impersonate: _asked, ...rest } = connection;
  const given = (source: typeof tls.ca) => (source !== undefined && "text" in source ? source : undefined);
  const [ca, certificate, key] = [given(tls.ca), given(tls.certificate), given(tls.key)];
  return {
    ...rest,
    auth: drops ? { kind: "none" } : auth,
    tls: {
      insecure: tls.insecure && options.insecureKubeconfigTls === true,
      ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
      ...(ca === undefined ? {} : { ca }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

/** Flux's `generic` provider: a token of a service account of this cluster, for the other cluster. */
async function connectionFromConfigMap(
  namespace: string,
  name: string,
  context: Context,
  { requestToken }: TargetOptions,
): Promise<Connection> {
  const subject = `${namespace}/${name}`;
  const map = await readNamed("ConfigMap", namespace, name, context, `failed to get configmap ${subject}: `);
  const data = (map.data ?? {}) as Readonly<Record<string, string>>;
  const { provider = "", address = "", serviceAccountName = "" } = data;
  if (provider !== "generic")
    throw new TargetError(
      "Unusable",
      `cannot use configmap ${subject}: provider '${provider}' is not supported, only 'generic' is`,
    );
  if (serviceAccountName === "")
    throw new TargetError("Unusable", `cannot use configmap ${subject}: it names no serviceAccountName`);
  if (address === "") throw new TargetError("Unusable", "cluster address is required to create a REST config");
  const listed = (data.audiences ?? "").split("\n").map((line) => line.trim());
  const audiences = listed.filter((line) => line !== "");
  if (requestToken === undefined)
    throw new TargetError("Unusable", `cannot use configmap ${subject}: tokens of service accounts are not set up`);
  const account = { namespace, name: serviceAccountName };
  let token: string;
  try {
    const { signal } = context;
    token = await requestToken(account, { audiences: audiences.length > 0 ? audiences : [address], signal });
  } catch (cause) {
    const code = isApiError(cause, "NotFound") ? "Missing" : "Unusable";
    const who = `${namespace}/${serviceAccountName}`;
    throw new TargetError(code, `failed to create kubernetes token for service account '${who}': ${messageOf(cause)}`, {
      cause,
    });
  }
  const ca = data["ca.crt"] ?? "";
  return {
    server: canonical(address),
    namespace: "default",
    context: "",
    tls: { insecure: false, ...(ca === "" ? {} : { ca: { text: ca } }) },
    auth: { kind: "token", token: { text: token } },
  };
}

function canonical(address: string): string {
  const text = address.startsWith("http") ? address : `https://${address}`;
  if (!URL.canParse(text)) throw new TargetError("Unusable", `failed to parse Kubernetes API server address '${text}'`);
  const url = new URL(text);
  if (url.protocol !== "https:")
    throw new TargetError("Unusable", `the Kubernetes API server address '${text}' must use https scheme`);
  return `https://${url.hostname.toLowerCase()}:${url.port === "" ? "443" : url.port}`;
}

async function readNamed(
  kind: "Secret" | "ConfigMap",
  namespace: string,
  name: string,
  { client, signal }: Context,
  doing: string,
): Promise<KubeObject> {
  try {
    return await client.get({ apiVersion: "v1", kind, namespace, name }, { signal });
  } catch (cause) {
    const code = isApiError(cause, "NotFound") ? "Missing" : "Unusable";
    throw new TargetError(code, doing + messageOf(cause), { cause });
  }
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}

/** Requests tokens by the API's TokenRequest. */
export function createTokenRequester(options: { readonly fetch: Fetch; readonly server: string }): RequestToken {
  return async ({ namespace, name }, { audiences, signal }) => {
    const [where, who] = [namespace, name].map(encodeURIComponent);
    const url = new URL(`/api/v1/namespaces/${where}/serviceaccounts/${who}/token`, options.server);
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { audiences } };
    const response = await options.fetch(
      new Request(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        signal,
      }),
    );
    const answer = (await response.json()) as {
      readonly status?: { readonly token?: string };
      readonly message?: string;
    };
    const token = answer.status?.token;
    if (token === undefined) throw new Error(answer.message ?? `the server answered ${response.status}`);
    return token;
  };
}
