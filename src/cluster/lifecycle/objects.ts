import type { KubeObject, OwnerReference } from "../../api/index.ts";
import type { LabelSelector, Pod, WorkloadCondition } from "./kinds.ts";

/** "namespace/name", or "name" for what has no namespace: the key of an object in its bucket. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace === undefined ? (metadata.name ?? "") : `${metadata.namespace}/${metadata.name ?? ""}`;
}

export function controllerOf({ metadata }: KubeObject): OwnerReference | undefined {
  return metadata.ownerReferences?.find(({ controller }) => controller === true);
}

export function controllerReference({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name = "", uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function isDeleted({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

export function isFinished({ status }: Pod): boolean {
  return status?.phase === "Succeeded" || status?.phase === "Failed";
}

/** Neither finished nor on its way out. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isDeleted(pod);
}

export function isReady(pod: Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Ready for as long as asked. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: Date): boolean {
  const ready = pod.status?.conditions?.find(({ type, status }) => type === "Ready" && status === "True");
  if (ready === undefined) return false;
  return minReadySeconds === 0 || Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= now.getTime();
}

/** How long until the first of the Pods that are ready counts as available; undefined when none is to come. */
export function untilAvailable(pods: readonly Pod[], minReadySeconds: number, now: Date): number | undefined {
  const waits = pods
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, now))
    .map(({ status }) => status?.conditions?.find(({ type }) => type === "Ready")?.lastTransitionTime ?? "")
    .map((since) => Date.parse(since) + minReadySeconds * 1000 - now.getTime());
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}

export function selects(selector: LabelSelector | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  if (selector === undefined) return false;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
      switch (operator) {
        case "In":
          return value !== undefined && values.includes(value);
        case "NotIn":
          return value === undefined || !values.includes(value);
        case "Exists":
          return value !== undefined;
        case "DoesNotExist":
          return value === undefined;
        default:
          return false;
      }
    })
  );
}

export function timestamp(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, "Z");
}

/** Sets one condition; its transition time stays when its status does. */
export function withCondition<T extends WorkloadCondition>(
  conditions: readonly T[] | undefined,
  condition: T,
): readonly T[] {
  const old = conditions?.find(({ type }) => type === condition.type);
  const next =
    old !== undefined && old.status === condition.status && old.lastTransitionTime !== undefined
      ? { ...condition, lastTransitionTime: old.lastTransitionTime }
      : condition;
  if (old === undefined) return [...(conditions ?? []), next];
  return (conditions ?? []).map((other) => (other === old ? next : other));
}

/** A count as Kubernetes writes it: zero is not there. */
export function count<Name extends string>(name: Name, value: number): { readonly [key in Name]?: number } {
  return (value === 0 ? {} : { [name]: value }) as { readonly [key in Name]?: number };
}
