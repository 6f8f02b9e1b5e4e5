import { validate } from "./argument.ts";
import { GoError } from "./errors.ts";
import { errorAt, type Frame, fail } from "./run.ts";
import { type GoMap, type GoType, GoStruct, isInherited, isMap, type Method, namedType, typeName } from "./value.ts";

const objectPrototype: unknown = Object.prototype;

/**
 * Where a value comes from, for error texts: Go sees what it takes from a map or list inside an interface, and all else as it is.
 * What a range hands out depends on the list: `rangeDot` says that dot does, a number that the variable in that slot does.
 */
export type Origin = "interface" | "concrete" | "rangeDot" | number;

/** Reads `.name` of a value, which was read from the container before where it is not the first. */
export function readField(frame: Frame, receiver: unknown, name: string, origin: Origin, container?: unknown): unknown {
  if (typeof receiver === "object" && receiver !== null) {
    const prototype: unknown = Object.getPrototypeOf(receiver);
    if (prototype === objectPrototype || prototype === null) {
      const value = (receiver as GoMap)[name];
      if (value !== undefined && !isInherited(name)) return value;
      return readMissing(frame, receiver as GoMap, name);
    }
  }
  return readOther(frame, receiver, name, hasTypedParts(container) ? "concrete" : origin);
}

// Go keeps the parts of a map of strings and the fields of a struct as they are.
function hasTypedParts(container: unknown): boolean {
  if (container instanceof GoStruct) return true;
  return (typeOf(container)?.element ?? "interface {}") !== "interface {}";
}

// The slower ways: the key is absent, holds nil, has a name that all JavaScript objects have, or is a method of a named map.
function readMissing(frame: Frame, map: GoMap, name: string): unknown {
  const type = namedType(map);
  const method = methodOf(type, name);
  if (method !== undefined) return callMethod(frame, map, name, method, []);
  if (Object.hasOwn(map, name)) return map[name] ?? null;
  switch (frame.run.missingKey) {
    case "zero":
      return zeroElement(type);
    case "invalid":
      return undefined;
    case "error":
      return fail(frame, `map has no entry for key ${JSON.stringify(name)}`);
  }
}

function readOther(frame: Frame, receiver: unknown, name: string, origin: Origin): unknown {
  if (receiver === undefined) {
    if (frame.run.missingKey === "error") fail(frame, `nil data; no entry for key ${JSON.stringify(name)}`);
    return undefined;
  }
  if (receiver === null) fail(frame, `nil pointer evaluating interface {}.${name}`);
  const method = methodOf(typeOf(receiver), name);
  if (method !== undefined) return callMethod(frame, receiver, name, method, []);
  if (receiver instanceof GoStruct && Object.hasOwn(receiver.fields, name)) return receiver.fields[name];
  const type = isInInterface(frame, origin) ? "interface {}" : typeName(receiver);
  return fail(frame, `can't evaluate field ${name} in type ${type}`);
}

function isInInterface(frame: Frame, origin: Origin): boolean {
  if (origin === "rangeDot") return !frame.concreteDot;
  if (typeof origin === "number") return frame.concreteSlots?.has(origin) !== true;
  return origin === "interface";
}

/** Calls `.name` of a value with arguments: only methods take them. */
export function callField(
  frame: Frame,
  receiver: unknown,
  name: string,
  options: { readonly origin: Origin; readonly evaluate: (method: Method) => unknown[] },
): unknown {
  if (receiver === undefined || receiver === null) return readOther(frame, receiver, name, options.origin);
  const method = methodOf(typeOf(receiver), name);
  if (method !== undefined) return callMethod(frame, receiver, name, method, options.evaluate(method));
  if (receiver instanceof GoStruct && Object.hasOwn(receiver.fields, name)) {
    fail(frame, `${name} has arguments but cannot be invoked as function`);
  }
  if (isMap(receiver)) fail(frame, `${name} is not a method but has arguments`);
  return readOther(frame, receiver, name, options.origin);
}

/** Refuses a wrong number of arguments, with Go's text. */
export function countComplaint(
  name: string,
  callee: { readonly parameters: readonly unknown[]; readonly variadic?: unknown },
  given: { readonly explicit: number; readonly total: number },
): string | undefined {
  const fixed = callee.parameters.length;
  if (callee.variadic !== undefined) {
    if (given.total >= fixed) return undefined;
    return `wrong number of args for ${name}: want at least ${fixed} got ${given.explicit}`;
  }
  return given.total === fixed ? undefined : `wrong number of args for ${name}: want ${fixed} got ${given.total}`;
}

function callMethod(frame: Frame, receiver: unknown, name: string, method: Method, args: readonly unknown[]): unknown {
  const complaint = countComplaint(name, method, { explicit: args.length, total: args.length });
  if (complaint !== undefined) fail(frame, complaint);
  try {
    return method.call(receiver as never, ...(args as never[]));
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    throw errorAt(frame, frame.node, `error calling ${name}: ${error.message}`, error);
  }
}

/** Checks the arguments of a method that come from a pipeline. */
export function validateAll(frame: Frame, values: readonly unknown[], method: Method): unknown[] {
  return values.map((value, index) => validate(frame, value, method.parameters[index] ?? method.variadic ?? "any"));
}

function typeOf(receiver: unknown): GoType | undefined {
  if (receiver instanceof GoStruct) return receiver.type;
  return typeof receiver === "object" && receiver !== null ? namedType(receiver) : undefined;
}

function methodOf(type: GoType | undefined, name: string): Method | undefined {
  const methods = type?.methods;
  return methods !== undefined && Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/** The zero value of a map's elements. */
export function zeroElement(type: GoType | undefined): unknown {
  switch (type?.element) {
    case "string":
      return "";
    case "[]uint8":
      return new Uint8Array();
    default:
      return null;
  }
}
