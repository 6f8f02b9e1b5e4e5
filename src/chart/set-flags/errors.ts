import { ChartError } from "../errors.ts";
import type { MutableValue } from "../values/maps.ts";

/** A `--set` argument that does not parse; the texts are those of Helm's strvals package. */
export function invalidSet(message: string, options?: ErrorOptions): ChartError {
  return new ChartError("InvalidValues", message, options);
}

/** What Go says when a value in the way has another type than the path needs. */
export function wrongType(found: MutableValue, wanted: "map[string]interface {}" | "[]interface {}"): ChartError {
  return invalidSet(`unable to parse key: interface conversion: interface {} is ${goType(found)}, not ${wanted}`);
}

function goType(value: MutableValue): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "[]interface {}";
  switch (typeof value) {
    case "bigint":
      return "int64";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "object":
      return "map[string]interface {}";
  }
}
