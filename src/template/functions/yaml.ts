import type { Value } from "../../base/value.ts";
import { formatYaml, formatYamlPretty, parseYaml, YamlError } from "../../base/yaml/index.ts";
import { GoError } from "../errors.ts";
import { limitsInForce } from "../limits.ts";
import { toPlain, yamlRefusal } from "../plain.ts";
import { newVisit } from "../visit.ts";
import { newMap } from "../value.ts";
import { define, type GoFunction } from "./function.ts";
import { goText, mismatch, orEmpty } from "./json.ts";

/** YAML as sigs.k8s.io/yaml writes and reads it, by way of JSON. */
export const yamlFunctions: Readonly<Record<string, GoFunction>> = {
  toYaml: define(["any"], (value) => orEmpty(() => encode(value, formatYaml))),
  mustToYaml: define(["any"], (value) => {
    try {
      return encode(value, formatYaml);
    } catch (error) {
      if (!(error instanceof GoError) || !error.message.startsWith("json: ")) throw error;
      throw new GoError(`error marshaling into JSON: ${error.message}`);
    }
  }),
  toYamlPretty: define(["any"], (value) => {
    try {
      return encode(value, formatYamlPretty, newVisit("binary"));
    } catch (error) {
      if (error instanceof GoError && !error.limit && error.message !== yamlRefusal) return "";
      throw error;
    }
  }),
  fromYaml: define(["string"], (text) => {
    try {
      const value = decode(text);
      if (value === null) return newMap();
      if (typeof value === "object" && !Array.isArray(value)) return value;
      throw unmarshalError(mismatch(value, "map[string]interface {}"));
    } catch (error) {
      return { Error: goText(error) };
    }
  }),
  fromYamlArray: define(["string"], (text) => {
    try {
      const value = decode(text);
      if (value === null || Array.isArray(value)) return value ?? [];
      throw unmarshalError(mismatch(value, "[]interface {}"));
    } catch (error) {
      return [goText(error)];
    }
  }),
};

function encode(value: unknown, format: (value: Value) => string, visit = newVisit()): string {
  try {
    return format(toPlain(value, 0, visit)).replace(/\n$/, "");
  } catch (error) {
    if (error instanceof YamlError) throw new GoError(error.message, { limit: error.code === "limit" });
    throw error;
  }
}

function decode(text: string): Value {
  try {
    return parseYaml(text, { maxDepth: limitsInForce().valueDepth });
  } catch (error) {
    if (error instanceof YamlError) throw new GoError(error.message);
    throw error;
  }
}

function unmarshalError(error: GoError): GoError {
  return new GoError(`error unmarshaling JSON: while decoding JSON: ${error.message}`);
}
