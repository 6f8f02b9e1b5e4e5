import type { ManagedFieldsEntry } from "../../api/index.ts";
import { compareBytes } from "../../base/value.ts";
import { type FieldSet, fromFieldsV1, toFieldsV1 } from "./field-set.ts";

/** What one manager owns, as of one apiVersion. */
export interface Owned {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly set: FieldSet;
  readonly time?: string;
}

/** Who owns what, by `managerKey`. */
export type Managers = ReadonlyMap<string, Owned>;

/** What tells managers apart: appliers are the same at every apiVersion, updaters are not. */
export function managerKey(owned: Pick<Owned, "manager" | "operation" | "apiVersion" | "subresource">): string {
  const { manager, operation, apiVersion, subresource } = owned;
  return JSON.stringify({
    ...(manager === "" ? {} : { manager }),
    operation,
    ...(operation === "Apply" ? {} : { apiVersion }),
    ...(subresource === "" ? {} : { subresource }),
  });
}

/** Reads `metadata.managedFields`; undefined when it is not what a server writes. */
export function tryDecodeManagers(entries: unknown): Managers | undefined {
  if (entries === undefined || entries === null) return new Map();
  if (!Array.isArray(entries)) return undefined;
  const managers = new Map<string, Owned>();
  try {
    for (const entry of entries as readonly Partial<Record<keyof ManagedFieldsEntry, unknown>>[]) {
      const { manager = "", operation, apiVersion, subresource = "", fieldsType, fieldsV1 = {}, time } = entry;
      if (operation !== "Apply" && operation !== "Update") return undefined;
      if (typeof apiVersion !== "string" || apiVersion === "" || fieldsType !== "FieldsV1") return undefined;
      if (typeof manager !== "string" || typeof subresource !== "string") return undefined;
      const owned: Owned = {
        manager,
        operation,
        apiVersion,
        subresource,
        set: fromFieldsV1(fieldsV1),
        ...(typeof time === "string" ? { time } : {}),
      };
      managers.set(managerKey(owned), owned);
    }
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof TypeError) return undefined;
    throw thrown;
  }
  return managers;
}

/** Writes `metadata.managedFields`: appliers first, then by time, then by name. Undefined when nobody owns anything. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined;
  return [...managers.values()].sort(compareOwned).map(({ set, time, subresource, ...owned }) => ({
    manager: owned.manager,
    operation: owned.operation,
    apiVersion: owned.apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: "FieldsV1",
    fieldsV1: toFieldsV1(set),
    ...(subresource === "" ? {} : { subresource }),
  }));
}

/** Whole seconds of an entry's time; 0 where there is none. */
export function secondsOf(owned: Owned): number {
  return owned.time === undefined ? 0 : Math.floor(Date.parse(owned.time) / 1000) || 0;
}

function compareOwned(a: Owned, b: Owned): number {
  return (
    compareBytes(a.operation, b.operation) ||
    secondsOf(a) - secondsOf(b) ||
    compareBytes(a.manager, b.manager) ||
    compareBytes(a.apiVersion, b.apiVersion) ||
    compareBytes(a.subresource, b.subresource)
  );
}
