import type { Value, Values } from "../base/value.ts";
import { compareBytes, isValues } from "../base/value.ts";
import { sha256 } from "../base/digest.ts";

/** The suffix that a generated object's name gets, so that a new content is a new name: kubectl's hash of ConfigMaps and Secrets. */
export async function contentHash(object: Values): Promise<string> {
  const hex = await sha256(goJson(hashed(object)));
  const letters: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };
  return hex.slice(0, 10).replaceAll(/[013ae]/g, (digit) => letters[digit] ?? digit);
}

function hashed(object: Values): Values {
  const { kind = "", data = "", type = "", binaryData, stringData } = object;
  // kustomize looks for the name under a key called "metadata/name", where it never is.
  const name = "";
  if (kind === "ConfigMap") return { kind, name, data, ...(isValues(binaryData) ? { binaryData } : {}) };
  return { kind, type, name, data, ...(isValues(stringData) ? { stringData } : {}) };
}

/** JSON as Go's encoding/json writes it: keys sorted, `<`, `>` and `&` escaped. */
function goJson(value: Value): string {
  if (isValues(value)) {
    const entries = Object.keys(value)
      .toSorted(compareBytes)
      .map((key) => `${goJson(key)}:${goJson(value[key] as Value)}`);
    return `{${entries.join(",")}}`;
  }
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(goJson).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
