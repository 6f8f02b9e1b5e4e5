import { defineMappingTag, defineScalarTag, loadAll, mergeTag, NOT_RESOLVED, Schema, seqTag } from "js-yaml";
import { messageOf } from "../errors.ts";
import { formatFloat32 } from "../go-float.ts";
import type { Value } from "../value.ts";
import { YamlError } from "./errors.ts";
import { resolveScalar } from "./resolve.ts";

export interface ParseOptions {
  /** `float64`: as helm values. `bigint`: integers that a float64 cannot hold stay exact. */
  readonly integers?: "float64" | "bigint";
}

const nullKey = Symbol("null key");

export function parseYaml(text: string, options: ParseOptions = {}): Value {
  return parseYamlDocuments(text, options)[0] ?? null;
}

export function parseYamlDocuments(text: string, { integers = "float64" }: ParseOptions = {}): Value[] {
  try {
    return loadAll(text, { schema: integers === "bigint" ? exact : rounded, json: true }) as Value[];
  } catch (error) {
    throw new YamlError("syntax", `yaml: ${messageOf(error)}`);
  }
}

function schemaFor(integers: "float64" | "bigint"): Schema {
  const plain = defineScalarTag<unknown>("tag:yaml.org,2002:str", {
    implicit: true,
    resolve(source, isExplicit) {
      if (isExplicit) return source;
      const resolved = resolveScalar(source);
      if (resolved.tag === "int" && integers === "float64") return Number(resolved.value);
      return resolved.tag === "merge" ? NOT_RESOLVED : resolved.value;
    },
    identify: () => false,
  });
  const map = defineMappingTag<Record<string, unknown>>("tag:yaml.org,2002:map", {
    create: () => ({}),
    addPair(carrier, key, value) {
      const name = keyText(key);
      if (typeof name === "symbol") return "unsupported map key of type: null";
      if (name === "__proto__") {
        Object.defineProperty(carrier, name, { value, enumerable: true, configurable: true, writable: true });
      } else carrier[name] = value;
      return "";
    },
    has: (carrier, key) => Object.hasOwn(carrier, keyText(key)),
    keys: (result) => Object.keys(result),
    get: (result, key) => result[keyText(key) as string],
    identify: () => false,
  });
  return new Schema([mergeTag, plain, seqTag, map]);
}

function keyText(key: unknown): string | symbol {
  if (typeof key === "number" && !Number.isInteger(key)) return formatFloat32(key);
  return key === null ? nullKey : String(key);
}

const exact = schemaFor("bigint");
const rounded = schemaFor("float64");
