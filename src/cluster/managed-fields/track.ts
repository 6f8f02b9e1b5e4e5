import type { KubeObject, ManagedFieldsEntry, StructuralSchema } from "../../api/index.ts";
import { emptyObjectOf } from "./empty-object.ts";
import { isEqual } from "./equality.ts";
import { difference, emptySet, type FieldSet, isEmpty, recursiveDifference, setOf, union } from "./field-set.ts";
import { objectTypeOf } from "./field-type.ts";
import { encodeManagers, managerKey, type Managers, type Owned, tryDecodeManagers } from "./managers.ts";
import { afterUpdate } from "./ownership.ts";
import { fieldElement } from "./path-element.ts";
import { reconcileWithSchema } from "./reconcile-schema.ts";
import { capUpdateManagers } from "./cap.ts";

/** Who writes, through which door, and when. */
export interface Write {
  /** Absent for a kind without a schema: then maps are tracked field by field and lists as a whole. */
  readonly schema: StructuralSchema | undefined;
  readonly manager: string;
  readonly apiVersion: string;
  /** The empty string for the resource itself. */
  readonly subresource?: string;
  /** What the server resets in this write, see `resetFieldsOf`. */
  readonly resetFields?: FieldSet;
  readonly now: Date;
}

// What the server fills in, and what names the object, belongs to nobody.
const untracked = setOf(
  ...[
    ["apiVersion"],
    ["kind"],
    ["metadata"],
    ["metadata", "name"],
    ["metadata", "namespace"],
    ["metadata", "creationTimestamp"],
    ["metadata", "selfLink"],
    ["metadata", "uid"],
    ["metadata", "clusterName"],
    ["metadata", "generation"],
    ["metadata", "managedFields"],
    ["metadata", "resourceVersion"],
  ].map((names) => names.map(fieldElement)),
);

/**
 * Returns `after` with `managedFields` that say who owns what after a create (`before` absent), an update or a patch. Call it
 * when defaults are in and before the server allocates anything. A write that changes nothing changes no entry.
 */
export function trackUpdate(
  write: Write & { readonly before: KubeObject | undefined; readonly after: KubeObject },
): KubeObject {
  const { before, after, subresource = "" } = write;
  const known = ownersFor(before, after, subresource !== "");
  const next = withManagedFields(after, undefined);
  // Kubernetes: who was never tracked is not tracked by updates either.
  if (known.size === 0 && before?.metadata.uid !== undefined) return next;
  const managers = capUpdateManagers(updateManagers({ ...write, before, after: next, managers: known }));
  return keepTimes(before, withManagedFields(next, encodeManagers(managers)));
}

/** The owners after an update by one manager. */
export function updateManagers(
  write: Write & {
    readonly before: KubeObject | undefined;
    readonly after: KubeObject;
    readonly managers: Managers;
  },
): Managers {
  const { before, after, manager, apiVersion, subresource = "", resetFields: reset = emptySet, now } = write;
  const type = objectTypeOf(write.schema);
  const start = before ?? emptyObjectOf(write.schema, after);
  const updated = afterUpdate(type, start, after, { managers: reconciled(write, write.managers), reset });
  const changed = withoutUntracked(recursiveDifference(updated.changed, reset));
  if (isEmpty(changed)) return updated.managers;
  const writer = {
    manager: manager === "" ? "unknown" : manager,
    operation: "Update",
    apiVersion,
    subresource,
  } as const;
  const key = managerKey(writer);
  const previous = updated.managers.get(key);
  const owned: Owned = {
    ...writer,
    set: previous === undefined ? changed : union(changed, previous.set),
    // Kubernetes loses the time of a write to `scale` on its way to the object that is scaled.
    ...(subresource === "scale" ? {} : { time: toTime(now) }),
  };
  return new Map(updated.managers).set(key, owned);
}

/** The owners as the schema of today sees them. */
export function reconciled(write: Pick<Write, "schema">, managers: Managers): Managers {
  const type = objectTypeOf(write.schema);
  return new Map([...managers].map(([key, owned]) => [key, { ...owned, set: reconcileWithSchema(type, owned.set) }]));
}

export function withoutUntracked(set: FieldSet): FieldSet {
  return difference(set, untracked);
}

export function withManagedFields(object: KubeObject, entries: readonly ManagedFieldsEntry[] | undefined): KubeObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: entries === undefined ? metadata : { ...metadata, managedFields: entries } };
}

export function toTime(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, "Z");
}

/**
 * Takes back new times of `managedFields` when nothing but times differs between the two states of an object, so that such a
 * write is no write. Call it again when the server has filled in what it fills in.
 */
export function keepTimes(before: KubeObject | undefined, after: KubeObject): KubeObject {
  const old = before?.metadata.managedFields;
  const entries = after.metadata.managedFields;
  if (before === undefined || old === undefined || entries?.length !== old.length) return after;
  const timeless = ({ time: _, ...entry }: ManagedFieldsEntry) => entry;
  if (!isEqual(old.map(timeless), entries.map(timeless))) return after;
  return isEqual(withManagedFields(before, undefined), withManagedFields(after, undefined))
    ? withManagedFields(after, old)
    : after;
}

// A client may write managedFields itself, and clients that do not know them drop them: then the stored ones hold.
function ownersFor(before: KubeObject | undefined, after: KubeObject, isSubresource: boolean): Managers {
  const stored = tryDecodeManagers(before?.metadata.managedFields) ?? new Map();
  const sent: unknown = after.metadata.managedFields;
  if (isSubresource) return stored;
  const isReset = Array.isArray(sent) && (sent.length === 0 || (sent.length === 1 && isEqual(sent[0] as unknown, {})));
  if (isReset) return new Map();
  const decoded = tryDecodeManagers(sent);
  return decoded === undefined || decoded.size === 0 ? stored : decoded;
}
