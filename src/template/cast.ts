import { floatToInt, tryParseFloat, tryParseInt } from "./strconv.ts";
import { fromBytes } from "./text.ts";
import { sprint } from "./print.ts";
import { Integer } from "./value.ts";

/** spf13/cast's ToInt64, which Sprig's arithmetic goes through: truncates floats, parses strings, and gives 0 for the rest. */
export function toInt64(value: unknown): bigint {
  switch (typeof value) {
    case "number":
      return floatToInt(value);
    case "bigint":
      return value;
    case "boolean":
      return value ? 1n : 0n;
    case "string":
      return tryParseInt(trimZeroDecimal(value), 0) ?? 0n;
    default:
      return value instanceof Integer ? BigInt.asIntN(64, value.value) : 0n;
  }
}

/** spf13/cast's ToFloat64. */
export function toFloat64(value: unknown): number {
  switch (typeof value) {
    case "number":
      return value;
    case "bigint":
      return Number(value);
    case "boolean":
      return value ? 1 : 0;
    case "string":
      return tryParseFloat(value) ?? 0;
    default:
      return value instanceof Integer ? Number(value.value) : 0;
  }
}

// "1.00" reads as "1"; anything else is left for the parser to refuse.
function trimZeroDecimal(text: string): string {
  return text.replace(/\.0+$/, "");
}

/** Sprig's strval: text as it is, bytes as text, the rest as `%v`. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? fromBytes(value) : sprint(value);
}
