import { type KubeObject, type Kustomization, type ObjectReference, referenceTo } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { formatPointer } from "../../base/json-pointer.ts";
import {
  applyObject,
  type Applied,
  type Context,
  identityOf,
  overriddenBy,
  replaceManagers,
  subjectOf,
  waitUntilReady,
} from "../runtime/index.ts";
import { compare, type IgnoreRule, ignoredPaths } from "../ignored-fields.ts";
import { leaveToOthers } from "./ignore.ts";
import { isKept, isMerged, skipOf, type Stages } from "./decide.ts";
import { type InventoryEntry, referenceOf } from "./inventory.ts";
import { KustomizationError } from "./observe.ts";

/** Flux's name for the program that applies manifests: field manager and event component. */
export const manager = "kustomize-controller";

export interface ApplyResult {
  readonly subject: string;
  readonly action: Applied["action"] | "skipped";
  readonly object: KubeObject;
}

interface ApplyOptions {
  readonly force: boolean;
  readonly overriddenManagers: readonly string[];
  /** Fields that are left to others. */
  readonly ignore: readonly IgnoreRule[];
  /** Flux: the gate MigrateAPIVersion. What an earlier version of a kind was applied by counts as this one's. */
  readonly migrates: boolean;
}

/** Applies stage after stage; what a stage defines is ready before the next one begins. Throws KustomizationError with what was done so far. */
export async function applyStages(
  stages: Stages,
  context: Context,
  options: { readonly timeout: number } & ApplyOptions,
): Promise<readonly ApplyResult[]> {
  const results: ApplyResult[] = [];
  for (const [index, stage] of stages.entries()) {
    try {
      for (const object of stage) results.push(await context.busy(() => applyOne(object, context, options)));
      const isLast = index === stages.length - 1;
      if (!isLast && stage.some(({ kind }) => kind === "CustomResourceDefinition" || kind === "Namespace")) {
        await waitUntilReady(stage.map(referenceTo), context, { timeout: options.timeout });
        context.client.refreshDiscovery();
      }
    } catch (error) {
      throw new KustomizationError("ReconciliationFailed", `${messageOf(error)}\n${changesOf(results)}`, {
        cause: error,
      });
    }
  }
  return results;
}

async function applyOne(object: KubeObject, context: Context, options: ApplyOptions): Promise<ApplyResult> {
  const subject = subjectOf(object);
  const marks = { ...object.metadata.labels, ...object.metadata.annotations };
  try {
    const live = await context.client.tryGet(referenceTo(object), { signal: context.signal });
    if (skipOf(object, live !== undefined) !== undefined) return { subject, action: "skipped", object };
    if (live === undefined)
      return { subject, ...(await applyObject(context, object, { fieldManager: manager, before: "none" })) };
    return { subject, ...(await applyOver(live, object, context, options)) };
  } catch (error) {
    const mayReplace = options.force || marks["kustomize.toolkit.fluxcd.io/force"]?.toLowerCase() === "enabled";
    if (!mayReplace || !/field is immutable|cannot change/.test(messageOf(error))) {
      throw new Error(`${subject} dry-run failed: ${messageOf(error)}`, { cause: error });
    }
    await context.client.delete(referenceTo(object), { propagation: "Background" });
    return { subject, ...(await applyObject(context, object, { fieldManager: manager })) };
  }
}

/** Applies an object that is there: not at all where nothing differs but what is left to others. */
async function applyOver(
  found: KubeObject,
  object: KubeObject,
  context: Context,
  { overriddenManagers, ignore, migrates }: ApplyOptions,
): Promise<Applied> {
  const live = migrates ? await migrate(found, object.apiVersion, context) : found;
  const ignored = ignoredPaths(object, ignore);
  if (ignored.length === 0) {
    await cleanUp(object, live, context, overriddenManagers);
    return await applyObject(context, object, { fieldManager: manager, before: live });
  }
  const how = { fieldManager: manager, force: true, dryRun: true, signal: context.signal };
  const dryRun = await context.client.apply(object, how);
  const isCleaned = await cleanUp(object, live, context, overriddenManagers);
  if (!isCleaned && compare(live, dryRun, ignored).length === 0) return { action: "unchanged", object: live };
  const rest = leaveToOthers({ object, live, dryRun, ignored, manager });
  return await applyObject(context, rest, { fieldManager: manager, before: live });
}

/** The object as it is after that. Without it, the API may refuse a field of a new version for which managers of an old one have a default. */
async function migrate(live: KubeObject, apiVersion: string, { client, signal }: Context): Promise<KubeObject> {
  const entries = live.metadata.managedFields ?? [];
  if (entries.every((entry) => entry.apiVersion === apiVersion)) return live;
  const value = entries.map((entry) => ({ ...entry, apiVersion }));
  const patch = [{ op: "replace", path: "/metadata/managedFields", value }];
  return await client.patch(referenceTo(live), patch, { type: "json", fieldManager: manager, signal });
}

/** Takes what kubectl, and others that are named, wrote away from them, so that what the source does not have goes. */
async function cleanUp(
  object: KubeObject,
  live: KubeObject,
  context: Context,
  overriddenManagers: readonly string[],
): Promise<boolean> {
  if (isMerged(object) || isMerged(live)) return false;
  const more = staleMetadata.flatMap(([kind, key]) =>
    live.metadata[kind]?.[key] === undefined ? [] : [{ op: "remove", path: formatPointer(["metadata", kind, key]) }],
  );
  return await replaceManagers(context, live, {
    others: [...undone, ...overriddenBy(overriddenManagers)],
    manager,
    more,
  });
}

// Flux: what kubectl, and controllers of old, leave behind.
const staleMetadata = [
  ["annotations", "kubectl.kubernetes.io/last-applied-configuration"],
  ["annotations", "kustomize.toolkit.fluxcd.io/checksum"],
  ["annotations", "fluxcd.io/sync-checksum"],
  ["labels", "fluxcd.io/sync-gc-mark"],
] as const;
const undone = [
  { prefix: "kubectl", operation: "Apply" },
  { prefix: "kubectl", operation: "Update" },
  { prefix: "before-first-apply", operation: "Update" },
  { prefix: manager, operation: "Update" },
] as const;

/** A line for each object that was changed, as Flux's events tell it. */
export function changesOf(results: readonly ApplyResult[]): string {
  return results
    .filter(({ action }) => action === "created" || action === "configured")
    .map(({ subject, action }) => `${subject} ${action}`)
    .join("\n");
}

/**
 * Deletes what the source no longer has, the last applied first. Objects that ask to be kept, or that belong to somebody else by now, stay.
 * Returns the subjects that were deleted and the entries that could not be.
 */
export async function prune(
  object: Kustomization,
  stale: readonly InventoryEntry[],
  context: Context,
): Promise<{
  readonly deleted: readonly string[];
  readonly survivors: readonly InventoryEntry[];
  readonly error?: string;
}> {
  const deleted: string[] = [];
  const survivors: InventoryEntry[] = [];
  const errors: string[] = [];
  for (const entry of stale.toReversed()) {
    const reference = referenceOf(entry);
    if (reference === undefined) continue;
    try {
      if (await deleteOne(reference, object, context))
        deleted.push([reference.kind, reference.namespace, reference.name].filter(Boolean).join("/"));
    } catch (error) {
      survivors.push(entry);
      errors.push(messageOf(error));
    }
  }
  return { deleted, survivors, ...(errors.length === 0 ? {} : { error: errors.join("; ") }) };
}

async function deleteOne(reference: ObjectReference, owner: Kustomization, context: Context): Promise<boolean> {
  const live = await context.client.tryGet(reference);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined || isKept(live, identityOf(owner)))
    return false;
  const { uid } = live.metadata;
  await context.busy(() =>
    context.client.delete(reference, {
      propagation: "Background",
      ...(uid === undefined ? {} : { preconditions: { uid } }),
    }),
  );
  return true;
}
