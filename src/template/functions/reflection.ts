import { isDeepEqual } from "../compare.ts";
import { kindOf, typeName } from "../value.ts";
import { define, type GoFunction } from "./function.ts";

/** Sprig's questions about types. */
export const reflectionFunctions: Readonly<Record<string, GoFunction>> = {
  typeOf: define(["any"], typeName),
  typeIs: define(["string", "any"], (name, value) => name === typeName(value)),
  typeIsLike: define(["string", "any"], (name, value) => {
    const type = typeName(value);
    return name === type || `*${name}` === type;
  }),
  kindOf: define(["any"], kindOf),
  kindIs: define(["string", "any"], (kind, value) => kind === kindOf(value)),
  deepEqual: define(["any", "any"], (first, second) => isDeepEqual(first, second)),
};
