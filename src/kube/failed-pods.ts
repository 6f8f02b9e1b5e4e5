import { groupOf, type KubeObject } from "../api/index.ts";
import { conditionsOf, type Readiness, valueAt } from "./readiness.ts";
import { podReadiness } from "./readiness-pod.ts";

/** kstatus looks at the Pods of these kinds: their own status does not tell that a Pod will never be ready. */
export function hasTellingPods({ apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">): boolean {
  return groupOf(apiVersion) === "apps" && (kind === "StatefulSet" || kind === "ReplicaSet");
}

/** What the Pods of an object that is in progress say: Failed when one of them has failed for good; undefined otherwise. */
export function failedPods(object: KubeObject, pods: readonly KubeObject[], now: Date): Readiness | undefined {
  const failed = pods.filter((pod) => selects(object, pod) && hasFailed(pod, now)).length;
  return failed === 0 ? undefined : { status: "Failed", message: `${failed} pods have failed` };
}

/** True when a Pod belongs to an object by the object's selector. An object without one selects nothing. */
export function selects(object: KubeObject, { metadata: { labels = {}, namespace } }: KubeObject): boolean {
  if (namespace !== object.metadata.namespace) return false;
  const wanted = valueAt(object, "spec", "selector", "matchLabels") ?? {};
  const expressions = valueAt(object, "spec", "selector", "matchExpressions") ?? [];
  if (typeof wanted !== "object" || !Array.isArray(expressions)) return false;
  const pairs = Object.entries(wanted as object);
  if (pairs.length === 0 && expressions.length === 0) return false;
  return pairs.every(([key, value]) => labels[key] === value) && expressions.every((one) => holds(one, labels));
}

function holds(expression: unknown, labels: Readonly<Record<string, string>>): boolean {
  const key = String(valueAt(expression, "key") ?? "");
  const values = valueAt(expression, "values");
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  const listed = Array.isArray(values) && value !== undefined && values.includes(value);
  switch (valueAt(expression, "operator")) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return value !== undefined;
    case "DoesNotExist":
      return value === undefined;
    default:
      return false;
  }
}

/** kstatus: Pods that are on their way out, or that a new node may help, have not failed for good. */
function hasFailed(pod: KubeObject, now: Date): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const unschedulable = conditionsOf(pod).some(
    ({ type, status, reason }) => type === "PodScheduled" && status === "False" && reason === "Unschedulable",
  );
  return !unschedulable && podReadiness(pod, now).status === "Failed";
}
