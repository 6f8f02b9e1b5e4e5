import { type KubeObject, type ManagedFieldsEntry, referenceTo, uniteFieldSets } from "../../api/index.ts";
import type { Value } from "../../base/value.ts";
import type { Context } from "./types.ts";

/** Entries of managed fields whose manager's name begins so. */
export interface ManagedBy {
  readonly prefix: string;
  readonly operation: "Apply" | "Update";
}

/** What Flux takes away from the managers of --override-manager. */
export function overriddenBy(managers: readonly string[]): readonly ManagedBy[] {
  return managers.flatMap((prefix) => [
    { prefix, operation: "Apply" } as const,
    { prefix, operation: "Update" } as const,
  ]);
}

/**
 * Gives the entries after the fields of others were handed over to the server-side apply of this manager; undefined when there is nothing to
 * hand over. Flux: ssa.PatchReplaceFieldsManagers.
 */
export function withReplacedManagers(
  entries: readonly ManagedFieldsEntry[],
  others: readonly ManagedBy[],
  manager: string,
): readonly ManagedFieldsEntry[] | undefined {
  const own = entries.findLast((entry) => entry.manager === manager && entry.operation === "Apply");
  const isOthers = (entry: ManagedFieldsEntry): boolean =>
    entry !== own &&
    (entry.subresource ?? "") === "" &&
    others.some(({ prefix, operation }) => entry.operation === operation && entry.manager.startsWith(prefix));
  const taken = entries.filter(isOthers);
  const [first] = taken;
  if (first === undefined) return undefined;
  // Where there is no entry of this manager, the first of the others becomes it.
  const keeper: ManagedFieldsEntry = own ?? { ...first, manager, operation: "Apply" };
  const fieldsV1 = taken.reduce<Value>((all, entry) => uniteFieldSets(all, entry.fieldsV1), keeper.fieldsV1);
  return [...entries.filter((entry) => entry !== own && !isOthers(entry)), { ...keeper, fieldsV1 }];
}

/** Hands the fields of others over to this manager, and tells whether there were any. `more` are patches that go with it. */
export async function replaceManagers(
  context: Pick<Context, "client" | "signal">,
  live: KubeObject,
  options: { readonly others: readonly ManagedBy[]; readonly manager: string; readonly more?: readonly Value[] },
): Promise<boolean> {
  const { others, manager, more = [] } = options;
  const managedFields = withReplacedManagers(live.metadata.managedFields ?? [], others, manager);
  const patch =
    managedFields === undefined
      ? more
      : [...more, { op: "replace", path: "/metadata/managedFields", value: managedFields }];
  if (patch.length === 0) return false;
  const { client, signal } = context;
  await client.patch(referenceTo(live), patch, { type: "json", fieldManager: manager, signal });
  return true;
}
