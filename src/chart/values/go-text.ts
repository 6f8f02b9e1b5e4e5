import { compareBytes, type Value, type Values } from "../../base/value.ts";
import { formatFloat } from "../../base/go-float.ts";

/** A value as Go's `%v` prints it. */
export function goText(value: Value): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  switch (typeof value) {
    case "number":
      return formatFloat(value);
    case "object": {
      const map = value as Values;
      const keys = Object.keys(map).sort(compareBytes);
      return `map[${keys.map((key) => `${key}:${goText(map[key]!)}`).join(" ")}]`;
    }
    default:
      return String(value);
  }
}
