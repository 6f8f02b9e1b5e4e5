import { compareBytes } from "../../base/value.ts";
import { union } from "./field-set.ts";
import { managerKey, type Managers, type Owned, secondsOf } from "./managers.ts";

const maxUpdateManagers = 10;

/** At most ten managers that update: of more, the oldest of each apiVersion become one, "ancient-changes". */
export function capUpdateManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, { operation }]) => operation === "Update");
  if (updaters.length <= maxUpdateManagers) return managers;
  updaters.sort(([aKey, a], [bKey, b]) => secondsOf(a) - secondsOf(b) || compareBytes(aKey, bKey));
  const capped = new Map(managers);
  const firstOf = new Map<string, string>();
  let length = updaters.length;
  for (const [key, owned] of updaters) {
    if (length <= maxUpdateManagers) break;
    const { apiVersion } = owned;
    const first = firstOf.get(apiVersion);
    if (first === undefined) {
      firstOf.set(apiVersion, key);
      continue;
    }
    const bucket: Omit<Owned, "set"> = { manager: "ancient-changes", operation: "Update", apiVersion, subresource: "" };
    const bucketKey = managerKey(bucket);
    const older = capped.get(bucketKey) ?? capped.get(first);
    if (!capped.has(bucketKey)) capped.delete(first);
    capped.delete(key);
    // The younger of the two merged entries gives the time.
    capped.set(bucketKey, {
      ...bucket,
      set: older === undefined ? owned.set : union(owned.set, older.set),
      ...(owned.time === undefined ? {} : { time: owned.time }),
    });
    length -= 1;
  }
  return capped;
}
