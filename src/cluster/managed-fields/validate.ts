import { deduceType, type FieldType, fieldTypeOf, isList, isMap, type ListType, type MapType } from "./field-type.ts";
import { elementOf } from "./list-items.ts";
import { formatPathElement } from "./path-element.ts";

/**
 * Holds a value to its type as far as ownership needs it: declared fields, scalars where scalars belong, items that can be
 * told apart. Returns a text for each place that is wrong, in the words of kube-apiserver.
 */
export function findTypeErrors(type: FieldType, value: unknown): string[] {
  const actual = deduceType(type, value);
  if (actual.map !== undefined) return mapErrors(actual.map, value);
  if (actual.scalar !== undefined) return scalarErrors(actual.scalar, value);
  if (actual.list !== undefined) return listErrors(actual.list, value);
  return ["schema error: invalid atom: inlined"];
}

/** Several texts as one message. */
export function formatTypeErrors(errors: readonly string[]): string {
  return errors.length === 1 ? (errors[0] ?? "") : ["errors:", ...errors.map((error) => `  ${error}`)].join("\n");
}

function mapErrors(map: MapType, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!isMap(value)) return [`: expected map, got ${goValue(value)}`];
  const errors: string[] = [];
  for (const [name, item] of Object.entries(value)) {
    if (map.field(name) === undefined && map.element === undefined) {
      errors.push(`.${name}: field not declared in schema`);
      // Kubernetes stops at the first field that is not declared.
      break;
    }
    errors.push(...prefixed(`.${name}`, findTypeErrors(fieldTypeOf(map, name), item)));
  }
  return errors;
}

function listErrors(list: ListType, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  if (!isList(value)) return [`: expected list, got ${goValue(value)}`];
  const errors: string[] = [];
  const seen = new Set<string>();
  for (const [index, item] of value.entries()) {
    if (list.atomic) {
      errors.push(...prefixed(`[${index}]`, findTypeErrors(list.element(), item)));
      continue;
    }
    const named = elementOf(list, item);
    if ("problem" in named) return [...errors, `: element ${index}: ${named.problem}`];
    const step = formatPathElement(named.element);
    if (seen.has(named.element)) errors.push(`: duplicate entries for key ${step}`);
    seen.add(named.element);
    errors.push(...prefixed(step, findTypeErrors(list.element(), item)));
  }
  return errors;
}

function scalarErrors(scalar: NonNullable<FieldType["scalar"]>, value: unknown): string[] {
  if (value === null || value === undefined) return [];
  const is = typeof value;
  const isNumber = is === "number" || is === "bigint";
  switch (scalar) {
    case "numeric":
      return isNumber ? [] : [`: expected numeric (int or float), got ${goType(value)}`];
    case "string":
      return is === "string" ? [] : [`: expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`];
    case "boolean":
      return is === "boolean" ? [] : [`: expected boolean, got &{${goValue(value)}}`];
    case "untyped":
      return isNumber || is === "string" || is === "boolean" ? [] : [`: expected any scalar, got &{${goValue(value)}}`];
  }
}

// A text starts with ": " at the place itself; each step on the way up stands before it.
function prefixed(step: string, errors: readonly string[]): string[] {
  return errors.map((error) => step + error);
}

function goType(value: unknown): string {
  if (isList(value)) return "[]interface {}";
  if (isMap(value)) return "map[string]interface {}";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function goValue(value: unknown): string {
  if (isList(value)) return `[${value.map(goValue).join(" ")}]`;
  if (!isMap(value)) return value === null ? "<nil>" : String(value);
  const fields = Object.keys(value).sort();
  return `map[${fields.map((name) => `${name}:${goValue(value[name])}`).join(" ")}]`;
}

function goSyntax(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (isList(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (!isMap(value)) return value === null ? "interface {}(nil)" : String(value);
  const fields = Object.keys(value).sort();
  return `map[string]interface {}{${fields.map((name) => `${JSON.stringify(name)}:${goSyntax(value[name])}`).join(", ")}}`;
}
