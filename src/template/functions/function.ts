import type { Frame } from "../run.ts";
import type { Parameter } from "../value.ts";

/**
 * A template function. The engine checks the arguments against `parameters` as Go does against the signature, with Go's error texts,
 * and hands them over converted: an `int` or `uint32` as a number, a missing `any` as null.
 * `call` throws GoError for what is an error (or a panic) in Go. It must not keep or change its arguments unless Go's function does.
 */
export interface GoFunction {
  readonly parameters: readonly Parameter[];
  /** Type of any further arguments. */
  readonly variadic?: Parameter;
  readonly call: (...args: never[]) => unknown;
  /** As `call` with all arguments in one array, which the function may keep; for functions of many arguments. */
  readonly callAll?: (args: unknown[]) => unknown;
  /** How many steps a call counts for, where it takes much longer than one. */
  readonly cost?: number;
  /** Takes the frame of the calling template first. */
  readonly contextual?: boolean;
}

export type Functions = ReadonlyMap<string, GoFunction>;

/** Declares a function of fixed parameters. */
export function define<const P extends readonly Parameter[]>(
  parameters: P,
  call: (...args: Arguments<P>) => unknown,
): GoFunction {
  return { parameters, call };
}

/** Declares a function whose last parameter repeats. */
export function defineVariadic<const P extends readonly Parameter[], const V extends Parameter>(
  parameters: P,
  variadic: V,
  call: (...args: [...Arguments<P>, ...Argument<V>[]]) => unknown,
): GoFunction {
  return { parameters, variadic, call };
}

/** Declares a function of any number of arguments of any type. The array of them is the function's own. */
export function defineList(callAll: (args: unknown[]) => unknown): GoFunction {
  return { parameters: [], variadic: "any", callAll, call: (...args: unknown[]) => callAll(args) };
}

/** Declares a function that needs to know the render it is called in. */
export function defineContextual<const P extends readonly Parameter[]>(
  parameters: P,
  call: (frame: Frame, ...args: Arguments<P>) => unknown,
): GoFunction {
  return { parameters, call, contextual: true };
}

/** What the engine hands over for a parameter. */
export type Argument<P extends Parameter> = P extends "string"
  ? string
  : P extends "bool"
    ? boolean
    : P extends "int" | "uint32" | "float64"
      ? number
      : P extends "int64"
        ? bigint
        : P extends "map"
          ? Record<string, unknown>
          : P extends "list"
            ? readonly unknown[]
            : unknown;

type Arguments<P extends readonly Parameter[]> = { -readonly [I in keyof P]: Argument<P[I]> };

/** The same function, counted as so many steps. */
export function costing(cost: number, declared: GoFunction): GoFunction {
  return { ...declared, cost };
}
