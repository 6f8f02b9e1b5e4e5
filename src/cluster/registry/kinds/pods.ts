import type { Strategy } from "../resource.ts";
import { changeEach, fill, type Part, partOf, partsOf, specOf, withSpec } from "./object.ts";
import { defaultPodSpec } from "./pod-defaults.ts";
import { qosClassOf } from "./qos.ts";

/** Pods: what the server fills in, and how they end. */
export const pod: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = defaultPodSpec(specOf(object));
    spec = fill(spec, { enableServiceLinks: true });
    for (const field of ["containers", "initContainers"]) {
      spec = changeEach(spec, field, withRequests);
      if (spec["hostNetwork"] === true) spec = changeEach(spec, field, withHostPorts);
    }
    return withSpec(object, spec);
  },

  prepareForCreate(object) {
    const spec = fill(specOf(object), { preemptionPolicy: "PreemptLowerPriority", priority: 0 });
    const tolerations = partsOf(spec["tolerations"]);
    const added = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
      .filter((key) => !tolerations.some((toleration) => tolerates(toleration, key)))
      .map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }));
    const whole = withSpec(object, { ...spec, tolerations: [...tolerations, ...added] });
    return { ...whole, status: { phase: "Pending", qosClass: qosClassOf(whole) } };
  },

  fields: {
    "spec.nodeName": (object) => String(specOf(object)["nodeName"] ?? ""),
    "spec.restartPolicy": (object) => String(specOf(object)["restartPolicy"] ?? ""),
    "spec.schedulerName": (object) => String(specOf(object)["schedulerName"] ?? ""),
    "spec.serviceAccountName": (object) => String(specOf(object)["serviceAccountName"] ?? ""),
    "spec.hostNetwork": (object) => String(specOf(object)["hostNetwork"] === true),
    "status.phase": (object) => String(partOf(object["status"])["phase"] ?? ""),
    "status.podIP": (object) => String(partOf(object["status"])["podIP"] ?? ""),
    "status.podIPs": (object) => String(partsOf(partOf(object["status"])["podIPs"]).map(({ ip }) => ip)),
    "status.nominatedNodeName": (object) => String(partOf(object["status"])["nominatedNodeName"] ?? ""),
  },

  // registry/core/pod: CheckGracefulDelete. The kubelet ends a Pod that it runs; any other goes at once.
  gracePeriod(object, asked) {
    const spec = specOf(object);
    const phase = partOf(object["status"])["phase"];
    const period = asked ?? Number(spec["terminationGracePeriodSeconds"] ?? 30);
    if (String(spec["nodeName"] ?? "") === "" || phase === "Failed" || phase === "Succeeded") return 0;
    return period;
  },
};

function tolerates(toleration: Part, key: string): boolean {
  if (toleration["effect"] !== undefined && toleration["effect"] !== "" && toleration["effect"] !== "NoExecute")
    return false;
  const isAny = toleration["key"] === undefined || toleration["key"] === "";
  return toleration["key"] === key || (isAny && toleration["operator"] === "Exists");
}

/** On the network of its node a container listens on the node's ports. */
function withHostPorts(container: Part): Part {
  return changeEach(container, "ports", (port) =>
    port["hostPort"] === undefined ? { ...port, hostPort: port["containerPort"] } : port,
  );
}

/** Who says only how much it may use, asks for as much. */
function withRequests(container: Part): Part {
  const resources = partOf(container["resources"]);
  const limits = partOf(resources["limits"]);
  if (Object.keys(limits).length === 0) return container;
  return { ...container, resources: { ...resources, requests: { ...limits, ...partOf(resources["requests"]) } } };
}
