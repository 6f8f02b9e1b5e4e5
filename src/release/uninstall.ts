import { messageOf } from "../base/errors.ts";
import { type Manifest, sortByKind, sortManifests, splitManifests, uninstallOrder } from "../chart/index.ts";
import { deleteObjects } from "./apply.ts";
import { assertReachable } from "./capabilities.ts";
import { busily, type Milliseconds, observed, type ReleaseContext } from "./context.ts";
import { Draft, storeDraft, storeRecord } from "./draft.ts";
import { hasCode, ReleaseError, wrapped } from "./errors.ts";
import { runHooks } from "./hooks.ts";
import { buildObjects, type ReleaseObject } from "./objects.ts";
import { type ReleaseRecord, timestamp, withStatus } from "./record.ts";
import { releaseNameProblem } from "./release-name.ts";
import { deployedOf, lastRelease, sortByRevision } from "./storage/history.ts";
import { createWaiter, type WaitStrategy } from "./wait.ts";

export interface UninstallOptions {
  readonly name: string;
  readonly keepHistory?: boolean;
  readonly disableHooks?: boolean;
  readonly waitStrategy?: WaitStrategy;
  readonly timeout?: Milliseconds;
  readonly deletionPropagation?: "background" | "foreground" | "orphan";
  readonly ignoreNotFound?: boolean;
  readonly description?: string;
  readonly dryRun?: boolean;
}

export interface UninstallResult {
  /** The revision that was uninstalled; undefined when there was none and that was to be ignored. */
  readonly record: ReleaseRecord | undefined;
  /** Helm's list of what stays because of its resource policy; empty when nothing does. */
  readonly kept: string;
}

const defaultTimeout: Milliseconds = 300_000;

/**
 * Removes a release's objects, and its revisions unless the history is kept. Throws ReleaseError; with the record when the revision was stored as
 * `uninstalling`.
 */
export async function uninstall(given: ReleaseContext, options: UninstallOptions): Promise<UninstallResult> {
  const context = observed(given);
  const { name, keepHistory = false } = options;
  await assertReachable(context);
  if (options.dryRun === true) return await dryRun(context, options);
  if (releaseNameProblem(name) !== undefined) {
    throw new ReleaseError("InvalidOptions", `uninstall: Release name is invalid: ${name}`);
  }
  const history = await readHistory(context, options);
  const last = history.at(-1);
  if (last === undefined) return { record: undefined, kept: "" };
  if (last.info.status === "uninstalled") {
    if (keepHistory) throw new ReleaseError("NotFound", `the release named ${JSON.stringify(name)} is already deleted`);
    const failure = await purge(context, history);
    if (failure !== undefined) throw failure;
    return { record: last, kept: "" };
  }
  context.log?.({ level: "DEBUG", message: "uninstall: deleting release", attributes: { name } });
  const draft = new Draft({
    ...last,
    info: {
      ...last.info,
      status: "uninstalling",
      deleted: timestamp(context.now()),
      description: "Deletion in progress (or silently failed)",
    },
  });
  return await perform(context, draft, { history }, options);
}

async function perform(
  context: ReleaseContext,
  draft: Draft,
  { history }: { readonly history: readonly ReleaseRecord[] },
  options: UninstallOptions,
): Promise<UninstallResult> {
  const { name, keepHistory = false, disableHooks = false, timeout = defaultTimeout } = options;
  await using waiter = createWaiter(context, options.waitStrategy ?? "hookOnly");
  const hookOptions = { waiter, timeout, serverSide: true };
  const give = (error: unknown, message = messageOf(error)): ReleaseError => wrapped(error, message, draft.stored);
  try {
    if (!disableHooks) await runHooks(context, draft, "pre-delete", hookOptions);
  } catch (error) {
    throw give(error);
  }
  await storeDraft(context, draft);

  let deletion: Deletion;
  try {
    deletion = await busily(context, () => deleteRelease(context, draft.record, options));
  } catch (error) {
    context.log?.({
      level: "DEBUG",
      message: "uninstall: Failed to delete release",
      attributes: { error: messageOf(error) },
    });
    throw give(error, `failed to delete release: ${name}`);
  }
  const failures: unknown[] = [];
  const collect = (error: unknown): void => void failures.push(error);
  await waiter.untilGone(deletion.objects, timeout).catch(collect);
  if (!disableHooks) await runHooks(context, draft, "post-delete", hookOptions).catch(collect);
  draft.record = withStatus(draft.record, "uninstalled", options.description || "Uninstallation complete");

  if (keepHistory) {
    await storeDraft(context, draft);
    for (const record of deployedOf(history).filter(({ version }) => version !== draft.record.version)) {
      context.log?.({
        level: "DEBUG",
        message: "superseding previous deployment",
        attributes: { version: record.version },
      });
      await storeRecord(context, withStatus(record, "superseded"));
    }
  } else {
    context.log?.({ level: "DEBUG", message: "purge requested", attributes: { release: name } });
    const { version } = draft.record;
    const failure = await purge(
      context,
      history.map((record) => (record.version === version ? (draft.stored ?? record) : record)),
    );
    if (failure !== undefined) failures.push(failure);
  }
  if (failures.length > 0) {
    const text = failures.map(messageOf).join("; ");
    throw give(failures[0], `uninstallation completed with ${failures.length} error(s): ${text}`);
  }
  return { record: draft.record, kept: deletion.kept };
}

interface Deletion {
  readonly objects: readonly ReleaseObject[];
  readonly kept: string;
}

async function deleteRelease(
  context: ReleaseContext,
  { manifest, namespace }: ReleaseRecord,
  options: UninstallOptions,
): Promise<Deletion> {
  const { keep, remove } = sortForDeletion(manifest);
  const text = remove.map(({ content }) => `\n---\n${content}`).join("");
  const objects = await buildObjects({ client: context.client, manifest: text, namespace });
  const propagation = propagations[options.deletionPropagation ?? "background"];
  const failures = await deleteObjects(context, objects, { propagation });
  if (failures.length > 0)
    throw new ReleaseError("DeleteFailed", failures.map(messageOf).join("; "), { cause: failures[0] });
  const lines = keep.map(({ kind, name }) => `[${kind}] ${name}\n`).join("");
  return { objects, kept: lines === "" ? "" : `These resources were kept due to the resource policy:\n${lines}` };
}

const propagations = { background: "Background", foreground: "Foreground", orphan: "Orphan" } as const;

/** A manifest's documents in the order of deletion. One with a resource policy other than `keep` is in neither list, as in Helm. */
export function sortForDeletion(manifest: string): {
  readonly keep: readonly Manifest[];
  readonly remove: readonly Manifest[];
} {
  const files = splitManifests(manifest).map((content, index) => ({ name: `manifest-${index}`, content }));
  const sorted = sortByKind(sortManifests(files).manifests, uninstallOrder);
  const policy = ({ annotations }: Manifest): string | undefined => annotations["helm.sh/resource-policy"];
  return {
    keep: sorted.filter((document) => policy(document)?.trim().toLowerCase() === "keep"),
    remove: sorted.filter((document) => policy(document) === undefined),
  };
}

async function purge(context: ReleaseContext, history: readonly ReleaseRecord[]): Promise<ReleaseError | undefined> {
  try {
    for (const known of history) await context.storage.delete(known.name, known.version, { known });
    return undefined;
  } catch (error) {
    return wrapped(error, `uninstall: Failed to purge the release: ${messageOf(error)}`);
  }
}

async function readHistory({ storage }: ReleaseContext, options: UninstallOptions): Promise<readonly ReleaseRecord[]> {
  const { name, ignoreNotFound = false } = options;
  try {
    return sortByRevision(await storage.history(name));
  } catch (error) {
    if (ignoreNotFound && hasCode(error, "NotFound")) return [];
    throw wrapped(error, `uninstall: Release not loaded: ${name}: ${messageOf(error)}`);
  }
}

async function dryRun(
  { storage }: ReleaseContext,
  { name, ignoreNotFound = false }: UninstallOptions,
): Promise<UninstallResult> {
  if (releaseNameProblem(name) !== undefined) {
    throw new ReleaseError("InvalidOptions", `releaseContent: Release name is invalid: ${name}`);
  }
  try {
    return { record: await lastRelease(storage, name), kept: "" };
  } catch (error) {
    if (ignoreNotFound && error instanceof ReleaseError && error.code === "NotFound")
      return { record: undefined, kept: "" };
    throw error;
  }
}
