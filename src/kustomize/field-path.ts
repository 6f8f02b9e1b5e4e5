import { isValues, type Value, type Values } from "../base/value.ts";
import { type Identity, isSelected, type KindSelector } from "./identity.ts";
import { withKeys } from "./resource.ts";

/** Where in the objects of some kinds a field is. `[]` behind a part says that it is a list; lists are entered without it, too. */
export interface FieldSpec extends KindSelector {
  readonly path: string;
  /** Makes the maps on the way when they are not there. */
  readonly create?: boolean;
}

/** Changes the field of each spec that fits the object; what the path does not find stays as it is. */
export function changeFields(
  object: Values,
  identity: Identity,
  specs: readonly FieldSpec[],
  change: (current: Value | undefined) => Value | undefined,
): Values {
  let changed = object;
  for (const spec of specs) {
    if (isSelected(identity, spec))
      changed = changeField(changed, splitPath(spec.path), spec.create === true, change) as Values;
  }
  return changed;
}

/** Splits at slashes; `\/` is a slash within a key. */
function splitPath(path: string): string[] {
  return path.split(/(?<!\\)\//).map((part) => part.replaceAll("\\/", "/"));
}

function changeField(
  value: Value,
  path: readonly string[],
  create: boolean,
  change: (current: Value | undefined) => Value | undefined,
): Value {
  const [part, ...rest] = path;
  if (part === undefined) return change(value) ?? value;
  if (Array.isArray(value)) {
    return (value as readonly Value[]).map((item) => changeField(item, path, create, change));
  }
  if (!isValues(value)) return value;
  const isList = part.endsWith("[]");
  const key = isList ? part.slice(0, -2) : part;
  const current = Object.hasOwn(value, key) ? value[key] : undefined;
  if (current === undefined || current === null) {
    // kustomize: a list that is there but null becomes an empty one.
    if (isList && current === null) return withKeys(value, { [key]: [] });
    if (!create || isList) return value;
    const made = rest.length === 0 ? change(undefined) : changeField({}, rest, create, change);
    return made === undefined ? value : withKeys(value, { [key]: made });
  }
  const changed = changeField(current, rest, create, change);
  return changed === current ? value : withKeys(value, { [key]: changed });
}
