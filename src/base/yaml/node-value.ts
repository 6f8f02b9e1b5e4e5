import type { Value } from "../value.ts";
import { syntaxError } from "./errors.ts";
import { type Resolved, resolveScalar, toRfc3339 } from "./resolve.ts";

const prefix = "tag:yaml.org,2002:";

/** The value of a scalar as go-yaml decodes it, or the error that this scalar is. Integers beyond 2^53 come as bigint. */
export function resolveNode(tag: string, text: string, implicit: boolean, dialect: "v2" | "v3"): Value | Error {
  if (tag === "" && !implicit) return text;
  if (tag === "" && dialect === "v2") return resolveScalar(text).value;
  if (tag === "") {
    const resolved = resolveScalar(text, "no");
    return resolved.tag === "timestamp" ? toRfc3339(resolved.value) : resolved.value;
  }
  const short = tag.startsWith(prefix) ? tag.slice(prefix.length) : "";
  switch (short) {
    case "str":
      return text;
    case "binary":
      return decodeBase64(text);
    case "bool":
    case "int":
    case "float":
    case "null":
    case "timestamp":
      return convert(short, text);
    default:
      return text;
  }
}

function convert(wanted: Resolved["tag"], text: string): Value | Error {
  const resolved = resolveScalar(text);
  const fits = resolved.tag === wanted || (wanted === "float" && resolved.tag === "int");
  if (!fits) return syntaxError(`cannot decode !!${resolved.tag} \`${text}\` as a !!${wanted}`);
  if (wanted === "float" && typeof resolved.value === "bigint") return Number(resolved.value);
  return resolved.value;
}

function decodeBase64(text: string): string | Error {
  const compact = text.replaceAll(/[\r\n]/g, "");
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) {
    return syntaxError("!!binary value contains invalid base64 data");
  }
  const bytes = Uint8Array.from(atob(compact), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
