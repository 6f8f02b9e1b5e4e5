import { type KubeObject, type Kustomization } from "../../api/index.ts";
import { formatDuration, parseDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import type { Values } from "../../base/value.ts";
import type { Artifact } from "../../sources/index.ts";
import {
  identityOf,
  type Context,
  type Controller,
  hasFinalizer,
  type Outcome,
  isGateOn,
  requestedAt,
  subjectOf,
  type Wake,
  writeFinalizer,
  writeStatus,
} from "../runtime/index.ts";
import { type Concealer, concealError, createConcealer, withConcealment } from "../concealment.ts";
import { compileHealthChecks, ExpressionError, terminalPrefix } from "../expressions.ts";
import { type Acting, createTargetClusters, type TargetClusters, TargetError } from "../target-cluster.ts";
import { applyStages, changesOf, manager, prune } from "./act.ts";
import { type Build, buildObjects } from "./build.ts";
import { isEncryptedSecret } from "./decryption/index.ts";
import { planStages } from "./decide.ts";
import { checkHealth, isHealthAsked } from "./health.ts";
import { entryOf, staleEntries } from "./inventory.ts";
import {
  checkDependencies,
  KustomizationError,
  type KustomizationOptions,
  readSource,
  checkDecryption,
  readDecryptionKeys,
  readTree,
  readVariables,
  sourceReferenceOf,
  timeoutOf,
} from "./observe.ts";
import { record, type Status, type StatusEvent } from "./status.ts";

const defaultRequeue = 30_000;

/** The Kustomization controller: applies a directory of an artifact, keeps an inventory of it, and prunes what left it. */
export function kustomizationController(options: KustomizationOptions): Controller<Kustomization> {
  const shared = { ...options, clusters: createTargetClusters(options) };
  return {
    manager,
    kind: { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" },
    cancelsWaits: options.featureGates?.has("CancelHealthCheckOnNewRevision") === true,
    wakes: ["GitRepository", "OCIRepository", "Bucket", "ExternalArtifact"].map(wakeOf),
    reconcile: async (object, context) => {
      const concealer = createConcealer();
      try {
        return await reconcile(object, withConcealment(context, concealer), { ...shared, concealer });
      } catch (error) {
        throw concealError(error, concealer);
      }
    },
  };
}

/** What the passes of all objects share, and what one of them must not tell. */
interface Shared extends KustomizationOptions {
  readonly clusters: TargetClusters;
  readonly concealer: Concealer;
}

/** A new revision of a source wakes those who apply it. */
function wakeOf(kind: string): Wake {
  return {
    kind: { apiVersion: "source.toolkit.fluxcd.io/v1", kind },
    keys: ({ object, previous, deleted }, own) => {
      if (deleted || revisionOf(object) === undefined || revisionOf(object) === (previous && revisionOf(previous)))
        return [];
      const { namespace, name } = identityOf(object);
      return (own as readonly Kustomization[])
        .filter((one) => {
          const reference = sourceReferenceOf(one);
          return reference.kind === kind && reference.name === name && reference.namespace === namespace;
        })
        .filter((one) => one.status?.lastAppliedRevision !== revisionOf(object))
        .map(identityOf);
    },
  };
}

function revisionOf(object: KubeObject): string | undefined {
  return (object.status as { readonly artifact?: Artifact } | undefined)?.artifact?.revision;
}

async function reconcile(object: Kustomization, context: Context, options: Shared): Promise<Outcome> {
  if (object.metadata.deletionTimestamp !== undefined) return await reconcileDeletion(object, context, options);
  let stored = await writeFinalizer(context, object, "present", manager);
  const generation = stored.metadata.generation ?? 0;
  let status: Status = stored.status ?? {};
  const tell = (event: StatusEvent): void => {
    status = record(status, concealed(event, options.concealer), { now: context.now(), generation });
  };
  const save = async (): Promise<void> => {
    stored = await writeStatus(context, stored, status, manager);
  };
  const finish = async (outcome: Outcome): Promise<Outcome> => {
    const observed = outcome.outcome === "done" || outcome.outcome === "stalled";
    tell({ event: "ended", observed, requestedAt: requestedAt(object) });
    await save();
    return outcome;
  };
  if (object.spec.suspend === true) {
    context.log.info("reconciliation is suspended for this object", identityOf(object));
    return await finish({ outcome: "done" });
  }
  const requeue = options.requeueDependency ?? defaultRequeue;
  const began = performance.now();
  let artifact: Artifact | undefined;
  const notify = (type: "Normal" | "Warning", reason: string, message: string): void =>
    context.events.record(stored, {
      type,
      reason,
      message,
      ...(artifact === undefined ? {} : { annotations: { "kustomize.toolkit.fluxcd.io/revision": artifact.revision } }),
    });
  try {
    compileHealthChecksOf(object);
    checkDecryption(object, options);
    artifact = await readSource(object, context, options);
    await checkDependencies(object, artifact, context, options);
    await applyArtifact({ object, artifact, context, options, tell, save, notify });
    const interval = parseDuration(object.spec.interval);
    const duration = formatDuration(performance.now() - began);
    notify(
      "Normal",
      "ReconciliationSucceeded",
      `Reconciliation finished in ${duration}, next run in ${formatDuration(interval)}`,
    );
    return await finish({ outcome: "done", again: interval });
  } catch (error) {
    // What fails because we are told to stop says nothing about what was applied.
    if (!(error instanceof KustomizationError) || context.signal.aborted) throw error;
    const { code, message } = error;
    if (code === "AccessDenied" || code === "InvalidCELExpression" || code === "FeatureGateDisabled") {
      tell({ event: "stalled", reason: code, message });
      notify("Warning", code, message);
      return await finish({ outcome: "stalled", reason: code, message });
    }
    tell({ event: "notReady", reason: code, message });
    tell({ event: "failed" });
    if (code === "DependencyNotReady" || (code === "ArtifactFailed" && artifact === undefined)) {
      if (code === "DependencyNotReady")
        notify("Normal", code, `Dependencies do not meet ready condition, retrying in ${formatDuration(requeue)}`);
      else notify("Warning", code, message);
      return await finish({ outcome: "waiting", reason: code, message, again: requeue });
    }
    if (code === "HealthCheckCanceled") {
      notify("Normal", code, message.replace("New", "Health checks canceled due to new"));
      return await finish({ outcome: "retry", reason: code, message });
    }
    notify("Warning", code, message);
    const retry = object.spec.retryInterval ?? object.spec.interval;
    context.log.error(
      `Reconciliation failed after ${formatDuration(performance.now() - began)}, next try in ${retry}`,
      { ...identityOf(object), error: message },
    );
    return await finish({ outcome: "waiting", reason: code, message, again: parseDuration(retry) });
  }
}

/** Flux: no retry mends an expression that cannot be read. */
function compileHealthChecksOf({ spec }: Kustomization): void {
  try {
    compileHealthChecks(spec.healthCheckExprs);
  } catch (cause) {
    if (!(cause instanceof ExpressionError)) throw cause;
    throw new KustomizationError(cause.code, terminalPrefix + cause.message, { cause });
  }
}

function concealed(event: StatusEvent, { conceal }: Concealer): StatusEvent {
  switch (event.event) {
    case "notReady":
    case "stalled":
    case "healthChecked":
      return { ...event, message: conceal(event.message) };
    default:
      return event;
  }
}

interface Pass {
  readonly object: Kustomization;
  readonly artifact: Artifact;
  readonly context: Context;
  readonly options: Shared;
  readonly tell: (event: StatusEvent) => void;
  readonly save: () => Promise<void>;
  readonly notify: (type: "Normal" | "Warning", reason: string, message: string) => void;
}

async function applyArtifact({ object, artifact, context: own, options, tell, save, notify }: Pass): Promise<void> {
  const timeout = timeoutOf(object);
  const { revision } = artifact;
  const began = performance.now();
  const isNew =
    object.status?.lastAppliedRevision !== revision || object.status.observedGeneration !== object.metadata.generation;
  if (isNew) {
    tell({
      event: "progressing",
      message: `Building manifests for revision ${revision} with a timeout of ${formatDuration(timeout)}`,
      attempted: revision,
    });
    await save();
  }
  const tree = await readTree(object, artifact, { context: own, options });
  using acting = await enter(object, own, options);
  const { context } = acting;
  const variables = await readVariables(object, own, options.concealer);
  const keys = await readDecryptionKeys(object, own, options);
  let build: Build;
  try {
    build = await context.busy(() =>
      buildObjects(tree, object, {
        variables,
        keys,
        strict: isGateOn("StrictPostBuildSubstitutions", options.featureGates),
      }),
    );
  } catch (error) {
    throw new KustomizationError("BuildFailed", messageOf(error), { cause: error });
  }
  for (const one of build.objects) if (one.kind === "Secret") options.concealer.add(one);
  const ended = (status: string): void =>
    tell({
      event: "built",
      digest: build.digest,
      revision,
      status,
      duration: formatDuration(performance.now() - began),
    });
  try {
    const unreadable = build.objects.find((one) => isEncryptedSecret(one as unknown as Values));
    if (unreadable !== undefined)
      throw new KustomizationError(
        "ReconciliationFailed",
        `${subjectOf(unreadable)} is SOPS encrypted, configuring decryption is required for this secret to be reconciled`,
      );
    const results = await applyStages(planStages(build.objects), context, {
      timeout,
      force: object.spec.force === true,
      overriddenManagers: options.overriddenManagers ?? [],
      ignore: object.spec.ignore ?? [],
      migrates: isGateOn("MigrateAPIVersion", options.featureGates),
    });
    const changes = changesOf(results);
    if (changes !== "") notify("Normal", "Progressing", changes);
    const before = object.status?.inventory?.entries ?? [];
    const entries = results.map((result) => entryOf(result.object));
    const stale = staleEntries(before, entries);
    if (object.spec.prune && stale.length > 0) {
      const pruned = await prune(object, stale, context);
      if (pruned.deleted.length > 0)
        notify("Normal", "Progressing", pruned.deleted.map((subject) => `${subject} deleted`).join("\n"));
      tell({ event: "tracked", entries: [...entries, ...pruned.survivors] });
      if (pruned.error !== undefined) throw new KustomizationError("PruneFailed", pruned.error);
    } else tell({ event: "tracked", entries });
    if (isHealthAsked(object))
      await checkHealth({
        object,
        results,
        revision,
        timeout,
        context,
        failFast: !isGateOn("DisableFailFastBehavior", options.featureGates),
        tell,
        save,
        notify,
      });
    else tell({ event: "healthNotAsked" });
  } catch (error) {
    if (error instanceof KustomizationError) ended(error.code);
    throw error;
  }
  ended("ReconciliationSucceeded");
  tell({ event: "applied", revision });
}

/** Removes what was applied, unless the object says otherwise, and lets the object go. */
async function reconcileDeletion(object: Kustomization, context: Context, options: Shared): Promise<Outcome> {
  if (!hasFinalizer(object)) return { outcome: "done" };
  const { deletionPolicy = "MirrorPrune", prune: prunes, suspend } = object.spec;
  const removes = suspend !== true && deletionPolicy !== "Orphan" && (deletionPolicy !== "MirrorPrune" || prunes);
  if (removes) await pruneAll(object, context, options);
  await writeFinalizer(context, object, "absent", manager);
  return { outcome: "done" };
}

/** Flux: where what the object acts with is gone, as in a namespace that is being deleted, its objects stay and it goes. */
async function pruneAll(object: Kustomization, context: Context, { clusters, concealer }: Shared): Promise<void> {
  const entries = object.status?.inventory?.entries ?? [];
  const skip = (error: string): void => {
    const objects = entries.map(({ id }) => id).join("\n");
    context.log.error(`unable to prune objects: \n${objects}`, { ...identityOf(object), error });
  };
  let entered: Acting;
  try {
    entered = await clusters.enter(object, object.spec, context, concealer);
  } catch (error) {
    if (error instanceof TargetError) return skip(error.message);
    throw error;
  }
  using acting = entered;
  if (acting.serviceAccount !== "") {
    const account = { apiVersion: "v1", kind: "ServiceAccount", name: acting.serviceAccount };
    const { namespace } = identityOf(object);
    if ((await context.client.tryGet({ ...account, namespace })) === undefined)
      return skip(`serviceaccounts "${acting.serviceAccount}" not found`);
  }
  const { error, deleted } = await prune(object, entries, acting.context);
  if (error !== undefined) throw new KustomizationError("PruneFailed", error);
  if (deleted.length === 0) return;
  context.events.record(object, {
    type: "Normal",
    reason: "ReconciliationSucceeded",
    message: deleted.map((subject) => `${subject} deleted`).join("\n"),
  });
}

async function enter(object: Kustomization, context: Context, { clusters, concealer }: Shared): Promise<Acting> {
  try {
    return await clusters.enter(object, object.spec, context, concealer);
  } catch (cause) {
    if (!(cause instanceof TargetError)) throw cause;
    throw new KustomizationError("ReconciliationFailed", cause.message, { cause });
  }
}
