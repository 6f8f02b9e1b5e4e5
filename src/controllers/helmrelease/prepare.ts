import { groupOf, isApiError, type ObjectReference } from "../../api/index.ts";
import { formatDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { resolveHost } from "../../base/node/resolve-host.ts";
import type { Values } from "../../base/value.ts";
import type { Context, Outcome } from "../runtime/index.ts";
import type { Wanted } from "./actions/wanted.ts";
import { whyDependenciesNotReady } from "./dependencies.ts";
import type { Ledger } from "./ledger.ts";
import { readSource, readValues } from "./observe.ts";
import type { ChartLoader, HelmReleaseOptions } from "./ports.ts";
import { ChartMutateError, sourceReferenceOf, whySourceNotReady } from "./source.ts";
import { ValuesError } from "./values.ts";

const defaultRequeue = 30_000;

/** Fulfils the prerequisites in Flux's order: dependencies, source, values, chart. Gives an outcome when one is missing. */
export async function prepare(
  ledger: Ledger,
  context: Context,
  options: HelmReleaseOptions,
  loadChart: ChartLoader,
): Promise<Wanted | Outcome> {
  const { requeueDependency = defaultRequeue } = options;
  const { release } = ledger;
  const notReady = (reason: string, message: string): void => ledger.tell({ event: "notReady", reason, message });
  const waiting = (reason: string, message: string): Outcome => {
    notReady(reason, message);
    return { outcome: "waiting", reason, message, again: requeueDependency };
  };
  // What is looked at next is near at hand: this is stored with what comes of it, and not at all where nothing comes of it.
  ledger.tell({ event: "reconciling", message: "Fulfilling prerequisites" });

  const dependency = await whyDependenciesNotReady(release, context, options.featureGates ?? new Set());
  if (dependency !== undefined) {
    context.signal.throwIfAborted(); // What could not be read because the process ends says nothing of the release.
    context.events.record(release, { type: "Normal", reason: "DependencyNotReady", message: dependency });
    return waiting("DependencyNotReady", dependency);
  }
  ledger.tell({ event: "passed", reasons: ["DependencyNotReady"] });

  const reference = sourceReferenceOf(release);
  let source: Awaited<ReturnType<typeof readSource>>;
  try {
    source = await readSource(release, context);
  } catch (error) {
    context.signal.throwIfAborted();
    notReady("ArtifactFailed", `could not get Source object: ${whyUnread(reference, error)}`);
    throw error;
  }
  ledger.tell({ event: "passed", reasons: ["AccessDenied", "ArtifactFailed"] });

  const why = whySourceNotReady({ ...source, kind: reference.kind });
  if (why !== undefined) return waiting("SourceNotReady", why);
  ledger.tell({ event: "passed", reasons: ["SourceNotReady"] });

  let values: Values;
  try {
    values = await readValues(ledger, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ValuesError) {
      notReady("ValuesError", error.message);
      context.events.record(release, { type: "Warning", reason: "ValuesError", message: error.message });
    }
    throw error;
  }
  ledger.tell({ event: "passed", reasons: ["ValuesError"] });

  try {
    const wanted = await loadChart({ ...source, kind: reference.kind }, source.status!.artifact!, context.signal);
    ledger.tell({ event: "passed", reasons: ["ArtifactFailed"] });
    return { ...wanted, values, ...(options.featureGates?.has("AllowDNSLookups") === true ? { resolveHost } : {}) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof ChartMutateError) notReady("ChartMutateError", error.message);
    else if (isMissing(error))
      return waiting(
        "ArtifactFailed",
        `Source not ready: artifact not found. Retrying in ${formatDuration(requeueDependency)}`,
      );
    else {
      notReady("ArtifactFailed", `Could not load chart: ${messageOf(error)}`);
      context.events.record(release, { type: "Warning", reason: "ArtifactFailed", message: messageOf(error) });
    }
    throw error;
  }
}

// Flux reads it from a cache, which names the kind instead of the resource.
function whyUnread({ apiVersion, kind, name }: ObjectReference, error: unknown): string {
  if (!isApiError(error, "NotFound")) return messageOf(error);
  return `${kind}.${groupOf(apiVersion)} ${JSON.stringify(name)} not found`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ArtifactMissing" || error.code === "NotFound");
}
