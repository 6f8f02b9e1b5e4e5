import { CodedError } from "./errors.ts";
import { goQuote } from "./go-quote.ts";
import { formatPointer, parsePointer } from "./json-pointer.ts";
import { isValues, type Value, type Values } from "./value.ts";

/** One step of RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: "add" | "replace" | "test"; readonly path: string; readonly value: Value }
  | { readonly op: "remove"; readonly path: string }
  | { readonly op: "move" | "copy"; readonly path: string; readonly from: string };

/** `patch`: not a patch at all; `path`: it does not fit the document; `test`: a `test` step failed; `limit`: too many steps or too deep. */
export type JsonPatchErrorCode = "patch" | "path" | "test" | "limit";

export class JsonPatchError extends CodedError<JsonPatchErrorCode> {}

export interface JsonPatchOptions {
  /** 10,000 when absent, as kube-apiserver. */
  readonly maxOperations?: number;
  /** `ignore`: removing what is not there changes nothing (kubectl, evanphx with AllowMissingPathOnRemove). */
  readonly missingOnRemove?: "refuse" | "ignore";
  /** `create`: `add` makes the maps on its way (EnsurePathExistsOnAdd). */
  readonly missingOnAdd?: "refuse" | "create";
}

/** Reads unknown input as a patch; throws JsonPatchError when it is none. */
export function parseJsonPatch(input: unknown): JsonPatchOperation[] {
  if (!Array.isArray(input)) throw new JsonPatchError("patch", "a JSON patch must be a list of operations");
  return input.map(parseOperation);
}

/**
 * Applies a patch as evanphx/json-patch v4 does for Kubernetes and kustomize, with its texts: `replace` adds a key that is
 * not there, and a negative index counts from the end. The document that was passed stays as it was.
 */
export function applyJsonPatch(
  document: Value,
  patch: readonly JsonPatchOperation[],
  options: JsonPatchOptions = {},
): Value {
  const { maxOperations = 10_000 } = options;
  if (patch.length > maxOperations) {
    throw new JsonPatchError(
      "limit",
      `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  }
  return patch.reduce<Value>((current, operation) => applyOperation(current, operation, options), document);
}

/** A patch that turns one document into the other: maps key by key, lists by position. */
export function diffJson(from: Value, to: Value): JsonPatchOperation[] {
  const operations: JsonPatchOperation[] = [];
  collectDifferences(from, to, [], operations);
  return operations;
}

/** RFC 7386: maps merge, null removes, anything else replaces. The arguments stay as they were. */
export function applyMergePatch(target: Value | undefined, patch: Value): Value {
  if (!isValues(patch)) return patch;
  const merged = new Map(isValues(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, applyMergePatch(merged.get(key), value));
  }
  // fromEntries defines keys, it does not assign them: "__proto__" stays a plain key.
  return Object.fromEntries(merged);
}

/** The smallest RFC 7386 patch that turns one document into the other; undefined when they are equal. */
export function diffMergePatch(from: Value | undefined, to: Value): Value | undefined {
  if (!isValues(from) || !isValues(to)) return from !== undefined && isEqualJson(from, to) ? undefined : to;
  const patch: [string, Value][] = [];
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch.push([key, null]);
  for (const [key, value] of Object.entries(to)) {
    const difference = diffMergePatch(own(from, key), value);
    if (difference !== undefined) patch.push([key, difference]);
  }
  return patch.length === 0 ? undefined : Object.fromEntries(patch);
}

/** Deep equality of JSON; the order of keys does not count, and 1 equals 1n. */
export function isEqualJson(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (typeof a === "bigint" || typeof b === "bigint") {
    // Loose equality compares a bigint with a number by value.
    return typeof a !== "string" && typeof b !== "string" && isNumeric(a) && isNumeric(b) && a == b;
  }
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => isEqualJson(item as Value, b[i] as Value));
  }
  if (!isValues(a) || !isValues(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && isEqualJson(a[key], b[key]));
}

function isNumeric(value: Value | undefined): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function parseOperation(input: unknown): JsonPatchOperation {
  if (!isValues(input)) throw new JsonPatchError("patch", "a JSON patch operation must be an object");
  const { op, path, from } = input;
  if (typeof path !== "string" || parsePointer(path) === undefined) {
    throw new JsonPatchError("patch", `invalid path in JSON patch operation: ${JSON.stringify(path ?? null)}`);
  }
  switch (op) {
    case "remove":
      return { op, path };
    case "add":
    case "replace":
    case "test":
      if (!Object.hasOwn(input, "value") && op !== "test") {
        throw new JsonPatchError("patch", `missing value in JSON patch operation: ${op} ${path}`);
      }
      return { op, path, value: input["value"] ?? null };
    case "move":
    case "copy":
      if (typeof from !== "string" || parsePointer(from) === undefined) {
        throw new JsonPatchError("patch", `invalid from in JSON patch operation: ${op} ${path}`);
      }
      return { op, path, from };
    default:
      throw new JsonPatchError("patch", `Unexpected kind: ${typeof op === "string" ? op : "unknown"}`);
  }
}

function applyOperation(document: Value, operation: JsonPatchOperation, options: JsonPatchOptions): Value {
  const { path } = operation;
  const keys = keysOf(path);
  switch (operation.op) {
    case "add":
      return addAt(document, keys, operation.value, `doc is missing path: "${path}"`, operation, options);
    case "replace":
      if (keys.length === 0) return operation.value;
      assertParent(document, keys, operation, `doc is missing path: ${path}`);
      return setAt(document, keys, operation.value, operation);
    case "remove":
      return removeAt(document, keys, `doc is missing path: "${path}"`, operation, options);
    case "move": {
      const from = keysOf(operation.from);
      const value = valueAt(document, from, operation);
      const removed = removeAt(document, from, `doc is missing from path: ${operation.from}`, operation, {});
      return addAt(removed, keys, value, `doc is missing destination path: ${path}`, operation, options);
    }
    case "copy": {
      const value = valueAt(document, keysOf(operation.from), operation);
      return addAt(document, keys, value, `doc is missing destination path: ${path}`, operation, options);
    }
    case "test":
      if (keys.length > 0) assertParent(document, keys, operation, `is missing path: ${path}`);
      if (isEqualJson(find(document, keys) ?? null, operation.value)) return document;
      throw new JsonPatchError("test", `testing value ${path} failed: test failed`);
  }
}

function keysOf(pointer: string): string[] {
  const keys = parsePointer(pointer);
  if (keys === undefined) throw new JsonPatchError("patch", `invalid path in JSON patch operation: ${pointer}`);
  if (keys.length > 1000) throw new JsonPatchError("limit", "path in JSON patch operation is too deep");
  return keys;
}

type Operation = { readonly op: string; readonly path: string };

function valueAt(document: Value, keys: readonly string[], operation: Operation & { readonly from: string }): Value {
  assertParent(document, keys, operation, `doc is missing from path: ${operation.from}`);
  // evanphx/json-patch: what is not in a map counts as null here.
  return find(document, keys) ?? null;
}

function find(document: Value, keys: readonly string[]): Value | undefined {
  let current: Value | undefined = document;
  for (const key of keys) {
    if (Array.isArray(current)) current = current.at(indexOf(key) ?? current.length) as Value | undefined;
    else if (isValues(current)) current = own(current, key);
    else return undefined;
  }
  return current;
}

/** Go's Atoi; a negative index counts from the end. */
function indexOf(key: string): number | undefined {
  return /^[-+]?[0-9]{1,9}$/.test(key) ? Number(key) : undefined;
}

function assertParent(document: Value, keys: readonly string[], { op }: Operation, problem: string): void {
  const parent = find(document, keys.slice(0, -1));
  if (keys.length > 0 && (isValues(parent) || Array.isArray(parent))) return;
  throw new JsonPatchError("path", `${op} operation does not apply: ${problem}: missing value`);
}

/** Copies the way down to a container that is there and puts what `change` makes of it in its place. */
function update(document: Value, keys: readonly string[], change: (container: Value) => Value): Value {
  const [key, ...rest] = keys;
  if (key === undefined) return change(document);
  if (Array.isArray(document)) {
    const index = indexOf(key) as number;
    return (document as readonly Value[]).with(index, update(document.at(index) as Value, rest, change));
  }
  return withKey(document as Values, key, update((document as Values)[key] as Value, rest, change));
}

function addAt(
  document: Value,
  keys: readonly string[],
  value: Value,
  problem: string,
  operation: Operation,
  options: JsonPatchOptions,
): Value {
  const last = keys.at(-1);
  if (last === undefined) return value;
  const parent = keys.slice(0, -1);
  const base = options.missingOnAdd === "create" ? withParents(document, parent) : document;
  assertParent(base, keys, operation, problem);
  return update(base, parent, (container) => {
    if (!Array.isArray(container)) return withKey(container as Values, last, value);
    const list = container as readonly Value[];
    if (last === "-") return [...list, value];
    const index = indexOf(last);
    if (index === undefined) throw badIndex(operation, last);
    if (index > list.length || index < -list.length - 1) throw outOfRange(operation, index);
    return list.toSpliced(index < 0 ? index + list.length + 1 : index, 0, value);
  });
}

function withParents(document: Value, keys: readonly string[]): Value {
  let current = document;
  for (let i = 1; i <= keys.length; i += 1) {
    const way = keys.slice(0, i);
    if (find(current, way) === undefined) current = addAt(current, way, {}, "", { op: "add", path: "" }, {});
  }
  return current;
}

/** `replace` as evanphx/json-patch has it: a key that is not in a map is added. */
function setAt(document: Value, keys: readonly string[], value: Value, operation: Operation): Value {
  const last = keys.at(-1) as string;
  return update(document, keys.slice(0, -1), (container) => {
    if (!Array.isArray(container)) return withKey(container as Values, last, value);
    const list = container as readonly Value[];
    const index = indexOf(last);
    if (index === undefined || index >= list.length || index < -list.length) {
      const problem = `replace operation does not apply: doc is missing key: ${operation.path}: missing value`;
      throw new JsonPatchError("path", problem);
    }
    return list.with(index, value);
  });
}

function removeAt(
  document: Value,
  keys: readonly string[],
  problem: string,
  operation: Operation,
  { missingOnRemove = "refuse" }: JsonPatchOptions,
): Value {
  if (missingOnRemove === "ignore" && find(document, keys) === undefined) return document;
  assertParent(document, keys, operation, problem);
  const last = keys.at(-1) as string;
  return update(document, keys.slice(0, -1), (container) => {
    if (Array.isArray(container)) {
      const list = container as readonly Value[];
      const index = indexOf(last);
      if (index === undefined) throw badIndex(operation, last);
      if (index >= list.length || index < -list.length) throw outOfRange(operation, index);
      return list.toSpliced(index, 1);
    }
    if (own(container as Values, last) === undefined) {
      const what = `Unable to remove nonexistent key: ${last}: missing value`;
      throw new JsonPatchError("path", `error in ${operation.op} for path: '${operation.path}': ${what}`);
    }
    return Object.fromEntries(Object.entries(container as Values).filter(([key]) => key !== last));
  });
}

function withKey(map: Values, key: string, value: Value): Values {
  const changed = { ...map };
  Object.defineProperty(changed, key, { value, enumerable: true, configurable: true, writable: true });
  return changed;
}

function own(map: Values, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function outOfRange({ op, path }: Operation, index: number): JsonPatchError {
  const what = `Unable to access invalid index: ${index}: invalid index referenced`;
  return new JsonPatchError("path", `error in ${op} for path: '${path}': ${what}`);
}

function badIndex({ op, path }: Operation, key: string): JsonPatchError {
  const what = `value was not a proper array index: '${key}': strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`;
  return new JsonPatchError("path", `error in ${op} for path: '${path}': ${what}`);
}

function collectDifferences(from: Value, to: Value, at: readonly string[], into: JsonPatchOperation[]): void {
  if (isValues(from) && isValues(to)) {
    for (const key of Object.keys(from)) {
      if (!Object.hasOwn(to, key)) into.push({ op: "remove", path: formatPointer([...at, key]) });
    }
    for (const [key, value] of Object.entries(to)) {
      const before = own(from, key);
      if (before === undefined) into.push({ op: "add", path: formatPointer([...at, key]), value });
      else collectDifferences(before, value, [...at, key], into);
    }
    return;
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    const shared = Math.min(from.length, to.length);
    for (let i = 0; i < shared; i += 1) {
      collectDifferences(from[i] as Value, to[i] as Value, [...at, String(i)], into);
    }
    for (let i = from.length - 1; i >= shared; i -= 1) into.push({ op: "remove", path: formatPointer([...at, i]) });
    for (let i = shared; i < to.length; i += 1) {
      into.push({ op: "add", path: formatPointer([...at, i]), value: to[i] as Value });
    }
    return;
  }
  if (!isEqualJson(from, to)) into.push({ op: "replace", path: formatPointer(at), value: to });
}
