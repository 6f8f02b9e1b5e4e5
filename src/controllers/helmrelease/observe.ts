import { isApiError, type HelmRelease } from "../../api/index.ts";
import { algorithmOf } from "../../base/node/digest.ts";
import { CodedError, messageOf } from "../../base/errors.ts";
import type { Values } from "../../base/value.ts";
import { configDigest, lastRelease, type ReleaseRecord } from "../../release/index.ts";
import type { Selection } from "../../kube/index.ts";
import { identityOf, type Context } from "../runtime/index.ts";
import { classify, type Desired, type Observation } from "./decide.ts";
import { detectDrift } from "./drift-detection.ts";
import { commonMetadataDigest, postRenderersDigest } from "./digests.ts";
import { previousGood, type Status } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import { releaseNameOf } from "./names.ts";
import { isForceRequested } from "./requests.ts";
import { storedReleaseOf } from "./snapshot.ts";
import { type Source, sourceReferenceOf } from "./source.ts";
import { composeValues, type Referenced, referenceKey } from "./values.ts";
import type { Chart } from "../../chart/index.ts";

/** What is true of a release cannot be told; the code is the reason of its Ready condition. */
export class StateError extends CodedError<"StateError"> {}

/** The source of the chart as the watch cache has it. Throws the API's NotFound. */
export async function readSource(release: HelmRelease, context: Context): Promise<Source> {
  const reference = sourceReferenceOf(release);
  const known = (await context.cache.kind<Source>(reference, context.scope)).get({
    namespace: reference.namespace ?? "",
    name: reference.name,
  });
  return known ?? (await context.client.get<Source>(reference, { signal: context.signal }));
}

/** Reads what `valuesFrom` names, once each, and composes the values. Throws ValuesError. */
export async function readValues({ release, concealer }: Ledger, context: Context): Promise<Values> {
  const { namespace } = identityOf(release);
  const objects = new Map<string, Referenced>();
  for (const reference of release.spec.valuesFrom ?? []) {
    const key = referenceKey(reference);
    if (objects.has(key)) continue;
    const read = await readReferenced(reference.kind, namespace, reference.name, context);
    if (reference.kind === "Secret" && "found" in read) concealer.add(read.found);
    objects.set(key, read);
  }
  return composeValues(release, objects);
}

/** Helm's own records are Secrets that nobody takes values from, and by far the largest. */
export function valuesSelection(kind: string): Selection {
  return kind === "Secret" ? { fieldSelector: "type!=helm.sh/release.v1" } : {};
}

async function readReferenced(kind: string, namespace: string, name: string, context: Context): Promise<Referenced> {
  const reference = { apiVersion: "v1", kind, namespace, name };
  try {
    const cached = (await context.cache.kind(reference, { ...context.scope, ...valuesSelection(kind) })).get({
      namespace,
      name,
    });
    return { found: cached ?? (await context.client.get(reference, { signal: context.signal })) };
  } catch (error) {
    return isApiError(error, "NotFound") ? { missing: error.message } : { failed: messageOf(error) };
  }
}

/** Everything a decision needs: what is stored, what is wanted, what was asked for, and drift where nothing else is to be done. */
export async function observe(
  ledger: Ledger,
  wanted: { readonly chart: Chart; readonly values: Values },
  context: Context,
): Promise<Observation> {
  const { release, status, algorithm } = ledger;
  const { storage, recall } = ledger.storage(context);
  const digests = (status.history ?? []).map(({ version, ociDigest, digest }) => [
    version,
    ociDigest,
    algorithmOf(digest),
  ]);
  const stored = await doing("failed to retrieve last release from storage", () =>
    // Records are large: not all releases of a cluster may be reading theirs at once.
    context.busy(() =>
      recall(JSON.stringify([rollbackTargets(status), digests]), (records) =>
        records.filter(isDecisive(status)).map((record) => storedReleaseOf(record, status.history, algorithm)),
      ),
    ),
  );
  const seen = { stored, desired: desiredOf(ledger, wanted), force: isForceRequested(release) };
  if (stored.length === 0 || !looksForDrift(release) || classify(release, seen).state !== "InSync") return seen;
  const last = await lastRelease(storage, releaseNameOf(release));
  const drift = await doing("unable to determine cluster state", () =>
    detectDrift(release, last, context, ledger.overriddenManagers),
  );
  return { ...seen, drift };
}

async function doing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new StateError("StateError", `${what}: ${messageOf(cause)}`, { cause });
  }
}

/** The last revision, and those that a rollback may go to: digests of the rest would be worked out for nothing. */
function isDecisive(status: Status): (record: ReleaseRecord, index: number) => boolean {
  const targets = rollbackTargets(status);
  return ({ version }, index) => index === 0 || targets.includes(version);
}

function rollbackTargets(status: Status): readonly (number | undefined)[] {
  return [true, false].map((ignoreTests) => previousGood(status, { ignoreTests })?.version);
}

/** True when the release wants to know whether somebody changed its objects. */
export function looksForDrift({ spec }: HelmRelease): boolean {
  return spec.driftDetection?.mode === "enabled" || spec.driftDetection?.mode === "warn";
}

export function desiredOf(
  { release, status, algorithm }: Ledger,
  { chart, values }: { readonly chart: Chart; readonly values: Values },
): Desired {
  const own = configDigest(values, algorithm);
  const attempted = algorithmOf(status.lastAttemptedConfigDigest) ?? algorithm;
  return {
    chartName: chart.metadata.name,
    chartVersion: chart.metadata.version,
    configDigest: own,
    comparableConfigDigest: attempted === algorithm ? own : configDigest(values, attempted),
    postRenderersDigest: postRenderersDigest(release, algorithm),
    commonMetadataDigest: commonMetadataDigest(release, algorithm),
  };
}
