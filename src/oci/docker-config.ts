import { OciError } from "./errors.ts";
import type { Credentials } from "./types.ts";

/** Finds the credentials of a registry; undefined where there are none. May have to ask for them. */
export type Keychain = (registry: string) => Credentials | undefined | Promise<Credentials | undefined>;

/** A keychain that has all its credentials already. */
export type KnownCredentials = (registry: string) => Credentials | undefined;

/**
 * Reads a Docker configuration (`~/.docker/config.json`, or the `.dockerconfigjson` of a Secret). Credential helpers are
 * programs and are not run. Throws InvalidConfig, without quoting the text.
 */
export function parseDockerConfig(text: string): KnownCredentials {
  const config = parseConfig(text);
  const entries = new Map<string, Credentials>();
  const auths = isRecord(config) && isRecord(config["auths"]) ? config["auths"] : {};
  for (const [server, entry] of Object.entries(auths)) {
    const credentials = isRecord(entry) ? readEntry(entry) : undefined;
    if (credentials !== undefined) entries.set(hostOf(server), credentials);
  }
  return (registry) => entries.get(hostOf(registry));
}

/** The hosts that a Docker configuration has entries for. */
export function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, "").split("/")[0] ?? "";
  // Docker Hub has gone by several names.
  return ["index.docker.io", "registry-1.docker.io", "docker.io"].includes(host) ? "docker.io" : host;
}

/** The document of a Docker configuration. Throws InvalidConfig, without quoting the text. */
export function parseConfig(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OciError("InvalidConfig", "cannot read Docker configuration: it is not JSON");
  }
}

function readEntry(entry: Readonly<Record<string, unknown>>): Credentials | undefined {
  const text = (key: string): string => (typeof entry[key] === "string" ? entry[key] : "");
  if (text("identitytoken") !== "") return { type: "refresh", token: text("identitytoken") };
  if (text("registrytoken") !== "") return { type: "bearer", token: text("registrytoken") };
  if (text("username") !== "") return { type: "basic", username: text("username"), password: text("password") };
  if (text("auth") === "") return undefined;
  const decoded = Buffer.from(text("auth"), "base64").toString("utf8").replace(/\0+$/, "");
  const colon = decoded.indexOf(":");
  if (colon <= 0) return undefined;
  return { type: "basic", username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
