import type { KubeObject } from "../../../api/index.ts";
import type { Store } from "../../store/types.ts";
import type { LabelSelector, Pod } from "../kinds.ts";
import { isActive, isReady, keyOf, selects, timestamp, withCondition } from "../objects.ts";
import type { Stage } from "./stage.ts";

interface Budget extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector;
    readonly minAvailable?: number | string;
    readonly maxUnavailable?: number | string;
  };
  readonly status?: { readonly conditions?: readonly never[] };
}

const bucket = "policy/poddisruptionbudgets";

/** Counts the Pods of a budget, and how many of them may go. */
export const disruptionBudgetStage: Stage = {
  name: "disruption-controller",
  bucket,
  when: () => true,
  next(object, now, store) {
    const { spec, metadata, status } = object as Budget;
    const pods = store
      .list("/pods", { prefix: `${metadata.namespace ?? ""}/` })
      .items.map((stored) => stored.object as Pod)
      .filter((pod) => isActive(pod) && selects(spec.selector, pod.metadata.labels));
    const expected = pods.length;
    const healthy = pods.filter(isReady).length;
    const desired =
      spec.maxUnavailable === undefined
        ? resolve(spec.minAvailable ?? 0, expected)
        : Math.max(0, expected - resolve(spec.maxUnavailable, expected));
    const allowed = expected === 0 ? 0 : Math.max(0, healthy - desired);
    const condition = {
      type: "DisruptionAllowed",
      status: allowed > 0 ? "True" : "False",
      observedGeneration: metadata.generation ?? 1,
      lastTransitionTime: timestamp(now),
      reason: allowed > 0 ? "SufficientPods" : "InsufficientPods",
      message: "",
    };
    return {
      conditions: withCondition(status?.conditions, condition as never),
      currentHealthy: healthy,
      desiredHealthy: desired,
      disruptionsAllowed: allowed,
      expectedPods: expected,
      observedGeneration: metadata.generation ?? 1,
    };
  },
  also: [{ bucket: "/pods", keys: budgetsOf }],
};

function budgetsOf(pod: KubeObject, store: Store): string[] {
  return store
    .list(bucket, { prefix: `${pod.metadata.namespace ?? ""}/` })
    .items.map(({ object }) => object as Budget)
    .filter(({ spec }) => selects(spec.selector, pod.metadata.labels))
    .map(keyOf);
}

function resolve(value: number | string, total: number): number {
  return typeof value === "number" ? value : Math.ceil((Number.parseInt(value, 10) * total) / 100);
}
