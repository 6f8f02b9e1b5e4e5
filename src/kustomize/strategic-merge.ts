import { isValues, type Value, type Values } from "../base/value.ts";
import { KustomizeError } from "./errors.ts";
import { type Identity, identityOf } from "./identity.ts";
import { mergeKeysOf } from "./merge-keys.ts";
import { withKeys } from "./resource.ts";

const directive = "$patch";
const others = ["$deleteFromPrimitiveList", "$setElementOrder", "$retainKeys"];

/**
 * Merges a strategic patch into an object as kustomize does: maps key by key, null deletes, lists of built-in kinds by
 * their merge keys with the patch's items first. Undefined when the patch says `$patch: delete`.
 */
export function mergeStrategic(object: Values, patch: Values): Values | undefined {
  return mergeMaps(object, patch, { identity: identityOf(object), field: "", parent: "" });
}

interface Place {
  readonly identity: Identity;
  readonly field: string;
  readonly parent: string;
}

function mergeMaps(target: Values, patch: Values, place: Place): Values | undefined {
  const order = directiveOf(patch);
  if (order === "delete") return undefined;
  if (order === "replace") return withoutNulls(withKeys(patch, { [directive]: undefined }));
  const changes: [string, Value | undefined][] = [];
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive) continue;
    refuse(key);
    const inner = { identity: place.identity, field: key, parent: place.field };
    changes.push([key, mergeValues(Object.hasOwn(target, key) ? target[key] : undefined, value, inner)]);
  }
  return withKeys(target, Object.fromEntries(changes));
}

function mergeValues(target: Value | undefined, patch: Value, place: Place): Value | undefined {
  if (patch === null) return undefined;
  if (isValues(patch)) {
    if (isValues(target)) return mergeMaps(target, patch, place);
    return directiveOf(patch) === "delete" ? undefined : withoutNulls(withKeys(patch, { [directive]: undefined }));
  }
  if (!Array.isArray(patch)) return patch;
  const keys = mergeKeysOf(place.identity, place.field, place.parent);
  if (keys === undefined) return patch;
  return mergeLists(Array.isArray(target) ? (target as readonly Value[]) : [], patch as readonly Value[], keys, place);
}

function mergeLists(
  target: readonly Value[],
  patch: readonly Value[],
  keys: readonly string[],
  place: Place,
): readonly Value[] {
  const replaces = patch.some((item) => directiveOf(item) === "replace" && isDirectiveOnly(item));
  const items = patch.filter((item) => !isDirectiveOnly(item));
  if (replaces) return items;
  // kustomize: with several keys, what is there keeps its place and only new items go first.
  const used = keys.filter((key) => [...target, ...items].some((item) => isValues(item) && item[key] !== undefined));
  const inPlace = used.length > 1;
  const rest: (Value | undefined)[] = [...target];
  const first: Value[] = [];
  for (const item of items) {
    if (!isValues(item) || item[keys[0] as string] === undefined) {
      throw new KustomizeError("invalid", `cannot merge list ${place.field}: an item of the patch has no ${keys[0]}`);
    }
    const index = rest.findIndex((other) => isValues(other) && keys.every((key) => other[key] === item[key]));
    const found = rest[index];
    if (!isValues(found)) {
      // kustomize: where one names keys that the other leaves out, the patch changes nothing.
      const isPartial = rest.some((other) => isValues(other) && fitsGivenKeys(other, item, keys));
      if (!isPartial && directiveOf(item) !== "delete") first.push(withoutNulls(item));
      continue;
    }
    // kustomize takes `replace` for whole lists and maps only; on an item it keeps what is there.
    const result = directiveOf(item) === "replace" ? found : mergeMaps(found, item, place);
    rest[index] = inPlace ? result : undefined;
    if (result !== undefined && !inPlace) first.push(result);
  }
  return [...first, ...rest.filter((item) => item !== undefined)];
}

function fitsGivenKeys(other: Values, item: Values, keys: readonly string[]): boolean {
  return keys.every((key) => item[key] === undefined || other[key] === undefined || other[key] === item[key]);
}

function directiveOf(value: Value): string | undefined {
  if (!isValues(value) || !Object.hasOwn(value, directive)) return undefined;
  const order = value[directive];
  if (order === "delete" || order === "replace" || order === "merge") return order;
  throw new KustomizeError("invalid", `unknown patch strategy '${String(order)}'`);
}

function isDirectiveOnly(value: Value): boolean {
  return isValues(value) && Object.hasOwn(value, directive) && Object.keys(value).length === 1;
}

function refuse(key: string): void {
  if (others.some((other) => key.startsWith(other))) {
    throw new KustomizeError("unsupported", `patch directive ${key} is not supported`);
  }
}

/** What a patch adds loses the nulls in its maps; those in its lists stay. */
function withoutNulls(value: Values): Values {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [key, isValues(each) ? withoutNulls(each) : each]),
  );
}
