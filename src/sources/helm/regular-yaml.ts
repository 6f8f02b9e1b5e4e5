import type { Value } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";

/**
 * Reads YAML that is written as Helm and most programs write it: block maps and lists, scalars on lines of their own.
 * List items that use more of YAML are given to the full reader one by one. Gives undefined where this is not enough,
 * and then the full reader has to read everything; where it gives a value, it is the full reader's. Some twenty times
 * faster, which counts for indexes of tens of megabytes.
 */
export function tryParseRegularYaml(text: string): Value | undefined {
  if (unusual.test(text)) return undefined;
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const reader: Reader = { lines, at: 0, scalars: new Map() };
  try {
    const value = readBlock(reader, 0);
    return reader.at === lines.length ? value : undefined;
  } catch (error) {
    if (error === irregular) return undefined;
    throw error;
  }
}

/** Tabs, control characters, and what else YAML takes for a line break or refuses. */
// oxlint-disable-next-line no-control-regex
const unusual = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

interface Reader {
  readonly lines: readonly string[];
  at: number;
  /** What plain scalars that may be more than text turned out to be. */
  readonly scalars: Map<string, Value>;
}

const irregular = new Error("YAML that needs the full reader");

function readBlock(reader: Reader, indent: number): Value {
  const line = reader.lines[reader.at];
  if (line === undefined || indentOf(line) !== indent) throw irregular;
  return line.startsWith("- ", indent) ? readList(reader, indent) : readMap(reader, indent);
}

function readMap(reader: Reader, indent: number, first?: string): Value {
  const map: Record<string, Value> = {};
  let rest = first;
  for (;;) {
    if (rest === undefined) {
      const line = reader.lines[reader.at];
      if (line === undefined || indentOf(line) < indent) return map;
      if (indentOf(line) > indent) throw irregular;
      if (line.startsWith("- ", indent)) return map; // the list above goes on
      rest = line.slice(indent);
    }
    reader.at += 1;
    const colon = rest.indexOf(":");
    const key = rest.slice(0, colon);
    if (colon <= 0 || !isPlainKey(key) || Object.hasOwn(map, key)) throw irregular;
    map[key] = readValue(reader, rest.slice(colon + 1), indent);
    rest = undefined;
  }
}

function readList(reader: Reader, indent: number): Value {
  const list: Value[] = [];
  for (;;) {
    const line = reader.lines[reader.at];
    if (line === undefined || indentOf(line) < indent) return list;
    if (indentOf(line) > indent) throw irregular;
    if (!line.startsWith("- ", indent)) return list; // the map above goes on
    const start = reader.at;
    try {
      list.push(readItem(reader, indent, line.slice(indent + 2)));
    } catch (error) {
      if (error !== irregular) throw error;
      reader.at = start;
      list.push(readWithFullReader(reader, indent));
    }
  }
}

function readItem(reader: Reader, indent: number, rest: string): Value {
  if (rest.startsWith(" ") || rest.startsWith("- ") || rest === "") throw irregular;
  const colon = rest.indexOf(":");
  const isMap = colon > 0 && isPlainKey(rest.slice(0, colon)) && (colon === rest.length - 1 || rest[colon + 1] === " ");
  if (isMap) return readMap(reader, indent + 2, rest);
  reader.at += 1;
  return readValue(reader, ` ${rest}`, indent);
}

/** Reads one item alone. What fails alone may be right, or fail with another text, in its place. */
function readWithFullReader(reader: Reader, indent: number): Value {
  const start = reader.at;
  let end = start + 1;
  for (; end < reader.lines.length; end += 1) {
    const line = reader.lines[end] ?? "";
    if (line !== "" && indentOf(line) <= indent) break;
  }
  const item = reader.lines.slice(start, end).map((line) => line.slice(indent));
  if (item.some((line, index) => index > 0 && line !== "" && !line.startsWith(" "))) throw irregular;
  let parsed: Value;
  try {
    parsed = parseYaml(`${item.join("\n")}\n`, { duplicateKeys: "refuse" });
  } catch {
    throw irregular;
  }
  if (!Array.isArray(parsed) || parsed.length !== 1) throw irregular;
  reader.at = end;
  return (parsed as readonly Value[])[0] ?? null;
}

/** Reads what follows a colon or a dash; `rest` begins with the blank after it. */
function readValue(reader: Reader, rest: string, indent: number): Value {
  if (rest === "") return readNested(reader, indent);
  if (!rest.startsWith(" ")) throw irregular;
  const text = rest.slice(1);
  if (text === "[]") return [];
  if (text === "{}") return {};
  const continues = isDeeper(reader, indent);
  switch (text.charAt(0)) {
    case '"':
      if (continues || !/^"[^"\\]*"$/.test(text)) throw irregular;
      return text.slice(1, -1);
    case "'":
      if (continues || !/^'(?:[^']|'')*'$/.test(text)) throw irregular;
      return text.slice(1, -1).replaceAll("''", "'");
    default:
      return continues ? readFolded(reader, text, indent) : resolve(reader, text);
  }
}

function readNested(reader: Reader, indent: number): Value {
  const line = reader.lines[reader.at];
  if (line === undefined) return null;
  const next = indentOf(line);
  // The items of a list may stand right below its key.
  if (next === indent && line.startsWith("- ", indent)) return readList(reader, indent);
  return next > indent ? readBlock(reader, next) : null;
}

/** A plain scalar over several lines: they are joined by blanks. */
function readFolded(reader: Reader, first: string, indent: number): Value {
  const parts = [first];
  while (isDeeper(reader, indent)) {
    parts.push((reader.lines[reader.at] ?? "").trim());
    reader.at += 1;
  }
  if (!parts.every((part) => part !== "" && isPlain(part))) throw irregular;
  return resolve(reader, parts.join(" "));
}

function isDeeper(reader: Reader, indent: number): boolean {
  const line = reader.lines[reader.at];
  return line !== undefined && indentOf(line) > indent;
}

/** The number of blanks before the text. Empty lines and comments are not regular here. */
function indentOf(line: string): number {
  let indent = 0;
  while (line.charCodeAt(indent) === 32) indent += 1;
  if (indent === line.length || line.charCodeAt(indent) === 35) throw irregular;
  return indent;
}

/** Words that are no text in YAML 1.1, in any case. */
const words = new Set(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"]);

function isPlainKey(key: string): boolean {
  return /^[A-Za-z_][\w./-]*$/.test(key) && !words.has(key.toLowerCase()) && key !== "__proto__";
}

function isPlain(text: string): boolean {
  return (
    /^[\w/.(+<=^$-]/.test(text) &&
    !/^[-.](?:$|[ .-])|^---/.test(text) &&
    !text.includes(": ") &&
    !text.includes(" #") &&
    !text.endsWith(":") &&
    !text.endsWith(" ")
  );
}

function resolve(reader: Reader, text: string): Value {
  if (!isPlain(text)) throw irregular;
  // A letter, and then something that no number, date or word of YAML's has: text, whatever follows.
  if (/^[A-Za-z/]/.test(text) && (text.length > 5 || !words.has(text.toLowerCase()))) return text;
  const known = reader.scalars.get(text);
  if (known !== undefined) return known;
  let value: Value;
  try {
    value = parseYaml(text);
  } catch {
    throw irregular;
  }
  if (typeof value === "object" && value !== null) throw irregular;
  reader.scalars.set(text, value);
  return value;
}
