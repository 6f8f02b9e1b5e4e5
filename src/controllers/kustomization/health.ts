import { type Kustomization, type ObjectReference, referenceTo } from "../../api/index.ts";
import { formatDuration } from "../../base/duration.ts";
import { messageOf } from "../../base/errors.ts";
import { compileHealthChecks } from "../expressions.ts";
import { type Context, describeTrigger, identityOf, triggerOf, waitUntilReady } from "../runtime/index.ts";
import type { ApplyResult } from "./act.ts";
import { KustomizationError } from "./observe.ts";
import type { StatusEvent } from "./status.ts";

export function isHealthAsked({ spec }: Kustomization): boolean {
  return spec.wait === true || (spec.healthChecks ?? []).length > 0;
}

/** Waits until everything that was applied, or everything that is named, is ready. Throws KustomizationError HealthCheckFailed, or
 * HealthCheckCanceled when something asks for another look. */
export async function checkHealth(options: {
  readonly object: Kustomization;
  readonly results: readonly ApplyResult[];
  readonly revision: string;
  readonly timeout: number;
  readonly context: Context;
  /** Flux: false with the gate DisableFailFastBehavior. */
  readonly failFast: boolean;
  readonly tell: (event: StatusEvent) => void;
  readonly save: () => Promise<void>;
  readonly notify: (type: "Normal", reason: string, message: string) => void;
}): Promise<void> {
  const { object, results, revision, timeout, context, failFast, tell, save, notify } = options;
  const own = identityOf(object);
  const references = (object.spec.wait === true ? appliedReferences(results) : namedReferences(object)).filter(
    // Waiting for itself would never end.
    ({ kind, name, namespace }) => !(kind === "Kustomization" && name === own.name && namespace === own.namespace),
  );
  if (references.length === 0) {
    tell({ event: "healthNotAsked" });
    return;
  }
  const wasHealthy =
    object.status?.conditions?.some(({ type, status }) => type === "Healthy" && status === "True") ?? false;
  const isNew = object.status?.lastAppliedRevision !== revision;
  tell({
    event: "healthChecking",
    message: `Running health checks for revision ${revision} with a timeout of ${formatDuration(timeout)}`,
  });
  await save();
  const began = performance.now();
  try {
    const judge = compileHealthChecks(object.spec.healthCheckExprs);
    const { interruption } = context;
    await waitUntilReady(references, context, {
      timeout,
      interruption,
      failFast,
      ...(judge === undefined ? {} : { judge }),
    });
  } catch (error) {
    const trigger = triggerOf(context);
    if (trigger !== undefined)
      throw new KustomizationError(
        "HealthCheckCanceled",
        `New reconciliation triggered by ${describeTrigger(trigger)}`,
        { cause: error },
      );
    tell({ event: "healthChecked", isHealthy: false, message: messageOf(error) });
    throw new KustomizationError(
      "HealthCheckFailed",
      `health check failed after ${formatDuration(performance.now() - began)}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  const message = `Health check passed in ${formatDuration(performance.now() - began)}`;
  if (!wasHealthy || (isNew && results.some(({ action }) => action === "created" || action === "configured")))
    notify("Normal", "Progressing", message);
  tell({ event: "healthChecked", isHealthy: true, message });
}

function appliedReferences(results: readonly ApplyResult[]): readonly ObjectReference[] {
  return results.filter(({ action }) => action !== "skipped").map(({ object }) => referenceTo(object));
}

const defaultApiVersions: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
  HelmRelease: "helm.toolkit.fluxcd.io/v2",
  HelmRepository: "source.toolkit.fluxcd.io/v1",
  HelmChart: "source.toolkit.fluxcd.io/v1",
  GitRepository: "source.toolkit.fluxcd.io/v1",
  Kustomization: "kustomize.toolkit.fluxcd.io/v1",
};

function namedReferences(object: Kustomization): readonly ObjectReference[] {
  return (object.spec.healthChecks ?? []).map(({ apiVersion, kind, name, namespace }) => ({
    apiVersion: apiVersion ?? defaultApiVersions[kind] ?? "v1",
    kind,
    name,
    namespace: namespace ?? identityOf(object).namespace,
  }));
}
