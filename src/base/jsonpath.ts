import { CodedError } from "./errors.ts";
import { isEqualJson } from "./json-patch.ts";
import { compareBytes, isValues, type Value } from "./value.ts";

/** `path`: it cannot be read; `limit`: it finds too much. */
export class JsonPathError extends CodedError<"path" | "limit"> {}

/** A path of kubectl's dialect, ready to be used on many objects. */
export type JsonPath = readonly Step[];

type Step =
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "all" }
  | { readonly kind: "descend" }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly kind: "union"; readonly branches: readonly JsonPath[] }
  | {
      readonly kind: "filter";
      readonly left: Operand;
      readonly operator: Operator | undefined;
      readonly right: Operand;
    };

type Operator = "==" | "!=" | "<" | "<=" | ">" | ">=";

type Operand =
  | { readonly kind: "path"; readonly path: JsonPath }
  | { readonly kind: "literal"; readonly value: string | number | boolean };

const maxLength = 10_000;
const maxResults = 100_000;

/** Reads `.status.conditions[?(@.type=="Ready")].status`, with or without `{}` around it. Throws JsonPathError. */
export function parseJsonPath(text: string): JsonPath {
  if (text.length > maxLength) throw new JsonPathError("limit", "JSON path is too long");
  const trimmed = text.trim();
  const inner = trimmed.startsWith("{") && trimmed.endsWith("}") ? trimmed.slice(1, -1).trim() : trimmed;
  const reader = { text: inner, at: 0 };
  if (reader.text.startsWith("$") || reader.text.startsWith("@")) reader.at = 1;
  return readSteps(reader, 0);
}

/** All values that the path finds, in document order. What is missing on the way finds nothing. */
export function findJsonPath(path: JsonPath, value: Value): Value[] {
  let current: Value[] = [value];
  for (const step of path) {
    current = current.flatMap((each) => take(step, each));
    if (current.length > maxResults) throw new JsonPathError("limit", "JSON path finds too many values");
  }
  return current;
}

interface Reader {
  readonly text: string;
  at: number;
}

const maxNesting = 20;

function readSteps(reader: Reader, level: number): Step[] {
  const steps: Step[] = [];
  while (reader.at < reader.text.length) {
    const rest = reader.text.slice(reader.at);
    if (rest.startsWith("..")) {
      reader.at += 2;
      steps.push({ kind: "descend" });
      if (!/^[.[]/.test(reader.text.slice(reader.at))) steps.push(...readField(reader));
    } else if (rest.startsWith("[")) {
      steps.push(readBracket(reader, level));
    } else if (rest.startsWith(".")) {
      reader.at += 1;
      steps.push(...readField(reader));
    } else if (steps.length === 0 && reader.at === 0) {
      steps.push(...readField(reader));
    } else throw invalid(reader);
  }
  return steps;
}

function readField(reader: Reader): Step[] {
  let name = "";
  while (reader.at < reader.text.length) {
    const character = reader.text.charAt(reader.at);
    if (character === "\\") {
      name += reader.text.charAt(reader.at + 1);
      reader.at += 2;
      continue;
    }
    if (character === "." || character === "[" || /\s/.test(character)) break;
    name += character;
    reader.at += 1;
  }
  if (name === "") return [];
  return [name === "*" ? { kind: "all" } : { kind: "field", name }];
}

function readBracket(reader: Reader, level: number): Step {
  const start = reader.at + 1;
  const end = closingBracket(reader);
  const content = reader.text.slice(start, end).trim();
  reader.at = end + 1;
  if (content.startsWith("?(") && content.endsWith(")")) return readFilter(content.slice(2, -1), level, reader);
  const parts = splitOutsideQuotes(content, ",");
  if (parts.length > 1) return { kind: "union", branches: parts.map((part) => [readIndex(part.trim(), reader)]) };
  return readIndex(content, reader);
}

function readIndex(content: string, reader: Reader): Step {
  if (content === "*") return { kind: "all" };
  const quoted = /^'((?:[^'\\]|\\.)*)'$|^"((?:[^"\\]|\\.)*)"$/.exec(content);
  if (quoted !== null) return { kind: "field", name: unescape(quoted[1] ?? quoted[2] ?? "") };
  const slice = /^(-?\d+)?(?::(-?\d+)?(?::(-?\d+)?)?)?$/.exec(content);
  if (slice === null || content === "") {
    if (/^[\w.-]+$/.test(content)) return { kind: "field", name: content };
    throw invalid(reader);
  }
  const [, from, to, by] = slice;
  if (!content.includes(":")) return { kind: "slice", from: Number(from), to: undefined, by: 0 };
  const step = Number(by ?? 1);
  if (step <= 0) throw invalid(reader);
  return {
    kind: "slice",
    from: from === undefined ? undefined : Number(from),
    to: to === undefined ? undefined : Number(to),
    by: step,
  };
}

function readFilter(content: string, level: number, reader: Reader): Step {
  if (level > maxNesting) throw invalid(reader);
  const [left = "", operator, right = ""] = splitOperator(content);
  return {
    kind: "filter",
    left: readOperand(left.trim(), level, reader),
    operator,
    right: operator === undefined ? { kind: "literal", value: true } : readOperand(right.trim(), level, reader),
  };
}

function readOperand(text: string, level: number, reader: Reader): Operand {
  const quoted = /^'((?:[^'\\]|\\.)*)'$|^"((?:[^"\\]|\\.)*)"$/.exec(text);
  if (quoted !== null) return { kind: "literal", value: unescape(quoted[1] ?? quoted[2] ?? "") };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return { kind: "literal", value: Number(text) };
  if (text === "true" || text === "false") return { kind: "literal", value: text === "true" };
  if (text.startsWith("@") || text.startsWith("$")) {
    return { kind: "path", path: readSteps({ text, at: 1 }, level + 1) };
  }
  if (/^[\w.-]+$/.test(text)) return { kind: "literal", value: text };
  throw invalid(reader);
}

function splitOperator(content: string): [string, Operator | undefined, string?] {
  let quote = "";
  for (let i = 0; i < content.length; i += 1) {
    const character = content.charAt(i);
    if (quote !== "") {
      if (character === "\\") i += 1;
      else if (character === quote) quote = "";
      continue;
    }
    if (character === "'" || character === '"') quote = character;
    const operator = /^(?:==|!=|<=|>=|<|>)/.exec(content.slice(i, i + 2))?.[0];
    if (operator !== undefined) return [content.slice(0, i), operator as Operator, content.slice(i + operator.length)];
  }
  return [content, undefined];
}

function splitOutsideQuotes(content: string, separator: string): string[] {
  return content.match(new RegExp(`(?:'(?:[^'\\\\]|\\\\.)*'|"(?:[^"\\\\]|\\\\.)*"|[^${separator}'"])+`, "g")) ?? [];
}

function closingBracket(reader: Reader): number {
  let depth = 0;
  let quote = "";
  for (let i = reader.at; i < reader.text.length; i += 1) {
    const character = reader.text.charAt(i);
    if (quote !== "") {
      if (character === "\\") i += 1;
      else if (character === quote) quote = "";
    } else if (character === "'" || character === '"') quote = character;
    else if (character === "[") depth += 1;
    else if (character === "]") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  throw new JsonPathError("path", "unterminated array");
}

function unescape(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

function invalid(reader: Reader): JsonPathError {
  return new JsonPathError("path", `invalid JSON path ${JSON.stringify(reader.text)} at offset ${reader.at}`);
}

function take(step: Step, value: Value): Value[] {
  switch (step.kind) {
    case "field":
      return isValues(value) && Object.hasOwn(value, step.name) ? [value[step.name] as Value] : [];
    case "all":
      return children(value);
    case "descend":
      return descend(value, []);
    case "slice":
      return Array.isArray(value) ? takeSlice(step, value as readonly Value[]) : [];
    case "union":
      return step.branches.flatMap((branch) => findJsonPath(branch, value));
    case "filter":
      return children(value).filter((child) => passes(step, child));
  }
}

function children(value: Value): Value[] {
  if (Array.isArray(value)) return [...value] as Value[];
  return isValues(value)
    ? Object.keys(value)
        .toSorted(compareBytes)
        .map((key) => value[key] as Value)
    : [];
}

function descend(value: Value, found: Value[]): Value[] {
  found.push(value);
  if (found.length > maxResults) throw new JsonPathError("limit", "JSON path finds too many values");
  for (const child of children(value)) descend(child, found);
  return found;
}

function takeSlice({ from, to, by }: Extract<Step, { kind: "slice" }>, list: readonly Value[]): Value[] {
  if (by === 0) {
    const item = list.at(from ?? 0);
    return item === undefined ? [] : [item];
  }
  return list.slice(from, to).filter((_, i) => i % by === 0);
}

function passes({ left, operator, right }: Extract<Step, { kind: "filter" }>, value: Value): boolean {
  const lefts = resolve(left, value);
  if (operator === undefined) return lefts.length > 0;
  const [a] = lefts;
  const [b] = resolve(right, value);
  if (a === undefined || b === undefined) return false;
  if (operator === "==") return isEqualJson(a, b);
  if (operator === "!=") return !isEqualJson(a, b);
  const order = compare(a, b);
  if (order === undefined) return false;
  switch (operator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function resolve(operand: Operand, value: Value): Value[] {
  return operand.kind === "path" ? findJsonPath(operand.path, value) : [operand.value];
}

function compare(a: Value, b: Value): number | undefined {
  if (typeof a === "string" && typeof b === "string") return compareBytes(a, b);
  if ((typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint")) {
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return undefined;
}
