import { isValues, type Value, type Values } from "../../../base/value.ts";
import { formatYaml, parseYaml } from "../../../base/yaml/index.ts";
import { DecryptionError } from "./errors.ts";
import type { DecryptionKeys } from "./keys.ts";
import { readFlatMetadata, readMetadata } from "./metadata.ts";
import { decryptText, decryptTree } from "./tree.ts";

export type SopsFormat = "binary" | "dotenv" | "ini" | "json" | "yaml";

/** The format by which SOPS takes a file of this name. */
export function formatOf(name: string): SopsFormat {
  if (/\.ya?ml$/.test(name)) return "yaml";
  if (name.endsWith(".json") || name.endsWith(".dockerconfigjson")) return "json";
  if (name.endsWith(".ini")) return "ini";
  return name.endsWith(".env") ? "dotenv" : "binary";
}

const markers: Readonly<Record<SopsFormat, string>> = {
  binary: '"mac": "ENC[',
  dotenv: "sops_mac=ENC[",
  ini: "[sops]",
  json: '"mac": "ENC[',
  yaml: "mac: ENC[",
};

/** True for what SOPS wrote in a format. */
export function isEncrypted(bytes: Uint8Array, format: SopsFormat): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(markers[format]);
}

/** The format of what SOPS wrote; undefined for what it did not. JSON and bytes look the same. */
export function detectFormat(bytes: Uint8Array): SopsFormat | undefined {
  return (["json", "dotenv", "ini", "yaml"] as const).find((format) => isEncrypted(bytes, format));
}

const mostBytes = 5 << 20;

/** Decrypts a file and writes it as SOPS does in another format. Throws DecryptionError. */
export async function decryptFile(
  bytes: Uint8Array,
  how: { readonly from: SopsFormat; readonly to: SopsFormat; readonly keys: DecryptionKeys },
): Promise<Uint8Array> {
  const { from, to, keys } = how;
  if (bytes.byteLength > mostBytes)
    throw new DecryptionError(
      "Invalid",
      `cannot decrypt file with size (${bytes.byteLength} bytes) exceeding limit (${mostBytes})`,
    );
  const text = new TextDecoder().decode(bytes);
  if (from === "ini" || to === "ini") throw new DecryptionError("Unsupported", "INI files of sops are not supported");
  if (from === "dotenv" && to === "dotenv") return encode(await decryptDotenv(text, keys));
  const { sops, ...tree } = parse(text, from);
  const metadata = readMetadata(sops);
  const key = await keys.dataKeyOf(metadata);
  if (to === "binary") {
    const { data } = tree;
    if (typeof data !== "string")
      throw new DecryptionError(
        "Invalid",
        "failed to emit encrypted JSON file as decrypted binary: no binary data found in tree",
      );
    return decryptText(data, { key, path: "data:" }).bytes;
  }
  const decrypted = decryptTree(tree, metadata, key);
  if (to === "json") return encode(formatJson(decrypted));
  if (to === "yaml") return encode(formatYaml(decrypted));
  throw new DecryptionError("Unsupported", `decrypting ${from} to ${to} is not supported`);
}

function parse(text: string, format: SopsFormat): Values {
  try {
    const parsed = format === "yaml" ? parseYaml(text) : (JSON.parse(text) as Value);
    if (isValues(parsed)) return parsed;
  } catch {
    // A parser quotes what it reads.
    throw new DecryptionError("Invalid", `failed to load encrypted ${format.toUpperCase()} data: it cannot be parsed`);
  }
  throw new DecryptionError("Invalid", `failed to load encrypted ${format.toUpperCase()} data: it is no map`);
}

async function decryptDotenv(text: string, keys: DecryptionKeys): Promise<string> {
  const lines = text.split("\n").filter((line) => line !== "");
  const pairOf = (line: string): readonly [string, string] => {
    const at = line.indexOf("=");
    if (at < 0) throw new DecryptionError("Invalid", "failed to load encrypted dotenv data: a line has no =");
    return [line.slice(0, at), line.slice(at + 1)];
  };
  const own = new Map(lines.filter((line) => line.startsWith("sops_")).map(pairOf));
  const metadata = readFlatMetadata(own);
  const key = await keys.dataKeyOf(metadata);
  const rest = lines.filter((line) => !line.startsWith("sops_"));
  const shown = rest.map((line) => {
    if (line.startsWith("#")) return `#${commentOf(line.slice(1), key)}`;
    const [name, value] = pairOf(line);
    const { [name]: plain } = decryptTree({ [name]: value.replaceAll("\\n", "\n") }, metadata, key);
    return `${name}=${String(plain).replaceAll("\n", "\\n")}`;
  });
  return shown.map((line) => `${line}\n`).join("");
}

/** SOPS: a comment that cannot be decrypted was plain. */
function commentOf(text: string, key: Uint8Array): string {
  try {
    return new TextDecoder().decode(decryptText(text, { key, path: ":" }).bytes);
  } catch {
    return text;
  }
}

/** Go's JSON with tabs. */
function formatJson(value: Value): string {
  const text = JSON.stringify(
    value,
    (_key, one: unknown) => {
      if (typeof one !== "bigint") return one;
      if (Number.isSafeInteger(Number(one))) return Number(one);
      throw new DecryptionError("Unsupported", "an integer beyond 2^53 in a decrypted JSON file is not supported");
    },
    "\t",
  );
  const escaped = text.replaceAll(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `${escaped}\n`;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
