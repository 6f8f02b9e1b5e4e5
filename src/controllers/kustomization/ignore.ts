import type { KubeObject, ManagedFieldsEntry } from "../../api/index.ts";
import { isEqualJson } from "../../base/json-patch.ts";
import { parsePointer, valueAt } from "../../base/json-pointer.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { withoutPaths, withValue } from "../ignored-fields.ts";

/**
 * What is to be applied of an object of which some fields are left to others. `dryRun` is what the cluster would have after the whole object was
 * applied. Pure. Flux: computeDriftedPaths and applyDriftResult of its ssa package.
 */
export function leaveToOthers(options: {
  readonly object: KubeObject;
  readonly live: KubeObject;
  readonly dryRun: KubeObject;
  readonly ignored: readonly string[];
  readonly manager: string;
}): KubeObject {
  const { object, live, dryRun, ignored, manager } = options;
  const others = (live.metadata.managedFields ?? []).filter(
    (entry) => entry.operation === "Apply" && (entry.subresource ?? "") === "" && entry.manager !== manager,
  );
  const stripped: string[] = [];
  const adopted: (readonly [string, Value])[] = [];
  for (const pointer of ignored) {
    const keys = parsePointer(pointer) ?? [];
    const [current, wanted] = [live, dryRun].map((one) => valueAt(one, keys) as Value | undefined);
    if (isEqualJson(current, wanted)) continue;
    // A field of ours that another changed keeps the value that it has: without it, the API would take it away.
    if (current === undefined || isOwnedBy(live, keys, others)) stripped.push(pointer);
    else adopted.push([pointer, current]);
  }
  const left = withoutPaths(object as unknown as Values, stripped);
  return adopted.reduce((all, [pointer, value]) => withValue(all, pointer, value), left) as unknown as KubeObject;
}

/** True when one of the managers has the field. An item of a list is known to them by its key, not by its place. */
function isOwnedBy(live: KubeObject, keys: readonly string[], managers: readonly ManagedFieldsEntry[]): boolean {
  return managers.some(({ fieldsV1 }) => {
    let fields: Value | undefined = fieldsV1;
    for (const [index, key] of keys.entries()) {
      if (!isValues(fields)) return false;
      const known: Values = fields;
      const item = /^\d+$/.test(key) ? (valueAt(live, keys.slice(0, index + 1)) as Value | undefined) : undefined;
      const name = item === undefined ? `f:${key}` : Object.keys(known).find((one) => isKeyOf(one, item));
      if (name === undefined || !Object.hasOwn(known, name)) return false;
      fields = known[name];
    }
    return keys.length > 0;
  });
}

/** True for `k:{"name":"web"}` and an item that is called so. */
function isKeyOf(name: string, item: Value): boolean {
  if (!name.startsWith("k:") || !isValues(item)) return false;
  try {
    const wanted = JSON.parse(name.slice("k:".length)) as Value;
    return isValues(wanted) && Object.entries(wanted).every(([key, value]) => isEqualJson(item[key], value));
  } catch {
    return false;
  }
}
