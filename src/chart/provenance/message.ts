import { sha256Sync } from "../../base/node/digest.ts";
import { isValues, type Value } from "../../base/value.ts";
import { formatYaml, parseYaml } from "../../base/yaml/index.ts";
import { ChartError } from "../errors.ts";
import type { ChartMetadata } from "../types.ts";

// YAML begins a document with dashes, which a clear-signed message must escape: Helm ends the first one with dots instead.
const separator = "\n...\n";

/** What is signed: Chart.yaml, and the digest of the package under its file's name. */
export function messageOfPackage(metadata: ChartMetadata, fileName: string, archive: Uint8Array): string {
  const sums = { files: { [fileName]: packageDigest(archive) } };
  return `${formatYaml(metadata as unknown as Value)}${separator}${formatYaml(sums)}`;
}

/** The digests that a signed message gives, by the names of files. Throws Unverified. */
export function digestsOf(message: string): ReadonlyMap<string, string> {
  const [, sums] = message.split(separator);
  if (sums === undefined) throw new ChartError("Unverified", "message block must have at least two parts");
  const document = parseYaml(sums);
  const files = isValues(document) ? document["files"] : undefined;
  const entries = isValues(files) ? Object.entries(files) : [];
  return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

export function packageDigest(archive: Uint8Array): string {
  return `sha256:${sha256Sync(archive)}`;
}
