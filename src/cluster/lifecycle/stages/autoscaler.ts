import type { KubeObject } from "../../../api/index.ts";
import { groupOf } from "../../../api/index.ts";
import type { Store } from "../../store/types.ts";
import { timestamp, withCondition } from "../objects.ts";
import type { Stage } from "./stage.ts";

interface Autoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
  };
  readonly status?: { readonly conditions?: readonly never[]; readonly currentReplicas?: number };
}

const bucket = "autoscaling/horizontalpodautoscalers";

/** There are no metrics here: an autoscaler says so, and leaves its target as it is. */
export const autoscalerStage: Stage = {
  name: "horizontal-pod-autoscaler",
  bucket,
  when: () => true,
  next(object, now, store) {
    const hpa = object as Autoscaler;
    const { apiVersion = "apps/v1", kind, name } = hpa.spec.scaleTargetRef;
    const target = store.get(
      `${groupOf(apiVersion)}/${kind.toLowerCase()}s`,
      `${hpa.metadata.namespace ?? ""}/${name}`,
    )?.object;
    const lastTransitionTime = timestamp(now);
    if (target === undefined) {
      const resource = `${kind.toLowerCase()}s.${groupOf(apiVersion)} "${name}" not found`;
      const message = `the HPA controller was unable to get the target's current scale: ${resource}`;
      const condition = { type: "AbleToScale", status: "False", lastTransitionTime, reason: "FailedGetScale", message };
      return {
        currentReplicas: hpa.status?.currentReplicas ?? 0,
        desiredReplicas: 0,
        conditions: withCondition(hpa.status?.conditions, condition as never),
      };
    }
    const able = {
      type: "AbleToScale",
      status: "True",
      lastTransitionTime,
      reason: "SucceededGetScale",
      message: "the HPA controller was able to get the target's current scale",
    };
    const active = {
      type: "ScalingActive",
      status: "False",
      lastTransitionTime,
      reason: "FailedGetResourceMetric",
      message:
        "the HPA was unable to compute the replica count: unable to get metrics: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
    };
    return {
      currentReplicas: (target["status"] as { readonly replicas?: number } | undefined)?.replicas ?? 0,
      desiredReplicas: 0,
      conditions: withCondition(withCondition(hpa.status?.conditions, able as never), active as never),
    };
  },
  also: ["apps/deployments", "apps/statefulsets"].map((targets) => ({
    bucket: targets,
    keys: (target: KubeObject, store: Store) =>
      store
        .list(bucket, { prefix: `${target.metadata.namespace ?? ""}/` })
        .items.filter(({ object }) => (object as Autoscaler).spec.scaleTargetRef.name === target.metadata.name)
        .map(({ key }) => key),
  })),
};
