import { type BoolNode, type NumberNode, sourceOf, type StringNode } from "./nodes.ts";
import { type Frame, fail } from "./run.ts";
import {
  Complex,
  GoStruct,
  int,
  Integer,
  isMap,
  namedType,
  nilList,
  nilMap,
  type Parameter,
  reflectedTypeName,
} from "./value.ts";

/** Go's name of a parameter's type. */
export function parameterName(parameter: Parameter): string {
  if (typeof parameter === "object") return parameter.name;
  switch (parameter) {
    case "any":
      return "interface {}";
    case "value":
      return "reflect.Value";
    case "map":
      return "map[string]interface {}";
    case "list":
      return "[]interface {}";
    case "string":
    case "bool":
    case "int":
    case "int64":
    case "uint32":
    case "float64":
      return parameter;
  }
}

/** Checks that a value is assignable to a parameter and converts it to what functions take; text/template's validateType. */
export function validate(frame: Frame, value: unknown, parameter: Parameter): unknown {
  switch (parameter) {
    case "value":
      return value;
    case "any":
      return value === undefined ? null : value;
    case "string":
      if (typeof value === "string") return value;
      break;
    case "bool":
      if (typeof value === "boolean") return value;
      break;
    case "float64":
      if (typeof value === "number") return value;
      break;
    case "int64":
      if (typeof value === "bigint") return value;
      break;
    case "int":
    case "uint32":
      if (value instanceof Integer && value.kind === parameter) return Number(value.value);
      break;
    case "map":
      if (value === undefined) return nilMap;
      if (isMap(value) && (namedType(value)?.element ?? "interface {}") === "interface {}") return value;
      break;
    case "list":
      if (value === undefined) return nilList;
      if (Array.isArray(value) && (namedType(value)?.element ?? "interface {}") === "interface {}") return value;
      break;
    default:
      if (value instanceof GoStruct && value.type.name === parameter.name) return value;
      break;
  }
  const wanted = parameterName(parameter);
  if (value === undefined) fail(frame, `invalid value; expected ${wanted}`);
  return fail(frame, `wrong type for value; expected ${wanted}; got ${reflectedTypeName(value)}`);
}

/** The nil of a parameter's type, or undefined when the type has none. */
export function nilOf(parameter: Parameter): { readonly nil: unknown } | undefined {
  switch (parameter) {
    case "any":
      return { nil: null };
    case "value":
      return { nil: undefined };
    case "map":
      return { nil: nilMap };
    case "list":
      return { nil: nilList };
    default:
      return undefined;
  }
}

/** The value of a numeric constant where its type is free, or the complaint. */
export function idealConstant(node: NumberNode): { readonly value: unknown } | string {
  const { text } = node;
  if (node.complex !== undefined) return { value: new Complex(node.complex.real, node.complex.imaginary) };
  const hex = text.length > 2 && /^0[xX]/.test(text) && !/[pP]/.test(text);
  if (node.float !== undefined && !hex && !text.startsWith("'") && /[.eEpP]/.test(text)) return { value: node.float };
  if (node.int !== undefined) return { value: int(node.int) };
  if (node.uint !== undefined) return `${text} overflows int`;
  return { value: undefined };
}

/** The value of a constant for a parameter, or the complaint. */
export function constantFor(
  node: BoolNode | NumberNode | StringNode,
  parameter: Parameter,
): { readonly value: unknown } | string {
  switch (parameter) {
    case "any":
    case "value":
      if (node.type === "number") return idealConstant(node);
      return { value: node.type === "bool" ? node.value : node.text };
    case "string":
      return node.type === "string" ? { value: node.text } : `expected string; found ${sourceOf(node)}`;
    case "bool":
      return node.type === "bool" ? { value: node.value } : `expected bool; found ${sourceOf(node)}`;
    case "int":
      if (node.type === "number" && node.int !== undefined) return { value: Number(node.int) };
      return `expected integer; found ${sourceOf(node)}`;
    case "int64":
      if (node.type === "number" && node.int !== undefined) return { value: node.int };
      return `expected integer; found ${sourceOf(node)}`;
    case "uint32":
      if (node.type === "number" && node.uint !== undefined) return { value: Number(BigInt.asUintN(32, node.uint)) };
      return `expected unsigned integer; found ${sourceOf(node)}`;
    case "float64":
      if (node.type === "number" && node.float !== undefined) return { value: node.float };
      return `expected float; found ${sourceOf(node)}`;
    default:
      return `can't handle ${sourceOf(node)} for arg of type ${parameterName(parameter)}`;
  }
}
