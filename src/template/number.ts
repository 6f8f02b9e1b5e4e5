import { floatToInt, tryParseFloat, tryParseInt, tryParseUint } from "./strconv.ts";
import type { NumberNode, Source } from "./nodes.ts";
import { quote, unquoteChar } from "./quote.ts";

type Parts = Pick<NumberNode, "int" | "uint" | "float" | "complex">;

const nothing: Parts = { int: undefined, uint: undefined, float: undefined, complex: undefined };

/** A numeric constant with every reading that Go allows for it, or the complaint. */
export function parseNumber(
  text: string,
  type: "number" | "charConstant" | "complex",
  at: { readonly source: Source; readonly position: number },
): NumberNode | string {
  const parts = type === "charConstant" ? parseRune(text) : type === "complex" ? parseComplex(text) : parsePlain(text);
  return typeof parts === "string" ? parts : { type: "number", ...at, text, ...parts };
}

function parseRune(text: string): Parts | string {
  const char = unquoteChar(text.slice(1), "'");
  if (char === undefined) return "invalid syntax";
  if (text.slice(1 + char.size) !== "'") return `malformed character constant: ${text}`;
  const value = BigInt(char.value);
  return { ...nothing, int: value, uint: value, float: char.value };
}

function parseComplex(text: string): Parts | string {
  const split = Math.max(text.lastIndexOf("+"), text.lastIndexOf("-"));
  const real = tryParseFloat(text.slice(0, split));
  const imaginary = tryParseFloat(text.slice(split, -1));
  if (real === undefined || imaginary === undefined) return `illegal number syntax: ${quote(text)}`;
  return simplified(real, imaginary);
}

function simplified(real: number, imaginary: number): Parts {
  const complex = { real, imaginary };
  if (imaginary !== 0) return { ...nothing, complex };
  return { ...integerReadings(real), float: real, complex };
}

function integerReadings(value: number): Parts {
  const whole = floatToInt(value);
  const exact = Number(whole) === value;
  return { ...nothing, int: exact ? whole : undefined, uint: exact && whole >= 0n ? whole : undefined };
}

function parsePlain(text: string): Parts | string {
  if (text.endsWith("i")) {
    const imaginary = tryParseFloat(text.slice(0, -1));
    if (imaginary !== undefined) return simplified(0, imaginary);
  }
  let uint = tryParseUint(text, 0);
  const int = tryParseInt(text, 0);
  if (int === 0n) uint = 0n;
  if (int !== undefined) return { ...nothing, int, uint, float: Number(int) };
  if (uint !== undefined) return { ...nothing, uint, float: Number(uint) };
  const float = tryParseFloat(text);
  if (float === undefined) return `illegal number syntax: ${quote(text)}`;
  // What reads as a float but looks like an integer is a huge integer.
  if (!/[.eEpP]/.test(text)) return `integer overflow: ${quote(text)}`;
  return { ...integerReadings(float), float };
}
