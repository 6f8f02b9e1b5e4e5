import { readFile, rename, writeFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { formatGoJson } from "../../../base/go-json.ts";
import { messageOf } from "../../../base/errors.ts";
import { findProgram } from "../../../base/node/find-program.ts";
import {
  createHelperKeychain,
  eraseFromHelper,
  helperOf,
  helpersOnPath,
  type Keychain,
  storeInHelper,
} from "../../../oci/index.ts";
import { CommandError, type Io } from "../../command.ts";
import { homeOf } from "../settings.ts";

/** Credentials of registries: helm's own file first, then docker's, each with the helpers that it names. */
export function createHelmKeychain(registryConfig: string, io: Io): Keychain {
  const docker = join(io.env.DOCKER_CONFIG || join(homeOf(io.env), ".docker"), "config.json");
  return async (registry) => (await ask(registryConfig, registry, io)) ?? (await ask(docker, registry, io));
}

/** Keeps the credentials of a registry where the file says: in a helper, or in the file itself. */
export async function storeCredentials(
  registryConfig: string,
  registry: string,
  { username, password, io }: { readonly username: string; readonly password: string; readonly io: Io },
): Promise<void> {
  const config = await readConfig(registryConfig);
  const helper = await helperFor(config, registry, io);
  if (helper !== undefined) {
    await storeInHelper(helper, registry, { username, password, run: helpersOnPath(io.env) });
    return;
  }
  const auth = Buffer.from(`${username}:${password}`, "utf8").toString("base64");
  await writeConfig(registryConfig, { ...config, auths: { ...authsOf(config), [keyOf(registry)]: { auth } } });
}

/** Forgets the credentials of a registry; a registry that is not known is no error. */
export async function eraseCredentials(registryConfig: string, registry: string, io: Io): Promise<void> {
  const config = await readConfig(registryConfig);
  const helper = await helperFor(config, registry, io);
  if (helper !== undefined) {
    await eraseFromHelper(helper, registry, helpersOnPath(io.env));
    return;
  }
  const { [keyOf(registry)]: known, ...others } = authsOf(config);
  if (known !== undefined) await writeConfig(registryConfig, { ...config, auths: others });
}

type Config = Readonly<Record<string, unknown>>;

async function ask(path: string, registry: string, io: Io) {
  const config = await readConfig(path);
  const helper = await helperFor(config, registry, io);
  const named = helper === undefined ? config : { ...config, credHelpers: { [registry]: helper } };
  return await createHelperKeychain(JSON.stringify(named), helpersOnPath(io.env))(registry);
}

/** The helper that the file names; where it says nothing at all, the one of this system, if it is installed. */
async function helperFor(config: Config, registry: string, io: Io): Promise<string | undefined> {
  const named = helperOf(JSON.stringify(config), registry);
  const saysSomething =
    Object.keys(authsOf(config)).length > 0 ||
    typeof config["credsStore"] === "string" ||
    Object.keys((config["credHelpers"] as Config | undefined) ?? {}).length > 0;
  if (named !== undefined || saysSomething) return named;
  const usual = await usualHelper(io.env);
  return (await onPath(`docker-credential-${usual}`, io.env)) ? usual : undefined;
}

async function usualHelper(env: Io["env"]): Promise<string> {
  if (process.platform === "darwin") return "osxkeychain";
  if (process.platform === "win32") return "wincred";
  return (await onPath("pass", env)) ? "pass" : "secretservice";
}

async function onPath(program: string, env: Io["env"]): Promise<boolean> {
  return (await findProgram(program, env.PATH ?? "")) !== undefined;
}

async function readConfig(path: string): Promise<Config> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw new CommandError(`failed to open config file at ${path}: ${messageOf(cause)}`);
  }
  if (text.trim() === "") return {};
  try {
    const config: unknown = JSON.parse(text);
    if (typeof config === "object" && config !== null && !Array.isArray(config)) return config as Config;
  } catch {
    // The text may hold passwords: it is not repeated.
  }
  throw new CommandError(`failed to decode config file ${path}: invalid config format`);
}

async function writeConfig(path: string, config: Config): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(config).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const auths = Object.entries(authsOf(config)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const text = formatGoJson({ ...sorted, auths: Object.fromEntries(auths) }, "\t");
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

function authsOf(config: Config): Config {
  const { auths } = config;
  return typeof auths === "object" && auths !== null && !Array.isArray(auths) ? (auths as Config) : {};
}

/** Docker Hub has always been kept under its first address. */
function keyOf(registry: string): string {
  return registry === "docker.io" || registry === "registry-1.docker.io" ? "https://index.docker.io/v1/" : registry;
}
