import { formatFloat } from "../base/go-float.ts";
import { limitError } from "./errors.ts";
import { checkLength, limitsInForce } from "./limits.ts";
import { type Flags, noFlags, pad } from "./print-flags.ts";
import { formatComplex, formatFloatVerb, formatIntegerVerb, formatText } from "./print-scalar.ts";
import { quote } from "./quote.ts";
import { fromBytes } from "./text.ts";
import {
  Complex,
  elementAt,
  type GoMap,
  GoStruct,
  Integer,
  isNil,
  nilMap,
  namedType,
  sortedKeys,
  typeName,
} from "./value.ts";

/** A value as `{{ value }}` prints it: fmt's `%v`, and `<no value>` for nothing at all. */
export function printed(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return formatFloat(value);
    case "boolean":
    case "bigint":
      return String(value);
    case "undefined":
      return "<no value>";
    default:
      if (value === null) return "<no value>";
      if (value instanceof Integer) return value.value.toString();
      if (value instanceof GoStruct) {
        if (value.type.addressedText !== undefined) return value.type.addressedText(value as never);
        if (value.type.kind === "ptr" && value.type.text === undefined) return printStruct(value, "v", noFlags, 0);
      }
      return printValue(value, "v", noFlags, 0);
  }
}

/** fmt.Sprint of one value, as `toString` and `%v` give it. */
export function sprint(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return formatFloat(value);
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return printValue(value, "v", noFlags, 0);
  }
}

/** fmt.Sprint: a space between operands when neither is a string. */
export function sprintAll(values: readonly unknown[]): string {
  let text = "";
  values.forEach((value, index) => {
    if (index > 0 && typeof value !== "string" && typeof values[index - 1] !== "string") text += " ";
    text += sprint(value);
  });
  return text;
}

/** fmt.Sprintln: a space between all operands and a newline after them. */
export function sprintln(values: readonly unknown[]): string {
  return `${values.map(sprint).join(" ")}\n`;
}

/** One value under one verb. Deep or cyclic values are refused with an error about the limit. */
export function printValue(value: unknown, verb: string, flags: Flags, depth: number): string {
  if (depth > limitsInForce().valueDepth) throw limitError("value is too deep or contains itself");
  if (verb === "w" && value !== null && value !== undefined) return badVerb(value, verb, flags);
  if (verb === "T") return formatText(typeName(value), "s", flags, "string");
  switch (typeof value) {
    case "string":
      return formatText(value, verb, flags, "string") ?? badVerb(value, verb, flags);
    case "boolean":
      return verb === "t" || verb === "v" ? pad(String(value), flags) : badVerb(value, verb, flags);
    case "number":
      return formatFloatVerb(value, verb, flags) ?? badVerb(value, verb, flags);
    case "bigint":
      return formatIntegerVerb(value, verb, flags) ?? badVerb(value, verb, flags);
    case "undefined":
    case "function":
    case "symbol":
      return printNil(verb, flags, depth);
    case "object":
      break;
  }
  if (value === null) return printNil(verb, flags, depth);
  if (value instanceof Integer) {
    const sharp = flags.sharpV && value.kind.startsWith("u") && verb === "v";
    return (
      formatIntegerVerb(value.value, sharp ? "x" : verb, sharp ? { ...flags, sharp: true } : flags) ??
      badVerb(value, verb, flags)
    );
  }
  if (value instanceof Complex) return formatComplex(value, verb, flags) ?? badVerb(value, verb, flags);
  if (value instanceof GoStruct) return printStruct(value, verb, flags, depth);
  if (value instanceof Uint8Array) return printBytes(value, verb, flags, depth);
  if (verb === "p") return pad("0xc000000000", flags);
  const named = namedType(value);
  if (named?.text !== undefined && !flags.sharpV) {
    const text = formatText(named.text(value as never), verb, flags, "string");
    if (text !== undefined) return text;
  }
  if (Array.isArray(value)) return printList(value, verb, flags, depth);
  return printMap(value as GoMap, verb, flags, depth);
}

function printNil(verb: string, flags: Flags, depth: number): string {
  if (depth > 0) return flags.sharpV ? "interface {}(nil)" : "<nil>";
  return verb === "v" ? pad("<nil>", flags) : `%!${verb}(<nil>)`;
}

/** fmt's complaint about a verb that a value does not have; width and flags still apply to the value. */
function badVerb(value: unknown, verb: string, flags: Flags): string {
  return `%!${verb}(${typeName(value)}=${printValue(value, "v", flags, 0)})`;
}

function printStruct(value: GoStruct, verb: string, flags: Flags, depth: number): string {
  if (value.type.text !== undefined && !flags.sharpV) {
    const text = formatText(value.type.text(value as never), verb, flags, "string");
    if (text !== undefined) return text;
  }
  if (value.type.kind === "ptr" && depth > 0) return pad("0xc000000000", flags);
  const name = value.type.name.replace(/^\*/, "");
  const pointer = value.type.kind === "ptr" && (flags.sharpV || depth === 0) && verb === "v" ? "" : "";
  const fields = Object.entries(value.fields).map(([field, content]) => {
    const text = printValue(content, verb, flags, depth + 1);
    return flags.sharpV || flags.plusV ? `${field}:${text}` : text;
  });
  if (flags.sharpV) return `${pointer}${name}{${fields.join(", ")}}`;
  return `${pointer}{${fields.join(" ")}}`;
}

function printBytes(value: Uint8Array, verb: string, flags: Flags, depth: number): string {
  if (verb === "s" || verb === "q" || verb === "x" || verb === "X") {
    return formatText(fromBytes(value), verb, flags, "bytes") ?? "";
  }
  if (flags.sharpV) return `[]byte{${Array.from(value, (byte) => `0x${byte.toString(16)}`).join(", ")}}`;
  if (verb === "v" && flags === noFlags) return `[${decimals(value)}]`;
  // Few bytes are different.
  const texts: string[] = [];
  const items: string[] = [];
  for (let i = 0; i < value.length; i += 1) {
    const byte = value[i] ?? 0;
    items.push((texts[byte] ??= printValue(elementAt(value, i), verb, flags, depth + 1)));
  }
  return `[${items.join(" ")}]`;
}

/** Numbers with a space between them. A map with a whole chart's files in it is printed by many charts, as the key of a `dict`. */
function decimals(bytes: Uint8Array): string {
  let text = "";
  const codes = new Uint8Array(4 * Math.min(bytes.length, decimalsAtOnce));
  for (let from = 0; from < bytes.length; from += decimalsAtOnce) {
    const until = Math.min(bytes.length, from + decimalsAtOnce);
    let at = 0;
    for (let i = from; i < until; i += 1) {
      const byte = bytes[i] as number;
      if (byte >= 100) codes[at++] = zero + Math.trunc(byte / 100);
      if (byte >= 10) codes[at++] = zero + (Math.trunc(byte / 10) % 10);
      codes[at++] = zero + (byte % 10);
      codes[at++] = 0x20;
    }
    text += ascii.decode(codes.subarray(0, until === bytes.length ? at - 1 : at));
    checkPrinted(text);
  }
  return text;
}

const decimalsAtOnce = 65_536;
const zero = 0x30;
const ascii = new TextDecoder();

function printList(value: readonly unknown[], verb: string, flags: Flags, depth: number): string {
  if (flags.sharpV) {
    if (isNil(value)) return `${typeName(value)}(nil)`;
    const items = value.map((item) => printValue(item, verb, flags, depth + 1));
    return `${typeName(value)}{${items.join(", ")}}`;
  }
  let text = "[";
  for (let i = 0; i < value.length; i += 1) {
    if (i > 0) text += " ";
    text += printValue(value[i], verb, flags, depth + 1);
    checkPrinted(text);
  }
  return `${text}]`;
}

function printMap(value: GoMap, verb: string, flags: Flags, depth: number): string {
  if (flags.sharpV && value === nilMap) return `${typeName(value)}(nil)`;
  const open = flags.sharpV ? `${typeName(value)}{` : "map[";
  let text = "";
  for (const key of sortedKeys(value)) {
    if (text !== "") text += flags.sharpV ? ", " : " ";
    const name = flags.sharpV ? quote(key) : (formatText(key, verb, flags, "string") ?? badVerb(key, verb, flags));
    text += `${name}:${printValue(value[key], verb, flags, depth + 1)}`;
    checkPrinted(text);
  }
  return open + text + (flags.sharpV ? "}" : "]");
}

function checkPrinted(text: string): void {
  checkLength(text.length);
}
