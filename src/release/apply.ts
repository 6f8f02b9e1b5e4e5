import { setTimeout as delay } from "node:timers/promises";
import { isApiError, type KubeObject } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { mapConcurrently } from "./concurrent.ts";
import { abortOption, assertNotCanceled, cancellation, type ReleaseContext } from "./context.ts";
import { ReleaseError } from "./errors.ts";
import { migrateFieldManager, patchClientSide } from "./client-side.ts";
import { createLookUp, type LookUp } from "./live.ts";
import { describeTarget, identityOf, type ReleaseObject, referenceOf } from "./objects.ts";
import { isApplied } from "./unchanged.ts";

/** How objects are written. */
export interface ApplyOptions {
  readonly serverSide: boolean;
  /** Takes fields from other managers (server-side apply only). */
  readonly forceConflicts?: boolean;
  /** Replaces objects as a whole (not with server-side apply). */
  readonly forceReplace?: boolean;
  /** Hands what `fieldManager` wrote client-side over to server-side apply first. */
  readonly migrateFieldManager?: boolean;
  /** Merges custom resources with their live state, too (client-side only). */
  readonly threeWayForCustom?: boolean;
}

/**
 * Creates objects: those of one kind at once, kinds in the given order. Gives them with what the API answered; throws ApplyFailed after the
 * first kind that failed.
 */
export async function createObjects(
  context: ReleaseContext,
  objects: readonly ReleaseObject[],
  options: ApplyOptions,
): Promise<readonly ReleaseObject[]> {
  context.log?.({ level: "DEBUG", message: "creating resource(s)", attributes: { resources: objects.length } });
  const created: ReleaseObject[] = [];
  for (const batch of batchesOf(objects)) {
    assertNotCanceled(context);
    const ends = await mapConcurrently(batch, (target) => attempt(() => createOne(context, target, options)));
    const failures = ends.flatMap((end) => ("error" in end ? [end.error] : []));
    if (failures.length > 0) throw joined(failures, "\n");
    created.push(...ends.flatMap((end) => ("value" in end ? [end.value] : [])));
  }
  return created;
}

/**
 * Makes the cluster have `targets` instead of `originals`: creates what is missing, updates what is there, then deletes what only the
 * originals have. Gives the targets with what the API answered. `created` is filled while it works, so that it is right after a failure, too.
 */
export async function updateObjects(
  context: ReleaseContext,
  change: { readonly originals: readonly ReleaseObject[]; readonly targets: readonly ReleaseObject[] },
  options: ApplyOptions,
  created: ReleaseObject[] = [],
): Promise<readonly ReleaseObject[]> {
  assertPossible(options);
  const { originals, targets } = change;
  const known = new Map(originals.map((original) => [identityOf(original), original]));
  const failures: unknown[] = [];
  const written: ReleaseObject[] = [];
  context.log?.({
    level: "DEBUG",
    message: "checking resources for changes",
    attributes: { resources: targets.length },
  });
  const update = { context, options, lookUp: createLookUp(context, targets), created };
  for (const batch of batchesOf(targets)) {
    assertNotCanceled(context);
    const ends = await mapConcurrently(batch, (target) =>
      updateOne(update, { target, original: known.get(identityOf(target)) }),
    );
    const failed = ends.flatMap((end) => ("error" in end ? [end] : []));
    // Helm: an object that cannot be created or looked up ends the update; one that cannot be updated does not.
    const fatal = failed.find((end) => end.fatal);
    if (fatal !== undefined) throw fatal.error;
    failures.push(...failed.map(({ error }) => error));
    written.push(...ends.flatMap((end) => ("value" in end ? [end.value] : [])));
  }
  if (failures.length > 0) throw joined(failures, " && ");
  await deleteSurplus(context, change);
  return written;
}

/** Deletes objects, by kind in the given order. Gives every failure; an object that is gone already is none. */
export async function deleteObjects(
  context: ReleaseContext,
  objects: readonly ReleaseObject[],
  options: { readonly propagation: "Background" | "Foreground" | "Orphan" },
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  for (const batch of batchesOf(objects)) {
    assertNotCanceled(context);
    const ends = await mapConcurrently(batch, (target) =>
      attempt(() => deleteOne(context, target, options.propagation)),
    );
    failures.push(...ends.flatMap((end) => ("error" in end && !isApiError(end.error, "NotFound") ? [end.error] : [])));
  }
  return failures;
}

function assertPossible(options: ApplyOptions): void {
  const { serverSide, forceConflicts, forceReplace } = options;
  if (!serverSide && forceConflicts === true) {
    throw invalid("invalid client update option(s): forceConflicts enabled when serverSideApply disabled");
  }
  if (forceConflicts === true && forceReplace === true) {
    throw invalid("invalid operation: cannot use force conflicts and force replace together");
  }
  if (serverSide && forceReplace === true) {
    throw invalid("invalid operation: cannot use server-side apply and force replace together");
  }
}

function invalid(message: string): ReleaseError {
  return new ReleaseError("InvalidOptions", message);
}

interface Change {
  readonly target: ReleaseObject;
  readonly original: ReleaseObject | undefined;
}

type End<T> = { readonly value: T } | { readonly error: unknown };
type UpdateEnd = { readonly value: ReleaseObject } | { readonly error: unknown; readonly fatal: boolean };

interface Update {
  readonly context: ReleaseContext;
  readonly options: ApplyOptions;
  readonly lookUp: LookUp;
  /** Filled with what did not exist before. */
  readonly created: ReleaseObject[];
}

async function updateOne(update: Update, change: Change): Promise<UpdateEnd> {
  const { context, options, lookUp, created } = update;
  const { target } = change;
  if (options.serverSide && options.migrateFieldManager !== true && !lookUp.isListed(target)) {
    return await applyUnseen(update, change);
  }
  let live: KubeObject | undefined;
  try {
    live = await lookUp.get(target);
  } catch (cause) {
    return { fatal: true, error: applyFailed("could not get information about the resource", cause) };
  }
  if (live === undefined) {
    created.push(target);
    const end = await attempt(() => createOne(context, target, options));
    return "value" in end ? end : { fatal: true, error: applyFailed("failed to create resource", end.error) };
  }
  const found = live;
  if (change.original === undefined) warnOfStranger(context, target);
  if (options.serverSide && isApplied(target.object, found, context.fieldManager)) {
    return { value: withAnswer(target, found) };
  }
  const end = await attempt(() => changeOne(context, { ...change, live: found }, options));
  return "value" in end ? end : { fatal: false, error: end.error };
}

/** Helm's warning of an object that is there although the revision before did not have it; an earlier one may have left it. */
function warnOfStranger(context: ReleaseContext, { object }: ReleaseObject): void {
  const { namespace = "", name = "" } = object.metadata;
  const message = "resource exists on cluster but not in original release, using cluster state as baseline";
  context.log?.({ level: "WARN", message, attributes: { namespace, name, kind: object.kind } });
}

/** Applies an object that nobody has looked at: the answer tells what a look would have told. */
async function applyUnseen(update: Update, { target, original }: Change): Promise<UpdateEnd> {
  const { context, options, created } = update;
  const end = await attempt(() => applyServerSide(context, target, options));
  if ("value" in end) {
    if (end.value.created) created.push(target);
    else if (original === undefined) warnOfStranger(context, target);
    return { value: end.value.target };
  }
  if (cancellation(context.signal) !== undefined) return { fatal: false, error: end.error };
  return await judgeFailure(context, target, end.error);
}

/** Helm looks at an object before it applies it, and says otherwise that a new one could not be created. */
async function judgeFailure(context: ReleaseContext, target: ReleaseObject, error: unknown): Promise<UpdateEnd> {
  try {
    const live = await context.client.tryGet(referenceOf(target), abortOption(context));
    if (live !== undefined) return { fatal: false, error };
  } catch (cause) {
    return { fatal: true, error: applyFailed("could not get information about the resource", cause) };
  }
  return { fatal: true, error: applyFailed("failed to create resource", error) };
}

async function changeOne(
  context: ReleaseContext,
  change: Change & { readonly live: KubeObject },
  options: ApplyOptions,
): Promise<ReleaseObject> {
  const { target, original, live } = change;
  if (options.forceReplace === true) return await replaceOne(context, target, live);
  if (!options.serverSide) {
    const answer = await patchClientSide(context, { target, live, original: original?.object ?? live }, options);
    return withAnswer(target, answer);
  }
  if (options.migrateFieldManager === true) await migrateFieldManager(context, target, live);
  return (await applyServerSide(context, target, options)).target;
}

async function createOne(
  context: ReleaseContext,
  target: ReleaseObject,
  options: ApplyOptions,
): Promise<ReleaseObject> {
  if (options.serverSide) return (await applyServerSide(context, target, options)).target;
  const { fieldManager } = context;
  const answer = await retry(
    () => context.client.create(target.object, { fieldManager, ...abortOption(context) }),
    (error) => isApiError(error, "Conflict"),
  );
  return withAnswer(target, answer);
}

async function applyServerSide(
  context: ReleaseContext,
  target: ReleaseObject,
  { forceConflicts = false }: ApplyOptions,
): Promise<{ readonly target: ReleaseObject; readonly created: boolean }> {
  const { fieldManager } = context;
  const options = { fieldManager, force: forceConflicts, fieldValidation: "Strict", ...abortOption(context) } as const;
  try {
    const answer = await retry(() => context.client.upsert(target.object, options), isQuotaConflict);
    return { target: withAnswer(target, answer.object), created: answer.created };
  } catch (cause) {
    assertNotCanceled(context);
    if (isApiError(cause, "UnsupportedMediaType"))
      throw applyFailed("server-side apply not available on the server", cause);
    const conflict = isApiError(cause, "Conflict");
    const doing = conflict ? "conflict occurred while applying object" : "server-side apply failed for object";
    throw applyFailed(`${doing} ${describeTarget(target)}`, cause);
  }
}

async function replaceOne(context: ReleaseContext, target: ReleaseObject, live: KubeObject): Promise<ReleaseObject> {
  const { object } = target;
  const options = { fieldManager: context.fieldManager, fieldValidation: "Strict", ...abortOption(context) } as const;
  const { resourceVersion = live.metadata.resourceVersion } = object.metadata;
  const metadata = { ...object.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) };
  try {
    return withAnswer(target, await context.client.replace({ ...object, metadata }, options));
  } catch (cause) {
    throw applyFailed("failed to replace object", cause);
  }
}

function withAnswer(target: ReleaseObject, { metadata }: KubeObject): ReleaseObject {
  const { resourceVersion } = metadata;
  return { ...target, written: resourceVersion === undefined ? {} : { resourceVersion } };
}

async function deleteSurplus(
  context: ReleaseContext,
  change: { readonly originals: readonly ReleaseObject[]; readonly targets: readonly ReleaseObject[] },
): Promise<void> {
  const wanted = new Set(change.targets.map(identityOf));
  const failures: unknown[] = [];
  const surplus = change.originals.filter((original) => !wanted.has(identityOf(original)));
  const lookUp = createLookUp(context, surplus, { marks: true });
  for (const target of surplus) {
    assertNotCanceled(context);
    const live = await readQuietly(context, lookUp, target);
    // Helm: the live annotation decides, and only the exact word keeps.
    if (live === undefined || live.metadata.annotations?.["helm.sh/resource-policy"] === "keep") continue;
    const end = await attempt(() => deleteOne(context, target, "Background"));
    if ("value" in end || isApiError(end.error, "NotFound")) continue;
    const { namespace = "", name = "" } = target.object.metadata;
    const { kind } = target.object;
    failures.push(
      applyFailed(`failed to delete resource namespace=${namespace}, name=${name}, kind=${kind}`, end.error),
    );
  }
  if (failures.length > 0) throw joined(failures, " && ");
}

async function readQuietly(
  context: ReleaseContext,
  lookUp: LookUp,
  target: ReleaseObject,
): Promise<KubeObject | undefined> {
  try {
    return await lookUp.get(target);
  } catch (error) {
    context.log?.({ level: "DEBUG", message: "unable to get object", attributes: { error: messageOf(error) } });
    return undefined;
  }
}

async function deleteOne(
  context: ReleaseContext,
  target: ReleaseObject,
  propagation: "Background" | "Foreground" | "Orphan",
): Promise<void> {
  await retry(
    () => context.client.delete(referenceOf(target), { propagation, ...abortOption(context) }),
    (error) => isApiError(error, "Conflict"),
  );
}

/** Consecutive objects of one kind. */
function batchesOf(objects: readonly ReleaseObject[]): readonly (readonly ReleaseObject[])[] {
  const batches: ReleaseObject[][] = [];
  let kind: string | undefined;
  for (const target of objects) {
    if (target.object.kind !== kind) batches.push([]);
    kind = target.object.kind;
    batches.at(-1)?.push(target);
  }
  return batches;
}

// Kubernetes: a quota that changed meanwhile is the only conflict that goes away by itself.
function isQuotaConflict(error: unknown): boolean {
  if (!isApiError(error, "Conflict")) return false;
  const text = messageOf(error);
  return (
    text.includes("Operation cannot be fulfilled on resourcequotas") && text.includes("the object has been modified")
  );
}

async function retry<T>(work: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
  const attempts = 5;
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried === attempts || !again(error)) throw error;
      await delay(10);
    }
  }
}

async function attempt<T>(work: () => Promise<T>): Promise<End<T>> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

function applyFailed(doing: string, cause: unknown): ReleaseError {
  if (cause instanceof ReleaseError && cause.code === "Canceled") return cause;
  return new ReleaseError("ApplyFailed", `${doing}: ${messageOf(cause)}`, { cause });
}

function joined(failures: readonly unknown[], separator: string): ReleaseError {
  const canceled = failures.find((failure) => failure instanceof ReleaseError && failure.code === "Canceled");
  if (canceled instanceof ReleaseError) return canceled;
  return new ReleaseError("ApplyFailed", failures.map(messageOf).join(separator), { cause: failures[0] });
}
