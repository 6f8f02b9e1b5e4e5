import { GoError } from "../errors.ts";
import { isTrue } from "../truth.ts";
import { define, defineVariadic, type GoFunction } from "./function.ts";
import { deepCopy } from "./deep-copy.ts";

/** Sprig's functions about what is empty. */
export const defaultFunctions: Readonly<Record<string, GoFunction>> = {
  default: defineVariadic(["any"], "any", (fallback, ...given) => {
    const [value] = given;
    return given.length === 0 || !isTrue(value) ? fallback : value;
  }),
  empty: define(["any"], (value) => !isTrue(value)),
  coalesce: defineVariadic([], "any", (...values) => values.find(isTrue) ?? null),
  all: defineVariadic([], "any", (...values) => values.every(isTrue)),
  any: defineVariadic([], "any", (...values) => values.some(isTrue)),
  ternary: define(["any", "any", "bool"], (yes, no, condition) => (condition ? yes : no)),
  deepCopy: define(["any"], copyOf),
  mustDeepCopy: define(["any"], copyOf),
};

function copyOf(value: unknown): unknown {
  if (value === null) throw new GoError("reflect: call of reflect.Value.Type on zero Value");
  return deepCopy(value);
}
