import type { KubeObject, ManagedFieldsEntry } from "../api/index.ts";
import { isValues, type Value, type Values } from "../base/value.ts";

/**
 * True when applying `target` would surely change nothing: the manager's Apply entry owns exactly the fields of the target, and the live
 * object has their values. False wherever there is a doubt, for example about the order of a list or another way to write the same value.
 */
export function isApplied(target: KubeObject, live: KubeObject, manager: string): boolean {
  const entries = live.metadata.managedFields ?? [];
  const [applied, ...others] = entries.filter((entry) => entry.manager === manager && (entry.subresource ?? "") === "");
  if (applied === undefined || others.length > 0 || !isApplyOf(applied, target.apiVersion)) return false;
  const content = toContent(target);
  return content !== undefined && owns(applied.fieldsV1, content) && covers(live as unknown as Value, content);
}

/** What an object has besides its name: what managedFields can own. Undefined for one that cannot be judged. */
function toContent(target: KubeObject): Values | undefined {
  const { apiVersion: _, kind: __, metadata, status, ...content } = target as unknown as Values;
  if (status !== undefined || !isValues(metadata)) return undefined;
  const { name: ___, namespace: ____, ...marks } = metadata;
  return Object.keys(marks).length === 0 ? content : { ...content, metadata: marks };
}

function isApplyOf({ operation, apiVersion }: ManagedFieldsEntry, wanted: string): boolean {
  return operation === "Apply" && apiVersion === wanted;
}

/** True when a set of fields, as managedFields writes it, has every field of a value and no other. */
function owns(fields: Value, value: Value | undefined): boolean {
  if (!isValues(fields)) return false;
  const names = Object.keys(fields).filter((name) => name !== ".");
  // A set that ends here owns all that is below: a scalar, or a map or list that only changes as a whole.
  if (names.length === 0) return true;
  if (Array.isArray(value)) return ownsItems(fields, names, value);
  if (!isValues(value)) return false;
  const keys = Object.keys(value);
  return (
    keys.length === names.length &&
    keys.every((key) => Object.hasOwn(fields, `f:${key}`) && owns(fields[`f:${key}`] ?? {}, value[key]))
  );
}

function ownsItems(fields: Values, names: readonly string[], items: readonly Value[]): boolean {
  if (names.length !== items.length) return false;
  const rest = new Set(names);
  return items.every((item) => {
    for (const name of rest) {
      if (!isNamedBy(item, name)) continue;
      rest.delete(name);
      return name.startsWith("v:") || owns(fields[name] ?? {}, item);
    }
    return false;
  });
}

/** `k:{"name":"web"}` names the item with this key, which may have come from a default; `v:"x"` the item of this value. */
function isNamedBy(item: Value, name: string): boolean {
  const wanted = tryParse(name.slice(2));
  if (name.startsWith("v:")) return isSame(wanted, item);
  if (!name.startsWith("k:") || !isValues(wanted) || !isValues(item)) return false;
  return Object.entries(wanted).every(([field, value]) => item[field] === undefined || isSame(value, item[field]));
}

function tryParse(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** True when a live value has all of a wanted one. Lists must be as long, and in the same order. */
function covers(live: Value | undefined, wanted: Value | undefined): boolean {
  if (Array.isArray(wanted)) {
    return Array.isArray(live) && live.length === wanted.length && wanted.every((item, at) => covers(live[at], item));
  }
  if (!isValues(wanted)) return isSame(live, wanted);
  return isValues(live) && Object.entries(wanted).every(([key, value]) => covers(live[key], value));
}

function isSame(a: Value | undefined, b: Value | undefined): boolean {
  const plain = (value: Value | undefined): Value | undefined =>
    typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
  return a !== undefined && plain(a) === plain(b);
}
