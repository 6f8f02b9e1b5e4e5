import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Impersonation } from "../client.ts";
import { KubeError } from "../errors.ts";
import { type Fields, isFields, type Kubeconfig } from "./kubeconfig.ts";
import type { Oidc } from "./oidc.ts";

/** Where a cluster is and who asks. */
export interface Connection {
  readonly server: string;
  /** The namespace that commands use when none is given. */
  readonly namespace: string;
  readonly context: string;
  readonly tls: {
    readonly ca?: Source;
    readonly insecure: boolean;
    readonly serverName?: string;
    readonly certificate?: Source;
    readonly key?: Source;
  };
  readonly proxyUrl?: string;
  /** Answers are packed unless the server is on this machine, or this says no. */
  readonly disableCompression?: boolean;
  readonly auth: Auth;
  readonly impersonate?: Impersonation;
}

/** Text that is given, or in a file that may change. */
export type Source = { readonly text: string } | { readonly file: string };

/** A token that is given, in a file, or told when it is asked for; `name` tells one that is told from others. */
export type TokenSource = Source | { readonly name: string; readonly ask: () => Promise<string> };

export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "token"; readonly token: TokenSource }
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "exec"; readonly exec: ExecPlugin }
  | { readonly kind: "oidc"; readonly oidc: Oidc };

/** A program that prints credentials. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly installHint: string;
  readonly provideClusterInfo: boolean;
  /** What the kubeconfig's cluster has for programs; null when nothing. */
  readonly config: unknown;
  /** Whether it may ask the user something: never, if there is a terminal, or only with one. */
  readonly interactiveMode: InteractiveMode;
}

type InteractiveMode = "Never" | "IfAvailable" | "Always";

/** Chooses a context of a kubeconfig, the current one by default. Throws kubectl's texts. */
export function connectionOf(config: Kubeconfig, contextName?: string): Connection {
  const name = contextName === undefined || contextName === "" ? config.currentContext : contextName;
  if (name === "" && config.clusters.size === 0) {
    const text =
      "invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable";
    throw new KubeError("kubeconfig", text);
  }
  const context = config.contexts.get(name);
  if (context === undefined) throw new KubeError("kubeconfig", `context ${JSON.stringify(name)} does not exist`);
  const clusterName = text(context, "cluster");
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined) throw new KubeError("kubeconfig", `cluster ${JSON.stringify(clusterName)} does not exist`);
  const userName = text(context, "user");
  const user = userName === "" ? {} : config.users.get(userName);
  if (user === undefined) throw new KubeError("kubeconfig", `auth info ${JSON.stringify(userName)} does not exist`);
  return {
    server: serverOf(text(cluster, "server"), clusterName),
    namespace: text(context, "namespace") || "default",
    context: name,
    tls: tlsOf(cluster, user),
    ...optional("proxyUrl", proxyOf(text(cluster, "proxy-url"))),
    ...(cluster["disable-compression"] === true ? { disableCompression: true } : {}),
    auth: authOf(user, { name: userName, file: config.origins.get(userName), cluster }),
    ...impersonationOf(user),
  };
}

const serviceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The cluster that this process runs in, or undefined outside of one. */
export async function inClusterConnection({
  env,
  folder = serviceAccount,
}: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
}): Promise<Connection | undefined> {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "";
  if (host === "" || port === "") return undefined;
  const token = join(folder, "token");
  const readable = await readFile(token).catch(() => undefined);
  if (readable === undefined) return undefined;
  const namespace = await readFile(join(folder, "namespace"), "utf8").catch(() => "");
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    namespace: namespace.trim() || "default",
    context: "",
    tls: { ca: { file: join(folder, "ca.crt") }, insecure: false },
    auth: { kind: "token", token: { file: token } },
  };
}

function serverOf(server: string, cluster: string): string {
  const address = server.includes("://") ? server : `https://${server}`;
  const usable = URL.canParse(address) && /^https?:$/.test(new URL(address).protocol);
  if (server === "" || !usable) {
    throw new KubeError(
      "kubeconfig",
      `invalid configuration: cluster ${JSON.stringify(cluster)} has no usable server address`,
    );
  }
  return address.replace(/\/+$/, "");
}

function proxyOf(address: string): string {
  if (address === "") return "";
  const scheme = URL.canParse(address) ? new URL(address).protocol.slice(0, -1) : "";
  if (scheme === "http" || scheme === "https" || scheme === "socks5") return address;
  const what = `unsupported scheme ${JSON.stringify(scheme)}, must be http, https, or socks5`;
  throw new KubeError("kubeconfig", `invalid proxy-url: ${what}`);
}

function tlsOf(cluster: Fields, user: Fields): Connection["tls"] {
  const insecure = cluster["insecure-skip-tls-verify"] === true;
  const ca = sourceOf(cluster, "certificate-authority");
  if (insecure && ca !== undefined) {
    throw new KubeError("kubeconfig", "specifying a root certificates file with the insecure flag is not allowed");
  }
  const certificate = sourceOf(user, "client-certificate");
  const key = sourceOf(user, "client-key");
  if ((certificate === undefined) !== (key === undefined)) {
    throw new KubeError(
      "kubeconfig",
      "invalid configuration: client certificate and client key must be given together",
    );
  }
  return {
    insecure,
    ...(ca === undefined ? {} : { ca }),
    ...optional("serverName", text(cluster, "tls-server-name")),
    ...(certificate === undefined || key === undefined ? {} : { certificate, key }),
  };
}

/** Data in the kubeconfig overrides the file. */
function sourceOf(fields: Fields, name: string): Source | undefined {
  const data = text(fields, `${name}-data`);
  if (data !== "") return { text: Buffer.from(data, "base64").toString("utf8") };
  const file = text(fields, name);
  return file === "" ? undefined : { file };
}

function authOf(
  user: Fields,
  { name, file, cluster }: { readonly name: string; readonly file: string | undefined; readonly cluster: Fields },
): Auth {
  const exec = user["exec"];
  if (isFields(exec) && isFields(user["auth-provider"])) {
    throw new KubeError("kubeconfig", `authProvider cannot be provided in combination with an exec plugin for ${name}`);
  }
  if (isFields(exec)) return { kind: "exec", exec: execOf(exec, name, cluster) };
  // client-go: a token in a file wins over one in the kubeconfig.
  const tokenFile = text(user, "tokenFile");
  if (tokenFile !== "") return { kind: "token", token: { file: tokenFile } };
  const token = text(user, "token");
  if (token !== "") return { kind: "token", token: { text: token } };
  const username = text(user, "username");
  if (username !== "") return { kind: "basic", username, password: text(user, "password") };
  const provider = user["auth-provider"];
  if (isFields(provider)) return { kind: "oidc", oidc: oidcOf(provider, name, file) };
  return { kind: "none" };
}

/** The only auth provider that clients of Kubernetes still know. */
function oidcOf(provider: Fields, user: string, file: string | undefined): Oidc {
  if (text(provider, "name") !== "oidc") {
    throw new KubeError("kubeconfig", `no Auth Provider found for name ${JSON.stringify(text(provider, "name"))}`);
  }
  const config = isFields(provider["config"]) ? provider["config"] : {};
  for (const name of ["idp-issuer-url", "client-id"]) {
    if (text(config, name) === "") throw new KubeError("kubeconfig", `Must provide ${name}`);
  }
  const authority = sourceOf(config, "idp-certificate-authority");
  return {
    issuer: text(config, "idp-issuer-url"),
    clientId: text(config, "client-id"),
    clientSecret: text(config, "client-secret"),
    idToken: text(config, "id-token"),
    refreshToken: text(config, "refresh-token"),
    ...(authority === undefined ? {} : { authority }),
    ...(file === undefined ? {} : { origin: { file, user } }),
  };
}

function execOf(exec: Fields, user: string, cluster: Fields): ExecPlugin {
  const command = text(exec, "command");
  if (command === "") {
    throw new KubeError(
      "kubeconfig",
      `command must be specified for ${JSON.stringify(user)} to use exec authentication plugin`,
    );
  }
  const apiVersion = text(exec, "apiVersion");
  if (!/^client\.authentication\.k8s\.io\/v1(beta1)?$/.test(apiVersion)) {
    throw new KubeError("kubeconfig", `exec plugin: invalid apiVersion ${JSON.stringify(apiVersion)}`);
  }
  // The beta had no such field.
  const mode = text(exec, "interactiveMode") || (apiVersion.endsWith("v1beta1") ? "IfAvailable" : "");
  if (mode === "") {
    const what = `interactiveMode must be specified for ${user} to use exec authentication plugin`;
    throw new KubeError("kubeconfig", what);
  }
  if (mode !== "Never" && mode !== "IfAvailable" && mode !== "Always") {
    throw new KubeError("kubeconfig", `invalid interactiveMode for ${user}: ${JSON.stringify(mode)}`);
  }
  const args = Array.isArray(exec["args"]) ? exec["args"].filter((arg) => typeof arg === "string") : [];
  const variables = (Array.isArray(exec["env"]) ? exec["env"] : []).filter(isFields);
  return {
    apiVersion,
    command,
    args,
    env: Object.fromEntries(variables.map((variable) => [text(variable, "name"), text(variable, "value")])),
    installHint: text(exec, "installHint"),
    provideClusterInfo: exec["provideClusterInfo"] === true,
    config: extensionOf(cluster),
    interactiveMode: mode,
  };
}

function extensionOf({ extensions }: Fields): unknown {
  const all = (Array.isArray(extensions) ? extensions : []).filter(isFields);
  return all.find((one) => one["name"] === "client.authentication.k8s.io/exec")?.["extension"] ?? null;
}

function impersonationOf(user: Fields): { readonly impersonate?: Impersonation } {
  const name = text(user, "as");
  if (name === "") return {};
  const groups = user["as-groups"];
  const extra = user["as-user-extra"];
  return {
    impersonate: {
      user: name,
      ...optional("uid", text(user, "as-uid")),
      ...(Array.isArray(groups) ? { groups: groups.filter((group) => typeof group === "string") } : {}),
      ...(isFields(extra) ? { extra: extra as Readonly<Record<string, readonly string[]>> } : {}),
    },
  };
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === "string" ? value : "";
}

function optional<K extends string>(name: K, value: string): { readonly [N in K]?: string } {
  return value === "" ? {} : ({ [name]: value } as { readonly [N in K]: string });
}
