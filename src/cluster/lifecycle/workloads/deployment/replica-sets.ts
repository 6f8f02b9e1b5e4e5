import { isEqual } from "../../../managed-fields/equality.ts";
import { templateHash } from "../../hash.ts";
import type { Deployment, PodTemplate, ReplicaSet } from "../../kinds.ts";
import { controllerReference } from "../../objects.ts";

export const hashLabel = "pod-template-hash";
export const revisionAnnotation = "deployment.kubernetes.io/revision";
export const desiredAnnotation = "deployment.kubernetes.io/desired-replicas";
export const maxAnnotation = "deployment.kubernetes.io/max-replicas";
const historyAnnotation = "deployment.kubernetes.io/revision-history";

// These say something of the Deployment alone.
const notCopied = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  "deprecated.deployment.rollback.to",
]);

/** The ReplicaSet of the Deployment's present template: the oldest, should there be two. */
export function findNew(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = withoutHash(deployment.spec.template);
  return byAge(sets).find((set) => isEqual(withoutHash(set.spec.template), wanted));
}

function withoutHash(template: PodTemplate): unknown {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  const { creationTimestamp: _none, ...metadata } = template.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

export function byAge(sets: readonly ReplicaSet[]): ReplicaSet[] {
  const age = ({ metadata }: ReplicaSet): number => Date.parse(metadata.creationTimestamp ?? "") || 0;
  return [...sets].sort((a, b) => age(a) - age(b) || ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1));
}

export function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}

/** The revision that the present template has, or will have. */
export function newRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}

/** The ReplicaSet to create for the present template. */
export function newReplicaSet(
  deployment: Deployment,
  options: { readonly replicas: number; readonly revision: number },
): ReplicaSet {
  const { spec, metadata, status } = deployment;
  const hash = templateHash(spec.template, status?.collisionCount);
  const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${(metadata.name ?? "").slice(0, 253 - hash.length - 1)}-${hash}`,
      namespace: metadata.namespace ?? "default",
      labels,
      annotations: annotationsFor(deployment, undefined, options.revision),
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: options.replicas,
      ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
      selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}

/** The annotations of the present ReplicaSet: the Deployment's, its revision, and the sizes that it is scaled by. */
export function annotationsFor(
  deployment: Deployment,
  set: ReplicaSet | undefined,
  revision: number,
): Readonly<Record<string, string>> {
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !notCopied.has(name));
  const own = set?.metadata.annotations ?? {};
  const old = Number(own[revisionAnnotation] ?? 0) || 0;
  const history = own[historyAnnotation];
  return {
    ...own,
    ...Object.fromEntries(copied),
    ...(old >= revision
      ? {}
      : {
          [revisionAnnotation]: String(revision),
          ...(old === 0 ? {} : { [historyAnnotation]: history === undefined ? String(old) : `${history},${old}` }),
        }),
    ...(set === undefined ? sizeAnnotations(deployment) : {}),
  };
}

export function sizeAnnotations(deployment: Deployment): Readonly<Record<string, string>> {
  const { replicas } = deployment.spec;
  return { [desiredAnnotation]: String(replicas), [maxAnnotation]: String(replicas + maxSurge(deployment)) };
}

export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy?.type !== "Recreate";
}

export function maxSurge(deployment: Deployment): number {
  return isRolling(deployment) ? fences(deployment).surge : 0;
}

export function maxUnavailable(deployment: Deployment): number {
  const { replicas } = deployment.spec;
  if (!isRolling(deployment) || replicas === 0) return 0;
  return Math.min(fences(deployment).unavailable, replicas);
}

function fences({ spec }: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge: surge = "25%", maxUnavailable: unavailable = "25%" } = spec.strategy?.rollingUpdate ?? {};
  const up = resolve(surge, spec.replicas, Math.ceil);
  const down = resolve(unavailable, spec.replicas, Math.floor);
  // With neither, nothing could ever move.
  return { surge: up, unavailable: up === 0 && down === 0 ? 1 : down };
}

function resolve(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === "number") return value;
  const percent = /^(\d+)%$/.exec(value);
  return percent === null ? 0 : round((Number(percent[1]) * total) / 100);
}
