import { type Comparison, compare } from "./compare.ts";
import {
  difference,
  emptySet,
  type FieldPath,
  type FieldSet,
  intersection,
  isEmpty,
  pathsOf,
  recursiveDifference,
  union,
} from "./field-set.ts";
import type { FieldType } from "./field-type.ts";
import { merge } from "./merge.ts";
import { fieldsOf } from "./owned-fields.ts";
import { managerKey, type Managers, type Owned } from "./managers.ts";
import { removeFields, withNamedFields } from "./remove.ts";

export interface Conflict {
  readonly with: Owned;
  readonly path: FieldPath;
}

type Writer = Pick<Owned, "manager" | "operation" | "apiVersion" | "subresource">;

interface Ownership {
  readonly managers: Managers;
  readonly conflicts: readonly Conflict[];
  readonly comparison: Comparison;
}

/** Takes what a write changed from everybody else, and what it removed from everybody. */
function yieldFields(
  type: FieldType,
  before: unknown,
  after: unknown,
  options: { readonly managers: Managers; readonly except?: string; readonly reset: FieldSet },
): Ownership {
  const all = compare(type, before, after);
  const comparison: Comparison = {
    added: recursiveDifference(all.added, options.reset),
    modified: recursiveDifference(all.modified, options.reset),
    removed: recursiveDifference(all.removed, options.reset),
  };
  const changed = union(comparison.modified, comparison.added);
  const managers = new Map<string, Owned>();
  const conflicts: Conflict[] = [];
  for (const [key, owned] of options.managers) {
    if (key === options.except) {
      managers.set(key, owned);
      continue;
    }
    const conflict = intersection(owned.set, changed);
    for (const path of pathsOf(conflict)) conflicts.push({ with: owned, path });
    const set = difference(difference(owned.set, conflict), comparison.removed);
    if (!isEmpty(set)) managers.set(key, { ...owned, set });
  }
  return { managers, conflicts, comparison };
}

/** Who owns what after a create, an update or a patch; `changed` is what the writer changed, with what it may own. */
export function afterUpdate(
  type: FieldType,
  before: unknown,
  after: unknown,
  options: { readonly managers: Managers; readonly reset: FieldSet },
): { readonly managers: Managers; readonly changed: FieldSet } {
  const { managers, comparison } = yieldFields(type, before, after, options);
  return { managers, changed: union(comparison.modified, comparison.added) };
}

/** The live value with a configuration applied, and who owns what then. Undefined as `value`: the application changes nothing. */
export function afterApply(
  type: FieldType,
  live: unknown,
  applied: unknown,
  options: { readonly managers: Managers; readonly writer: Writer; readonly reset: FieldSet },
): { readonly value: unknown; readonly managers: Managers; readonly conflicts: readonly Conflict[] } {
  const { writer, reset } = options;
  const key = managerKey(writer);
  const previous = options.managers.get(key);
  const merged = merge(type, live, applied);
  const set = recursiveDifference(fieldsOf(type, applied), reset);
  const managers = new Map(options.managers);
  managers.set(key, {
    ...writer,
    set,
    ...(previous?.time === undefined ? {} : { time: previous.time }),
  });
  const value = prune(type, merged, { managers, last: previous?.set ?? emptySet });
  const owned = yieldFields(type, live, value, { managers, except: key, reset });
  return {
    value,
    // An applier that owns nothing any more is forgotten.
    managers: isEmpty(set) ? without(owned.managers, key) : owned.managers,
    conflicts: owned.conflicts,
  };
}

function without(managers: Managers, key: string): Managers {
  const rest = new Map(managers);
  rest.delete(key);
  return rest;
}

/** Removes what the applier applied last time, does not apply now, and nobody else owns. */
function prune(
  type: FieldType,
  merged: unknown,
  { managers, last }: { readonly managers: Managers; readonly last: FieldSet },
): unknown {
  if (isEmpty(last)) return merged;
  const lastNamed = withNamedFields(type, last);
  const mergedSet = withNamedFields(type, fieldsOf(type, merged));
  const remaining = (value: unknown): FieldSet => withNamedFields(type, fieldsOf(type, value));

  const pruned = removeFields(type, merged, lastNamed);
  let claimed = emptySet;
  for (const { set } of managers.values()) claimed = union(claimed, set);
  const kept = union(remaining(pruned), withNamedFields(type, claimed));
  const withOwned = removeFields(type, merged, difference(mergedSet, kept));
  // What goes must have been the applier's: items that nobody owns stay.
  return removeFields(type, merged, intersection(difference(mergedSet, remaining(withOwned)), lastNamed));
}
