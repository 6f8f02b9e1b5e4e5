import { readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { formatYaml, parseYaml } from "../../base/yaml/index.ts";
import { KubeError } from "../errors.ts";

/** A kubeconfig, merged from its files as kubectl merges them; paths in it are absolute. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, Fields>;
  readonly clusters: ReadonlyMap<string, Fields>;
  readonly users: ReadonlyMap<string, Fields>;
  /** The file that each user is in; none for text that is in no file. */
  readonly origins: ReadonlyMap<string, string>;
}

/** The fields of an entry, as read. */
export type Fields = Readonly<Record<string, unknown>>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the kubeconfig that `path` names, or else those of $KUBECONFIG, or else ~/.kube/config. A named file must exist; others may be
 * missing. In a merge the first file that names an entry wins.
 */
export async function loadKubeconfig({
  path,
  env,
}: {
  readonly path?: string;
  readonly env: Environment;
}): Promise<Kubeconfig> {
  if (path !== undefined && path !== "") return merge([await readConfig(path, true)]);
  const named = (env["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  const files = named.length > 0 ? named : [join(env["HOME"] ?? homedir(), ".kube", "config")];
  return merge(await Promise.all(files.map((file) => readConfig(file, false))));
}

/** Reads a kubeconfig from text, for one that is kept in a Secret for example. Relative paths are refused. */
export function parseKubeconfig(text: string, name = "kubeconfig"): Kubeconfig {
  return merge([parseConfig(text, name, undefined)]);
}

async function readConfig(file: string, required: boolean): Promise<Kubeconfig> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT" && !required) return empty;
    // kubectl says it so.
    if (code === "ENOENT") throw new KubeError("kubeconfig", `stat ${file}: no such file or directory`, { cause });
    throw new KubeError("kubeconfig", `cannot read kubeconfig ${JSON.stringify(file)}: ${messageOf(cause)}`, { cause });
  }
  return parseConfig(text, file, dirname(resolve(file)));
}

const empty: Kubeconfig = {
  currentContext: "",
  contexts: new Map(),
  clusters: new Map(),
  users: new Map(),
  origins: new Map(),
};

function parseConfig(text: string, name: string, folder: string | undefined): Kubeconfig {
  let config: unknown;
  try {
    config = parseYaml(text);
  } catch (cause) {
    throw new KubeError("kubeconfig", `error loading config file ${JSON.stringify(name)}: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (config === null) return empty;
  if (!isFields(config))
    throw new KubeError("kubeconfig", `error loading config file ${JSON.stringify(name)}: it is not a map`);
  const current = config["current-context"];
  const users = entries(config["users"], "user", (fields) => absoluteUser(fields, folder));
  return {
    currentContext: typeof current === "string" ? current : "",
    contexts: entries(config["contexts"], "context", (fields) => fields),
    clusters: entries(config["clusters"], "cluster", (fields) => absolute(fields, ["certificate-authority"], folder)),
    users,
    origins: folder === undefined ? new Map() : new Map([...users.keys()].map((user) => [user, name])),
  };
}

function entries(list: unknown, field: string, convert: (fields: Fields) => Fields): ReadonlyMap<string, Fields> {
  const found = new Map<string, Fields>();
  for (const item of Array.isArray(list) ? list : []) {
    if (!isFields(item)) continue;
    const { name } = item;
    const fields = item[field];
    if (typeof name !== "string" || found.has(name)) continue;
    found.set(name, convert(isFields(fields) ? fields : {}));
  }
  return found;
}

function absoluteUser(fields: Fields, folder: string | undefined): Fields {
  const user = absolute(fields, ["client-certificate", "client-key", "tokenFile"], folder);
  const provider = user["auth-provider"];
  if (isFields(provider) && isFields(provider["config"])) {
    const config = absolute(provider["config"], ["idp-certificate-authority"], folder);
    return { ...user, "auth-provider": { ...provider, config } };
  }
  const exec = user["exec"];
  if (!isFields(exec) || typeof exec["command"] !== "string") return user;
  // kubectl: a command with a slash in it is a path beside the file, one without is looked up in $PATH.
  return exec["command"].includes("/") ? { ...user, exec: absolute(exec, ["command"], folder) } : user;
}

function absolute(fields: Fields, names: readonly string[], folder: string | undefined): Fields {
  const paths = names.filter((name) => typeof fields[name] === "string" && fields[name] !== "");
  if (paths.length === 0) return fields;
  return {
    ...fields,
    ...Object.fromEntries(paths.map((name) => [name, resolve(folder ?? "/", fields[name] as string)])),
  };
}

function merge(configs: readonly Kubeconfig[]): Kubeconfig {
  const all = (field: "contexts" | "clusters" | "users"): ReadonlyMap<string, Fields> =>
    new Map([...configs].reverse().flatMap((config) => [...config[field]]));
  const origins = new Map([...configs].reverse().flatMap((config) => [...config.origins]));
  return {
    currentContext: configs.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
    contexts: all("contexts"),
    clusters: all("clusters"),
    users: all("users"),
    origins,
  };
}

/**
 * Writes new tokens of an OIDC user into the kubeconfig that it is in, as kubectl does. The file is replaced as a whole, and keeps its mode; what
 * another process wrote meanwhile into other entries stays.
 */
export async function writeTokens(
  origin: { readonly file: string; readonly user: string },
  tokens: { readonly idToken: string; readonly refreshToken: string },
): Promise<void> {
  const { file, user } = origin;
  try {
    const { mode } = await stat(file);
    const config = parseYaml(await readFile(file, "utf8"));
    const users = isFields(config) && Array.isArray(config["users"]) ? config["users"] : [];
    const entry = users.find((item) => isFields(item) && item["name"] === user);
    const provider = isFields(entry) && isFields(entry["user"]) ? entry["user"]["auth-provider"] : undefined;
    if (!isFields(provider) || !isFields(provider["config"])) return;
    Object.assign(provider["config"], { "id-token": tokens.idToken, "refresh-token": tokens.refreshToken });
    const beside = `${file}.${process.pid}.new`;
    await writeFile(beside, formatYaml(config), { mode: mode & 0o777 });
    await rename(beside, file);
  } catch (cause) {
    throw new KubeError("credentials", `could not persist new tokens: ${messageOf(cause)}`, { cause });
  }
}

/** True for maps. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
