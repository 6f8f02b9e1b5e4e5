import type { KubeObject, ManagedFieldsEntry } from "../api/index.ts";
import { createThreeWayMergePatch, groupOf, isApiError, schemaOf, uniteFieldSets, versionOf } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import { diffMergePatch } from "../base/json-patch.ts";
import { isValues, type Value } from "../base/value.ts";
import { abortOption, type ReleaseContext } from "./context.ts";
import { ReleaseError } from "./errors.ts";
import { describeTarget, type ReleaseObject, referenceOf } from "./objects.ts";

/**
 * Updates an object as `kubectl apply` does without the server's help. Kubernetes' own kinds get a strategic merge of original, target and
 * live object; for custom resources Helm compares the two manifests alone, so that what others changed in the cluster stays. Gives the object
 * as the API has it afterwards.
 */
export async function patchClientSide(
  context: ReleaseContext,
  change: { readonly target: ReleaseObject; readonly original: KubeObject; readonly live: KubeObject },
  options: { readonly threeWayForCustom?: boolean },
): Promise<KubeObject> {
  const { target } = change;
  const { kind, metadata } = target.object;
  const { type, patch } = createPatch(change, options);
  if (isEmpty(patch)) {
    context.log?.({ level: "DEBUG", message: "no changes detected", attributes: { kind, name: metadata.name } });
    return change.live;
  }
  const { fieldManager } = context;
  try {
    return await context.client.patch(referenceOf(target), patch, { type, fieldManager, ...abortOption(context) });
  } catch (cause) {
    const name = goQuote(metadata.name ?? "");
    throw new ReleaseError("ApplyFailed", `cannot patch ${name} with kind ${kind}: ${messageOf(cause)}`, { cause });
  }
}

function createPatch(
  change: { readonly target: ReleaseObject; readonly original: KubeObject; readonly live: KubeObject },
  options: { readonly threeWayForCustom?: boolean },
): { readonly type: "strategic" | "merge"; readonly patch: unknown } {
  const { target, original, live } = change;
  const { apiVersion, kind } = target.object;
  const schema = schemaOf({ group: groupOf(apiVersion), version: versionOf(apiVersion), kind });
  try {
    if (schema !== undefined) {
      return { type: "strategic", patch: createThreeWayMergePatch(original, target.object, live, schema) };
    }
    const to = toValue(target.object);
    const three = options.threeWayForCustom === true;
    const from = three ? mergedBaseline(toValue(original), to, toValue(live)) : toValue(original);
    return { type: "merge", patch: diffMergePatch(from, to) };
  } catch (cause) {
    throw new ReleaseError("ApplyFailed", `failed to create patch: ${messageOf(cause)}`, { cause });
  }
}

function isEmpty(patch: unknown): boolean {
  return patch === undefined || (isValues(patch) && Object.keys(patch).length === 0);
}

/**
 * Hands the fields that this manager wrote by update over to its server-side apply; without that the two conflict for ever. Does nothing when
 * there are none. `known` is the object as it was just read.
 */
export async function migrateFieldManager(
  context: ReleaseContext,
  target: ReleaseObject,
  known: KubeObject,
): Promise<void> {
  const { client, fieldManager } = context;
  const attempts = 5;
  for (let tried = 1; ; tried += 1) {
    const live = tried === 1 ? known : await client.get(referenceOf(target), abortOption(context));
    const managedFields = withMigratedManager(live.metadata.managedFields ?? [], fieldManager);
    if (managedFields === undefined) return;
    const patch = [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: live.metadata.resourceVersion },
    ];
    try {
      await client.patch(referenceOf(target), patch, { type: "json", fieldManager, ...abortOption(context) });
      return;
    } catch (cause) {
      if (tried < attempts && isApiError(cause, "Conflict")) continue;
      const text = `failed to patch object to upgrade CSA field manager ${describeTarget(target)}: ${messageOf(cause)}`;
      throw new ReleaseError("ApplyFailed", text, { cause });
    }
  }
}

/** The entries after the hand-over: one Apply entry with the fields of all; undefined when nothing is to be handed over. */
export function withMigratedManager(
  entries: readonly ManagedFieldsEntry[],
  manager: string,
): readonly ManagedFieldsEntry[] | undefined {
  const isOurs = (entry: ManagedFieldsEntry): boolean => entry.manager === manager && (entry.subresource ?? "") === "";
  const updates = entries.filter((entry) => isOurs(entry) && entry.operation === "Update");
  if (updates.length === 0) return undefined;
  const applied = entries.find((entry) => isOurs(entry) && entry.operation === "Apply");
  // Kubernetes: where there is no Apply entry, the first Update entry becomes it.
  const keeper = applied ?? updates[0];
  return entries
    .filter((entry) => entry === keeper || !updates.includes(entry))
    .map((entry) => {
      if (entry !== keeper) return entry;
      const fieldsV1 = updates.reduce((all, update) => uniteFieldSets(all, update.fieldsV1), entry.fieldsV1);
      return { ...entry, operation: "Apply", fieldsV1 };
    });
}

// kubectl: a field is removed when the original has it and the target does not; what neither of them has stays as it is.
function mergedBaseline(original: Value, target: Value, live: Value): Value {
  if (!isValues(live)) return live;
  const ours = (key: string): boolean => (isValues(original) && key in original) || (isValues(target) && key in target);
  const part = (from: Value, key: string): Value => (isValues(from) ? (from[key] ?? null) : null);
  return Object.fromEntries(
    Object.entries(live)
      .filter(([key]) => ours(key))
      .map(([key, value]) => [key, mergedBaseline(part(original, key), part(target, key), value)]),
  );
}

function toValue(object: KubeObject): Value {
  return object as unknown as Value;
}
