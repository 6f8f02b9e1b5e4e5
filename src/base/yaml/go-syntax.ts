import { formatFloat } from "../go-float.ts";
import { goQuote } from "../go-quote.ts";
import { isValues, type Value } from "../value.ts";
import { sortedKeys } from "./key-order.ts";

/** Prints a value as Go's `%#v` prints what go-yaml decoded, for error texts that show it. */
export function goSyntax(value: Value): string {
  switch (typeof value) {
    case "string":
      return goQuote(value);
    case "number":
      return formatFloat(value);
    case "bigint":
      // Beyond int64 it is an uint64, which Go shows in hexadecimal.
      return value < 1n << 63n ? String(value) : `0x${value.toString(16)}`;
    case "boolean":
      return String(value);
    default:
      break;
  }
  if (value === null) return "interface {}(nil)";
  if (!isValues(value)) return `[]interface {}{${(value as readonly Value[]).map(goSyntax).join(", ")}}`;
  const entries = sortedKeys(value, "v2").map((key) => `${goQuote(key)}:${goSyntax(value[key] as Value)}`);
  return `map[interface {}]interface {}{${entries.join(", ")}}`;
}
