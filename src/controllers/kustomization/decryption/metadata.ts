import { isValues, type Value } from "../../../base/value.ts";
import { mapsIn, textOf } from "../loose-values.ts";
import { DecryptionError } from "./errors.ts";

/** What a document says of how it was encrypted. */
export interface SopsMetadata {
  /** The data key, encrypted for each of those who may read it. */
  readonly age: readonly string[];
  readonly pgp: readonly string[];
  /** The services that could decrypt it, too, by SOPS' names for them. */
  readonly services: readonly string[];
  readonly unencryptedSuffix?: string;
  readonly encryptedSuffix?: string;
  readonly unencryptedRegex?: string;
  readonly encryptedRegex?: string;
}

const services = ["kms", "gcp_kms", "azure_kv", "hc_vault", "hckms"] as const;
const rules = [
  ["unencrypted_suffix", "unencryptedSuffix"],
  ["encrypted_suffix", "encryptedSuffix"],
  ["unencrypted_regex", "unencryptedRegex"],
  ["encrypted_regex", "encryptedRegex"],
] as const;
const later = ["unencrypted_comment_regex", "encrypted_comment_regex"] as const;

/** Reads the `sops` part of a document. Throws DecryptionError for what is none, or asks for more than is done here. */
export function readMetadata(part: Value | undefined): SopsMetadata {
  if (!isValues(part)) throw new DecryptionError("Invalid", "sops metadata not found");
  if (mapsIn(part["key_groups"]).length > 1)
    throw new DecryptionError("Unsupported", "cannot get sops data key: several key groups are not supported");
  const group = mapsIn(part["key_groups"])[0] ?? part;
  const given = later.find((name) => textOf(part[name]) !== "");
  if (given !== undefined) throw new DecryptionError("Unsupported", `${given} of sops is not supported`);
  const encOf = (name: string): readonly string[] =>
    mapsIn(group[name])
      .map((one) => textOf(one["enc"]))
      .filter((enc) => enc !== "");
  return {
    age: encOf("age"),
    pgp: encOf("pgp"),
    services: services.filter((name) => mapsIn(group[name]).length > 0),
    ...Object.fromEntries(
      rules.flatMap(([name, key]) => (textOf(part[name]) === "" ? [] : [[key, textOf(part[name])]])),
    ),
  };
}

/** The same from a flat file: `sops_age__list_0__map_enc` and the like. */
export function readFlatMetadata(lines: ReadonlyMap<string, string>): SopsMetadata {
  const part: Record<string, Value> = {};
  const keys = new Map<string, Record<string, Value>>();
  for (const [name, value] of lines) {
    const [, kind, at, field] = /^sops_([a-z_]+?)__list_(\d+)__map_([a-z_]+)$/.exec(name) ?? [];
    if (kind === undefined || at === undefined || field === undefined) {
      part[name.slice("sops_".length)] = value;
      continue;
    }
    const key = keys.get(`${kind} ${at}`) ?? {};
    key[field] = value.replaceAll("\\n", "\n");
    keys.set(`${kind} ${at}`, key);
  }
  for (const kind of ["age", "pgp", ...services])
    part[kind] = [...keys].filter(([name]) => name.startsWith(`${kind} `)).map(([, key]) => key);
  return readMetadata(part);
}
