import type { KubeObject } from "../../api/index.ts";
import { Refusal } from "../errors.ts";
import { toConflictStatus } from "./conflict.ts";
import { isEqual } from "./equality.ts";
import { emptySet, hasPath, isEmpty } from "./field-set.ts";
import { objectTypeOf } from "./field-type.ts";
import { clientSideFields, withLastApplied } from "./last-applied.ts";
import { encodeManagers, managerKey, type Managers, tryDecodeManagers } from "./managers.ts";
import { afterApply } from "./ownership.ts";
import {
  keepTimes,
  reconciled,
  toTime,
  updateManagers,
  withManagedFields,
  withoutUntracked,
  type Write,
} from "./track.ts";
import { withoutNulls } from "./nulls.ts";
import { findTypeErrors, formatTypeErrors } from "./validate.ts";

export interface Apply extends Write {
  /** The stored object; absent when the configuration creates it. */
  readonly live: KubeObject | undefined;
  readonly patch: KubeObject;
  /** The configuration as it came, with what its type does not have; `patch` when absent. */
  readonly sent?: unknown;
  readonly force: boolean;
}

/**
 * Server-side apply: the live object with the configuration merged in, less what this manager applied before and does not
 * any more. An application that changes nothing returns the live object itself. Throws a Refusal: 409 for conflicts
 * unless forced, 400 or 500 for a configuration that cannot be applied.
 */
export function applyServerSide(apply: Apply): { readonly object: KubeObject } {
  const { live, patch, manager, apiVersion, subresource = "", resetFields: reset = emptySet } = apply;
  refuseUnfit(apply);
  const type = objectTypeOf(apply.schema);
  const stored = live === undefined ? new Map() : tryDecodeManagers(live.metadata.managedFields);
  if (stored === undefined) throw refuse(500, "failed to decode managed fields");
  const known = stored.size === 0 && live !== undefined ? beforeFirstApply(apply, live) : stored;

  const writer = { manager, operation: "Apply", apiVersion, subresource } as const;
  const before = live ?? {};
  const applied = afterApply(type, before, patch, { managers: reconciled(apply, known), writer, reset });
  if (!apply.force) {
    // kubectl takes over, without a conflict, what its own client-side apply left behind.
    const allowed = manager === "kubectl" && live !== undefined ? clientSideFields(type, live, apiVersion) : emptySet;
    const conflicts = applied.conflicts.filter(({ path }) => !hasPath(allowed, path));
    if (conflicts.length > 0) throw new Refusal(toConflictStatus(conflicts));
  }
  const value = withoutNulls(apply.schema, applied.value) as KubeObject;
  const isUnchanged = live !== undefined && isEqual(live, value);
  const managers = finish(
    applied.managers,
    managerKey(writer),
    isUnchanged || subresource === "scale" ? undefined : toTime(apply.now),
  );
  const bare = withManagedFields(isUnchanged ? live : value, undefined);
  const synced = manager === "kubectl" ? withLastApplied(bare, patch) : bare;
  const next = keepTimes(live, withManagedFields(synced, encodeManagers(managers)));
  return { object: live !== undefined && isEqual(live, next) ? live : next };
}

function finish(managers: Managers, key: string, time: string | undefined): Managers {
  const owned = managers.get(key);
  if (owned === undefined) return managers;
  const finished = new Map(managers);
  const set = withoutUntracked(owned.set);
  if (isEmpty(set)) finished.delete(key);
  else finished.set(key, { ...owned, set, ...(time === undefined ? {} : { time }) });
  return finished;
}

// An object that was never tracked: what it holds is nobody's in particular, but it is not free to take.
function beforeFirstApply(apply: Apply, live: KubeObject): Managers {
  const after = withManagedFields(live, undefined);
  return updateManagers({ ...apply, manager: "before-first-apply", before: undefined, after, managers: new Map() });
}

function refuseUnfit({ live, patch, sent = patch, apiVersion, schema }: Apply): void {
  if (patch.apiVersion !== apiVersion || (live !== undefined && patch.kind !== live.kind)) {
    throw refuse(400, `invalid object type: ${patch.apiVersion}, Kind=${patch.kind}`);
  }
  if (patch.metadata.managedFields !== undefined && patch.metadata.managedFields !== null) {
    throw refuse(400, "metadata.managedFields must be nil");
  }
  const errors = findTypeErrors(objectTypeOf(schema), sent);
  if (errors.length === 0) return;
  // Kubernetes names it as it was sent: without a namespace where only the path has one.
  const { namespace = "", name = "" } = ((sent as Partial<KubeObject>).metadata ?? {}) as KubeObject["metadata"];
  const what = `${namespace}/${name}; ${apiVersion.includes("/") ? "" : "/"}${apiVersion}, Kind=${patch.kind}`;
  throw refuse(500, `failed to create typed patch object (${what}): ${formatTypeErrors(errors)}`);
}

function refuse(code: 400 | 500, message: string): Refusal {
  return new Refusal({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(code === 400 ? { reason: "BadRequest" } : {}),
    code,
  });
}
