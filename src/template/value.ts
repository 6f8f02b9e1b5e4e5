import type { Value } from "../base/value.ts";
import type { YamlWord } from "../base/yaml/index.ts";

/**
 * Go values in JavaScript. string, boolean, number (float64) and bigint (int64, as `--set`, JSON and TOML integers are) stand for
 * themselves; a plain object is a map[string]interface {}, an array a []interface {}, a Uint8Array a []uint8. `null` is a nil held in
 * an interface (a nil inside a map or list), `undefined` is no value at all: Go tells them apart in errors, so do we.
 * The rarer kinds are the classes below.
 */
export type Kind =
  | "invalid"
  | "bool"
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float64"
  | "complex128"
  | "string"
  | "slice"
  | "map"
  | "struct"
  | "ptr"
  | "func";

export type IntegerKind = "int" | "int8" | "int16" | "int32" | "uint" | "uint8" | "uint16" | "uint32" | "uint64";

/** What a map, list or struct is in Go, where that is more than its JavaScript shape says. */
export interface GoType {
  /** As `%T` prints it. A pointer's name starts with `*`. */
  readonly name: string;
  readonly kind: "slice" | "map" | "struct" | "ptr";
  /** Type of the elements of a slice or map: `interface {}` unless said otherwise. */
  readonly element?: string;
  readonly methods?: Readonly<Record<string, Method>>;
  /** Go's String() on the value: how fmt prints it everywhere. */
  readonly text?: (value: never) => string;
  /** Go's String() on the pointer: used only where a template prints the field itself, as Go can take the address there. */
  readonly addressedText?: (value: never) => string;
  /** What encoding/json makes of it; a struct is a map of its fields unless this says otherwise. */
  readonly json?: (value: never) => Value;
  /** What yaml.v3 makes of it, where that is another thing. */
  readonly yaml?: (value: never) => Value | YamlWord;
}

/** The types a template function may ask its arguments to be. `value` takes anything as it is, `any` turns a missing value into nil. */
export type Parameter =
  | "any"
  | "value"
  | "string"
  | "bool"
  | "int"
  | "int64"
  | "uint32"
  | "float64"
  | "map"
  | "list"
  | GoType;

/** A method: like a template function, but it takes its receiver first. */
export interface Method {
  readonly parameters: readonly Parameter[];
  readonly variadic?: Parameter;
  readonly call: (receiver: never, ...args: never[]) => unknown;
}

/** An integer of another kind than int64. */
export class Integer {
  readonly kind: IntegerKind;
  readonly value: bigint;

  constructor(kind: IntegerKind, value: bigint) {
    this.kind = kind;
    this.value = value;
  }
}

/** A complex constant. */
export class Complex {
  readonly real: number;
  readonly imaginary: number;

  constructor(real: number, imaginary: number) {
    this.real = real;
    this.imaginary = imaginary;
  }
}

/** A Go struct, or a pointer to one: named fields, methods of its type, and a state that only those methods see. */
export class GoStruct<State = unknown> {
  readonly type: GoType;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly state: State;

  constructor(type: GoType, fields: Readonly<Record<string, unknown>>, state: State) {
    this.type = type;
    this.fields = fields;
    this.state = state;
  }
}

/** Declares a struct for templates: `.Capabilities`, a certificate, a version. */
export function goStruct(
  declaration: Omit<GoType, "name" | "kind"> & {
    readonly typeName: string;
    readonly pointer?: boolean;
    readonly fields?: Readonly<Record<string, unknown>>;
  },
): GoStruct<undefined> {
  const { typeName, pointer, fields, ...rest } = declaration;
  const type: GoType =
    pointer === true ? { ...rest, name: `*${typeName}`, kind: "ptr" } : { ...rest, name: typeName, kind: "struct" };
  return new GoStruct(type, fields ?? {}, undefined);
}

const typeKey = Symbol("Go type");

/** Gives a map or list a Go type of its own (`common.Values`, `[]string`), in place, and returns it. */
export function withType<T extends object>(value: T, type: GoType): T {
  Object.defineProperty(value, typeKey, { value: type, enumerable: false, configurable: true, writable: true });
  return value;
}

/** The Go type that `withType` gave, if any. */
export function namedType(value: object): GoType | undefined {
  return (value as { [typeKey]?: GoType })[typeKey];
}

export const stringList: GoType = { name: "[]string", kind: "slice", element: "string" };
export const intList: GoType = { name: "[]int", kind: "slice", element: "int" };
export const listOfLists: GoType = { name: "[][]interface {}", kind: "slice", element: "[]interface {}" };
export const stringMap: GoType = { name: "map[string]string", kind: "map", element: "string" };

/** A Go []string. */
export function strings(values: string[]): string[] {
  return withType(values, stringList);
}

/** Nil slices and nil maps: empty, printed `[]` and `map[]`, but `null` in JSON, and refused by `set`. */
export const nilList: readonly unknown[] = Object.freeze([]);
export const nilStrings: readonly string[] = Object.freeze(withType([], stringList));
export const nilMap: Readonly<GoMap> = Object.freeze(Object.create(null) as GoMap);
export const nilStringMap: Readonly<GoMap> = Object.freeze(withType(Object.create(null) as GoMap, stringMap));

export type GoMap = Record<string, unknown>;

/** True for the nil of its type: nil itself, the nil slices and the nil map. */
export function isNil(value: unknown): boolean {
  if (value === null || value === undefined || value === nilList || value === nilStrings) return true;
  return value === nilMap || value === nilStringMap;
}

const smallest = -256;
const small: (Integer | undefined)[] = Array.from({ length: 1280 });

function smallInt(index: number): Integer {
  let known = small[index];
  if (known === undefined) {
    known = new Integer("int", BigInt(index + smallest));
    small[index] = known;
  }
  return known;
}

/** A Go int. */
export function int(value: number | bigint): Integer {
  if (typeof value === "number") {
    const index = value - smallest;
    return index >>> 0 === index && index < small.length ? smallInt(index) : new Integer("int", BigInt(value));
  }
  if (value >= -256n && value < 1024n) return smallInt(Number(value) - smallest);
  return new Integer("int", BigInt.asIntN(64, value));
}

/** True for maps: plain objects, named or not. */
export function isMap(value: unknown): value is GoMap {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Integer) &&
    !(value instanceof GoStruct) &&
    !(value instanceof Uint8Array) &&
    !(value instanceof Complex)
  );
}

/** True for lists and byte slices. */
export function isSlice(value: unknown): value is readonly unknown[] | Uint8Array {
  return Array.isArray(value) || value instanceof Uint8Array;
}

/** The element of a slice; a byte is an uint8. */
export function elementAt(list: readonly unknown[] | Uint8Array, index: number): unknown {
  return list instanceof Uint8Array ? new Integer("uint8", BigInt(list[index] ?? 0)) : (list[index] ?? null);
}

/** The elements of a slice as a JavaScript array. */
export function elementsOf(list: readonly unknown[] | Uint8Array): readonly unknown[] {
  return list instanceof Uint8Array ? Array.from(list, (byte) => new Integer("uint8", BigInt(byte))) : list;
}

/** reflect.Kind of a value, as `kindOf` names it. */
export function kindOf(value: unknown): Kind {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return "float64";
    case "bigint":
      return "int64";
    case "function":
      return "func";
    case "undefined":
    case "symbol":
      return "invalid";
    case "object":
      break;
  }
  if (value === null) return "invalid";
  if (Array.isArray(value) || value instanceof Uint8Array) return "slice";
  if (value instanceof Integer) return value.kind;
  if (value instanceof GoStruct) return value.type.kind;
  if (value instanceof Complex) return "complex128";
  return "map";
}

/** Go's name of the value's type, as `%T` and errors print it. */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "number":
      return "float64";
    case "bigint":
      return "int64";
    case "function":
      return "func()";
    case "undefined":
    case "symbol":
      return "<nil>";
    case "object":
      break;
  }
  if (value === null) return "<nil>";
  if (value instanceof Uint8Array) return "[]uint8";
  if (value instanceof Integer) return value.kind;
  if (value instanceof GoStruct) return value.type.name;
  if (value instanceof Complex) return "complex128";
  const named = namedType(value);
  if (named !== undefined) return named.name;
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

/** The type in an error about a value that may be nil: a nil in an interface is an `interface {}` there. */
export function reflectedTypeName(value: unknown): string {
  return value === null ? "interface {}" : typeName(value);
}

/** An empty map of the usual type. */
export function newMap(): GoMap {
  return {};
}

/** Reads a key; undefined when the map does not have it. Safe for keys such as `__proto__` and `constructor`. */
export function getKey(map: GoMap, key: string): unknown {
  const value = map[key];
  if (value === undefined) return undefined;
  return key in inherited && !Object.hasOwn(map, key) ? undefined : value;
}

/** True when the map has the key, even with a nil. */
export function hasOwnKey(map: GoMap, key: string): boolean {
  return Object.hasOwn(map, key);
}

/** Sets a key as plain data. */
export function setKey(map: GoMap, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    map[key] = value;
  }
}

const inherited: object = Object.prototype;

/** True for names that every JavaScript object has, so that reading them needs care. */
export function isInherited(key: string): boolean {
  return key in inherited;
}

/** The keys of a map in Go's order: by the bytes of their UTF-8. */
export function sortedKeys(map: GoMap): string[] {
  const keys = Object.keys(map);
  if (keys.length < 2) return keys;
  for (const key of keys) {
    if (/[\ud800-\uffff]/.test(key)) return keys.sort(compareText);
  }
  return keys.sort();
}

/** Orders strings by the bytes they stand for. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return weight(left, a, i) - weight(right, b, i);
  }
  return a.length - b.length;
}

// Surrogate pairs stand for code points above U+FFFF, which sort after the rest; a lone low surrogate stands for a raw byte.
function weight(unit: number, text: string, index: number): number {
  if (unit < 0xd800 || unit > 0xdfff) return unit;
  if (unit >= 0xdc80 && unit <= 0xdcff) {
    const before = index > 0 ? text.charCodeAt(index - 1) : 0;
    if (before < 0xd800 || before > 0xdbff) return 0x800 + unit;
  }
  return 0x10000 + unit;
}
