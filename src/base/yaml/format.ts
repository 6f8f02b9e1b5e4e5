import { formatFloat } from "../go-float.ts";
import { compareBytes, isValues, type Value, type Values } from "../value.ts";
import {
  type Emitter,
  newEmitter,
  simpleKeyLimit,
  writeBlockIndicator,
  writeColon,
  writeIndent,
  writeString,
  writeWord,
} from "./emitter.ts";
import { hasControlCharacters } from "./characters.ts";
import { YamlError } from "./errors.ts";
import { type KeyOrder, sortedKeys } from "./key-order.ts";
import { analyze } from "./scalar-style.ts";

export interface FormatOptions {
  /** Where long lines fold; 80 when absent, as in sigs.k8s.io/yaml. `Infinity` never folds. */
  readonly width?: number;
  /** `natural`: go-yaml's order, digits by their number. `bytes`: the order of the keys' UTF-8, for digests. Default: natural. */
  readonly keys?: "natural" | "bytes";
}

/** A text that is written as it is: a timestamp, or what has a tag. */
export class YamlWord {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** How one Go program lays its YAML out. */
interface Layout {
  readonly emitter: Emitter;
  /** `flush`: list items stand under their key's first letter. */
  readonly lists: "flush" | "indented";
  readonly keys: (map: object) => readonly string[];
  readonly number: (value: number) => string;
  /** What the text of a value is written as. */
  readonly string: (text: string) => string;
  /** Refuses keys that cannot be written. */
  readonly key: (text: string) => void;
}

const maxDepth = 10_000;

/** Writes a value as Go's sigs.k8s.io/yaml does (helm's `toYaml`, kubectl), with the closing line break. */
export function formatYaml(value: Value, { width = 80, keys = "natural" }: FormatOptions = {}): string {
  return writeDocument(value, {
    emitter: newEmitter("v2", width),
    lists: "flush",
    keys: keys === "bytes" ? bytewiseKeys : naturalKeys("v2"),
    number: jsonNumber,
    string: jsonString,
    key: assertJsonKey,
  });
}

/** Writes a value as yaml.v3 with an indent of two does (helm's `toYamlPretty`): list items stand two columns in. */
export function formatYamlPretty(value: Value | YamlWord): string {
  const same = (text: string) => text;
  return writeDocument(value as Value, {
    emitter: newEmitter("v3", Number.POSITIVE_INFINITY),
    lists: "indented",
    keys: naturalKeys("v3"),
    number: goNumber,
    string: same,
    key: same,
  });
}

function writeDocument(value: Value, layout: Layout): string {
  writeNode(layout, value, -1, "root", 0);
  writeIndent(layout.emitter, 0);
  return layout.emitter.text;
}

type Context = "root" | "item" | "entry";

function writeNode(layout: Layout, value: Value, indent: number, context: Context, depth: number): void {
  const { emitter } = layout;
  switch (typeof value) {
    case "string":
      return writeString(emitter, layout.string(value), indent < 0 ? 2 : indent + 2, "value");
    case "number":
      return writeWord(emitter, layout.number(value));
    case "bigint":
      return writeWord(emitter, String(value));
    case "boolean":
      return writeWord(emitter, value ? "true" : "false");
    default:
      break;
  }
  if (value === null || value === undefined) return writeWord(emitter, "null");
  if (value instanceof YamlWord) return writeWord(emitter, value.text);
  if (depth > maxDepth) throw new YamlError("limit", "exceeded max depth of 10000");
  if (isValues(value)) return writeMapping(layout, value, indent, depth);
  return writeSequence(layout, value as readonly Value[], indent, context, depth);
}

function writeMapping(layout: Layout, map: Values, indent: number, depth: number): void {
  const { emitter } = layout;
  const keys = layout.keys(map);
  if (keys.length === 0) return writeWord(emitter, "{}");
  const inner = indent < 0 ? 0 : indent + 2;
  for (const key of keys) {
    layout.key(key);
    writeIndent(emitter, inner);
    if (isSimpleKey(key, emitter)) {
      writeString(emitter, key, inner + 2, "key");
      writeColon(emitter);
    } else {
      writeBlockIndicator(emitter, "?");
      writeString(emitter, key, inner + 2, "value");
      writeIndent(emitter, inner);
      writeBlockIndicator(emitter, ":");
    }
    writeNode(layout, map[key] as Value, inner, "entry", depth + 1);
  }
}

function writeSequence(layout: Layout, list: readonly Value[], indent: number, context: Context, depth: number): void {
  const { emitter } = layout;
  if (list.length === 0) return writeWord(emitter, "[]");
  const flush = layout.lists === "flush" && context === "entry" && !emitter.indention;
  const inner = indent < 0 ? 0 : flush ? indent : indent + 2;
  for (const item of list) {
    writeIndent(emitter, inner);
    writeBlockIndicator(emitter, "-");
    writeNode(layout, item, inner, "item", depth + 1);
  }
}

function naturalKeys(order: KeyOrder): (map: object) => readonly string[] {
  return (map) => sortedKeys(map, order);
}

function bytewiseKeys(map: object): readonly string[] {
  return Object.keys(map).sort(compareBytes);
}

function isSimpleKey(key: string, emitter: Emitter): boolean {
  if (key.length * 3 <= simpleKeyLimit && /^[\w./-]*$/.test(key)) return true;
  if (analyze(key, emitter.dialect).multiline) return false;
  return key.length <= simpleKeyLimit && new TextEncoder().encode(key).length <= simpleKeyLimit;
}

// sigs.k8s.io/yaml writes JSON and lets go-yaml read it back, which leaves its marks on the text.
function jsonString(text: string): string {
  if (plainText.test(text)) return text;
  if (hasControlCharacters(text.replaceAll(/[\0-\x1f]/g, ""))) {
    throw new YamlError("format", "yaml: control characters are not allowed");
  }
  // JSON leaves NEL as it is, and YAML folds it like any line break.
  return text.replaceAll(/ *\u0085[ \u0085]*/g, (gap) => {
    const breaks = gap.replaceAll(" ", "").length;
    return breaks === 1 ? " " : "\n".repeat(breaks - 1);
  });
}

const plainText = /^[\x20-\x7e]*$/;
const maxKeyLength = 1024;

function assertJsonKey(key: string): void {
  if (key.length < 150 && plainText.test(key)) return;
  jsonString(key);
  const quoted = JSON.stringify(key).length + 5 * (key.match(/[<>&\u2028\u2029]/g)?.length ?? 0);
  if (key.includes("\u0085") || quoted > maxKeyLength) {
    throw new YamlError("format", "yaml: line 1: did not find expected ',' or '}'");
  }
}

/** A float64 after its way through JSON: whole numbers that fit 64 bits become integers, the rest stays a float. */
function jsonNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value + 0);
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    throw new YamlError("format", `error marshaling into JSON: json: unsupported value: ${text}`);
  }
  if (Number.isInteger(value) && Math.abs(value) < 1e21) {
    // The digits are the shortest that name the float, not all that it has.
    const digits = BigInt(String(value));
    if (digits < 1n << 64n && digits >= -(1n << 63n)) return String(digits);
  }
  return formatFloat(value);
}

function goNumber(value: number): string {
  if (Number.isFinite(value)) return formatFloat(value);
  return Number.isNaN(value) ? ".nan" : value > 0 ? ".inf" : "-.inf";
}
