import { formatFloat } from "../../base/go-float.ts";
import { GoError } from "../errors.ts";
import type { GoTime } from "../time/go-time.ts";
import { formatMoment } from "../time/layout.ts";
import { readToml } from "../toml/read.ts";
import { toPlain } from "../plain.ts";
import { Complex, elementsOf, type GoMap, GoStruct, Integer, isMap, isNil, isSlice, sortedKeys } from "../value.ts";
import { newVisit, type Visit, visitPart } from "../visit.ts";
import { define, type GoFunction } from "./function.ts";

/** TOML as BurntSushi/toml writes and reads it. */
export const tomlFunctions: Readonly<Record<string, GoFunction>> = {
  toToml: define(["any"], (value) => {
    try {
      return encodeToml(value);
    } catch (error) {
      if (error instanceof GoError && !error.limit && !error.message.startsWith("reflect:")) return error.message;
      throw error;
    }
  }),
  mustToToml: define(["any"], encodeToml),
  fromToml: define(["string"], (text) => {
    try {
      return readToml(text);
    } catch (error) {
      if (error instanceof GoError) return { Error: error.message };
      throw error;
    }
  }),
};

interface Output {
  text: string;
  readonly visit: Visit;
}

function encodeToml(value: unknown): string {
  if (value === null) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  const output = { text: "", visit: newVisit() };
  encode(output, [], value);
  return output.text;
}

type TomlType = "none" | "scalar" | "table" | "array" | "tables";

function typeOf(value: unknown, depth: number, visit: Visit): TomlType {
  visitPart(visit, depth);
  if (isNil(value)) return "none";
  if (value instanceof GoStruct) return value.type.json === undefined ? "table" : "scalar";
  if (isMap(value)) return "table";
  if (!isSlice(value)) return "scalar";
  let tables = value.length > 0;
  for (const item of elementsOf(value)) {
    const type = typeOf(item, depth + 1, visit);
    if (type === "none") throw new GoError("toml: cannot encode array with nil element");
    if (type !== "table") tables = false;
  }
  return tables ? "tables" : "array";
}

function encode(output: Output, key: readonly string[], value: unknown): void {
  visitPart(output.visit, key.length);
  switch (typeOf(value, 0, output.visit)) {
    case "none":
      return;
    case "scalar":
    case "array":
      return writePair(output, key, value, false);
    case "table":
      if (key.length === 1) newline(output);
      if (key.length > 0) output.text += `${indent(key)}[${key.map(quotedKey).join(".")}]\n`;
      return writeEntries(output, key, fieldsOf(value), false);
    case "tables":
      if (key.length === 0) throw new GoError("toml: top-level values must be Go maps or structs");
      for (const item of elementsOf(value as readonly unknown[])) {
        newline(output);
        output.text += `${indent(key)}[[${key.map(quotedKey).join(".")}]]\n`;
        writeEntries(output, key, fieldsOf(item), false);
      }
  }
}

function fieldsOf(value: unknown): GoMap {
  return value instanceof GoStruct ? (value.fields as GoMap) : (value as GoMap);
}

// What is not a table comes first, so that it stays with the table it belongs to.
function writeEntries(output: Output, key: readonly string[], map: GoMap, inline: boolean): void {
  const names = sortedKeys(map);
  const isTable = (name: string): boolean => ["table", "tables"].includes(typeOf(map[name], 0, output.visit));
  const direct = names.filter((name) => !isTable(name));
  const tables = names.filter(isTable);
  const write = (group: readonly string[], more: boolean): void => {
    group.forEach((name, index) => {
      if (isNil(map[name])) return;
      if (!inline) return encode(output, [...key, name], map[name]);
      writePair(output, [name], map[name], true);
      if (more || index !== group.length - 1) output.text += ", ";
    });
  };
  if (inline) output.text += "{";
  write(direct, tables.length > 0);
  write(tables, false);
  if (inline) output.text += "}";
}

function writePair(output: Output, key: readonly string[], value: unknown, inline: boolean): void {
  if (key.length === 0) return writeElement(output, value);
  output.text += `${indent(key)}${quotedKey(key.at(-1) ?? "")} = `;
  writeElement(output, value);
  if (!inline) newline(output);
}

function writeElement(output: Output, value: unknown): void {
  if (typeof value === "string") output.text += quotedText(value);
  else if (typeof value === "number") output.text += floatText(value);
  else if (typeof value === "boolean" || typeof value === "bigint") output.text += String(value);
  else if (value instanceof Complex) throw new GoError("unsupported type: complex128");
  else if (value instanceof Integer) output.text += String(value.value);
  else if (isSlice(value)) {
    output.text += "[";
    elementsOf(value).forEach((item, index) => {
      if (index > 0) output.text += ", ";
      writeElement(output, item);
    });
    output.text += "]";
  } else if (value instanceof GoStruct && value.type.name === "time.Time") {
    output.text += formatMoment((value as GoTime).state, "2006-01-02T15:04:05.999999999Z07:00");
  } else if (value instanceof GoStruct && value.type.json !== undefined) {
    output.text += quotedText(String(toPlain(value)));
  } else writeEntries(output, [], fieldsOf(value), true);
}

function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "-inf" : "inf";
  const text = formatFloat(value);
  return /[e.]/.test(text) ? text : `${text}.0`;
}

function indent(key: readonly string[]): string {
  return "  ".repeat(key.length - 1);
}

function newline(output: Output): void {
  if (output.text !== "") output.text += "\n";
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : quotedText(key);
}

const escapes: Readonly<Record<string, string>> = {
  "\t": "\\t",
  "\n": "\\n",
  "\r": "\\r",
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
};

function quotedText(text: string): string {
  const escaped = text.replace(/[\x00-\x1f"\\\x7f]/g, (char) => {
    return escapes[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}
