import { OciError } from "./errors.ts";
import { hostOf, isRecord, type Keychain, parseConfig, parseDockerConfig } from "./docker-config.ts";
import type { Credentials } from "./types.ts";

/** Runs `docker-credential-NAME ACTION` with a text on its standard input. */
export type RunHelper = (
  name: string,
  action: "get" | "store" | "erase",
  input: string,
) => Promise<{ readonly code: number; readonly output: string }>;

/** The keychain of a Docker configuration on the user's own machine: its helpers are run, its entries are the rest. */
export function createHelperKeychain(text: string, run: RunHelper): Keychain {
  const known = parseDockerConfig(text);
  return async (registry) => {
    const helper = helperOf(text, registry);
    return helper === undefined ? known(registry) : ((await askHelper(helper, registry, run)) ?? known(registry));
  };
}

/** The helper that keeps a registry's credentials: its own, or the one for all. Undefined where the file keeps them. */
export function helperOf(text: string, registry: string): string | undefined {
  const config = parseConfig(text);
  if (!isRecord(config)) return undefined;
  const helpers = isRecord(config["credHelpers"]) ? config["credHelpers"] : {};
  const own = Object.entries(helpers).find(([server]) => hostOf(server) === hostOf(registry))?.[1];
  const name = own ?? config["credsStore"];
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Gives a helper credentials to keep. */
export async function storeInHelper(
  helper: string,
  registry: string,
  { run, ...user }: { readonly username: string; readonly password: string; readonly run: RunHelper },
): Promise<void> {
  const entry = { ServerURL: serverOf(registry), Username: user.username, Secret: user.password };
  await call(helper, "store", { run, input: JSON.stringify(entry) });
}

/** Lets a helper forget a registry. */
export async function eraseFromHelper(helper: string, registry: string, run: RunHelper): Promise<void> {
  await call(helper, "erase", { run, input: serverOf(registry) });
}

async function askHelper(helper: string, registry: string, run: RunHelper): Promise<Credentials | undefined> {
  const { code, output } = await run(checkName(helper), "get", serverOf(registry));
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw failed(helper, "get");
  }
  const entry = tryParse(output);
  if (!isRecord(entry)) throw failed(helper, "get");
  const { Username: username, Secret: secret } = entry;
  if (typeof username !== "string" || typeof secret !== "string" || secret === "") return undefined;
  // Docker: this is not a user, the secret is an identity token.
  if (username === "<token>") return { type: "refresh", token: secret };
  return { type: "basic", username, password: secret };
}

async function call(
  helper: string,
  action: "store" | "erase",
  { run, input }: { readonly run: RunHelper; readonly input: string },
): Promise<void> {
  const { code } = await run(checkName(helper), action, input);
  if (code !== 0) throw failed(helper, action);
}

/** A helper's own words may hold what it was told to keep: they are not repeated. */
function failed(helper: string, action: string): OciError {
  return new OciError("InvalidConfig", `credential helper ${JSON.stringify(helper)} failed to ${action}`);
}

/** The name becomes that of a program: it must not be able to name a path. */
function checkName(helper: string): string {
  if (/^[\w.-]{1,100}$/.test(helper)) return helper;
  throw new OciError("InvalidConfig", `${JSON.stringify(helper)} is not the name of a credential helper`);
}

/** Docker Hub is kept under its first address. */
function serverOf(registry: string): string {
  return hostOf(registry) === "docker.io" ? "https://index.docker.io/v1/" : registry;
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
