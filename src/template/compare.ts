import { GoError } from "./errors.ts";
import { printValue } from "./print.ts";
import { noFlags } from "./print-flags.ts";
import { Complex, compareText, GoStruct, Integer, isMap, isNil, isSlice, kindOf, nilMap, typeName } from "./value.ts";
import { newVisit, type Visit, visitPart } from "./visit.ts";

type BasicKind = "invalid" | "bool" | "complex" | "int" | "uint" | "float" | "string";

function basicKind(value: unknown): BasicKind {
  switch (typeof value) {
    case "string":
      return "string";
    case "number":
      return "float";
    case "bigint":
      return "int";
    case "boolean":
      return "bool";
    default:
      if (value instanceof Integer) return value.kind.startsWith("u") ? "uint" : "int";
      return value instanceof Complex ? "complex" : "invalid";
  }
}

function integerOf(value: unknown): bigint {
  return value instanceof Integer ? value.value : (value as bigint);
}

/** text/template's `eq` of two values. Throws GoError for what cannot be compared. */
export function isEqual(first: unknown, second: unknown): boolean {
  if (typeof first === "string" && typeof second === "string") return first === second;
  const left = basicKind(first);
  const right = basicKind(second);
  if (left !== right) {
    if ((left === "int" || left === "uint") && (right === "int" || right === "uint")) {
      return integerOf(first) === integerOf(second);
    }
    if (isAbsent(first) || isAbsent(second)) return false;
    throw new GoError(`incompatible types for comparison: ${typeName(first)} and ${typeName(second)}`);
  }
  switch (left) {
    case "bool":
    case "string":
    case "float":
      return first === second;
    case "int":
    case "uint":
      return integerOf(first) === integerOf(second);
    case "complex":
      return (
        (first as Complex).real === (second as Complex).real &&
        (first as Complex).imaginary === (second as Complex).imaginary
      );
    case "invalid":
      return isEqualOther(first, second);
  }
}

function isEqualOther(first: unknown, second: unknown): boolean {
  const left = kindOf(first);
  const right = kindOf(second);
  if (left !== right && left !== "invalid" && right !== "invalid") {
    throw new GoError(
      `non-comparable types ${text(first)}: ${typeName(first)}, ${typeName(second)}: ${printValue(second, "v", noFlags, 0)}`,
    );
  }
  if (isNil(first) || isNil(second)) return isNil(first) === isNil(second);
  if (second instanceof GoStruct) return first instanceof GoStruct && isDeepEqual(first, second);
  throw new GoError(`non-comparable type ${text(second)}: ${typeName(second)}`);
}

function text(value: unknown): string {
  return printValue(value, "s", noFlags, 0);
}

function isAbsent(value: unknown): boolean {
  return value === null || value === undefined;
}

/** text/template's `lt` of two values. Throws GoError for what has no order. */
export function isLess(first: unknown, second: unknown): boolean {
  const left = basicKind(first);
  const right = basicKind(second);
  if (left === "invalid" || right === "invalid") throw new GoError("invalid type for comparison");
  if (left !== right) {
    if ((left === "int" || left === "uint") && (right === "int" || right === "uint")) {
      return integerOf(first) < integerOf(second);
    }
    throw new GoError(`incompatible types for comparison: ${typeName(first)} and ${typeName(second)}`);
  }
  switch (left) {
    case "bool":
    case "complex":
      throw new GoError("invalid type for comparison");
    case "float":
      return (first as number) < (second as number);
    case "int":
    case "uint":
      return integerOf(first) < integerOf(second);
    case "string":
      return compareText(first as string, second as string) < 0;
  }
}

/** reflect.DeepEqual: types count, and a nil slice or map is not an empty one. */
export function isDeepEqual(first: unknown, second: unknown, depth = 0, visit = newVisit()): boolean {
  if (isAbsent(first) || isAbsent(second)) return isAbsent(first) && isAbsent(second);
  if (typeof first !== "object" || typeof second !== "object") return first === second;
  visitPart(visit, depth);
  if (first instanceof Integer || second instanceof Integer) {
    return (
      first instanceof Integer &&
      second instanceof Integer &&
      first.kind === second.kind &&
      first.value === second.value
    );
  }
  if (typeName(first) !== typeName(second)) return false;
  if (isSlice(first) && isSlice(second)) {
    if (first === second) return true;
    if (isNil(first) !== isNil(second) || first.length !== second.length) return false;
    for (let i = 0; i < first.length; i += 1) if (!isDeepEqual(first[i], second[i], depth + 1, visit)) return false;
    return true;
  }
  if (isMap(first) && isMap(second)) {
    if (first === second) return true;
    if ((first === nilMap) !== (second === nilMap)) return false;
    return haveEqualEntries(first, second, depth, visit);
  }
  if (first instanceof GoStruct && second instanceof GoStruct) {
    return haveEqualEntries(first.fields, second.fields, depth, visit) && haveEqualState(first.state, second.state);
  }
  if (first instanceof Complex && second instanceof Complex) {
    return first.real === second.real && first.imaginary === second.imaginary;
  }
  return false;
}

function haveEqualEntries(
  first: Readonly<Record<string, unknown>>,
  second: Readonly<Record<string, unknown>>,
  depth: number,
  visit: Visit,
): boolean {
  const keys = Object.keys(first);
  if (keys.length !== Object.keys(second).length) return false;
  return keys.every((key) => Object.hasOwn(second, key) && isDeepEqual(first[key], second[key], depth + 1, visit));
}

function haveEqualState(first: unknown, second: unknown): boolean {
  if (typeof first !== "object" || first === null || typeof second !== "object" || second === null)
    return first === second;
  return Object.entries(first).every(([key, value]) => Object.is((second as Record<string, unknown>)[key], value));
}
