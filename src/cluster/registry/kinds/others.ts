import { type FieldError, fieldError, type KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Strategy } from "../resource.ts";
import { change, changeEach, fill, fillEmpty, type Part, partOf, partsOf, specOf, withSpec } from "./object.ts";
import { defaultPodTemplate } from "./pod-defaults.ts";

export const persistentVolumeClaim: Partial<Strategy> = {
  applyDefaults: (object) => ({
    ...withSpec(object, fill(specOf(object), { volumeMode: "Filesystem" })),
    status: fill(partOf(object["status"]), { phase: "Pending" }),
  }),
  prepareForCreate: (object) => ({ ...object, status: { phase: "Pending" } }),
  validateUpdate(next, old) {
    const rest = ({ resources: _1, volumeName: _2, volumeAttributesClassName: _3, ...spec }: Part): Part => spec;
    if (isEqual(rest(specOf(next)), rest(specOf(old)))) return [];
    return [
      fieldError.forbidden(
        "spec",
        "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
      ),
    ];
  },
};

export const persistentVolume: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = fillEmpty(specOf(object), { persistentVolumeReclaimPolicy: "Retain" });
    spec = fill(spec, { volumeMode: "Filesystem" });
    return withSpec(
      object,
      change(spec, "hostPath", (source) => fill(partOf(source), { type: "" })),
    );
  },
  prepareForCreate: (object, { now }) => ({
    ...object,
    status: {
      phase: "Pending",
      lastPhaseTransitionTime: now()
        .toISOString()
        .replace(/\.\d+Z$/, "Z"),
    },
  }),
};

/** What a container may use at most is what it gets when it does not say. */
export const limitRange: Partial<Strategy> = {
  applyDefaults: (object) =>
    withSpec(
      object,
      changeEach(specOf(object), "limits", (item) => {
        if (item["type"] !== "Container") return item;
        const most = { ...partOf(item["max"]), ...partOf(item["default"]) };
        const requests = { ...partOf(item["min"]), ...most, ...partOf(item["defaultRequest"]) };
        return {
          ...item,
          ...(Object.keys(most).length === 0 ? {} : { default: most }),
          ...(Object.keys(requests).length === 0 ? {} : { defaultRequest: requests }),
        };
      }),
    ),
};

export const ingress: Partial<Strategy> = {
  prepareForCreate: (object) => ({ ...object, status: { loadBalancer: {} } }),
  validate(object) {
    const problems: FieldError[] = [];
    const spec = specOf(object);
    if (partsOf(spec["rules"]).length === 0 && spec["defaultBackend"] === undefined) {
      problems.push(
        fieldError.invalid("spec", spec["rules"] ?? null, "either `defaultBackend` or `rules` must be specified"),
      );
    }
    for (const [index, rule] of partsOf(spec["rules"]).entries()) {
      for (const [at, path] of partsOf(partOf(rule["http"])["paths"]).entries()) {
        const field = `spec.rules[${index}].http.paths[${at}]`;
        if (path["pathType"] === undefined)
          problems.push(fieldError.required(`${field}.pathType`, "pathType must be specified"));
        else if (path["pathType"] !== "ImplementationSpecific" && !String(path["path"] ?? "").startsWith("/")) {
          problems.push(fieldError.invalid(`${field}.path`, path["path"] ?? "", "must be an absolute path"));
        }
      }
    }
    return problems;
  },
};

export const networkPolicy: Partial<Strategy> = {
  applyDefaults(object) {
    const withPorts = (rule: Part): Part => changeEach(rule, "ports", (port) => fillEmpty(port, { protocol: "TCP" }));
    let spec = changeEach(changeEach(specOf(object), "ingress", withPorts), "egress", withPorts);
    const types =
      partsOf(spec["egress"]).length > 0 || Array.isArray(spec["egress"]) ? ["Ingress", "Egress"] : ["Ingress"];
    spec = fill(spec, { podSelector: {}, policyTypes: types });
    return withSpec(object, spec);
  },
};

export const horizontalPodAutoscaler: Partial<Strategy> = {
  applyDefaults(object) {
    let spec = fill(specOf(object), { minReplicas: 1 });
    if (object.apiVersion === "autoscaling/v2" && partsOf(spec["metrics"]).length === 0) {
      const target = { type: "Utilization", averageUtilization: 80 };
      spec = { ...spec, metrics: [{ type: "Resource", resource: { name: "cpu", target } }] };
    }
    spec = change(spec, "behavior", (value) => defaultBehavior(partOf(value)));
    return withSpec(object, spec);
  },
  prepareForCreate: (object) => ({ ...object, status: { currentMetrics: null, desiredReplicas: 0 } }),
};

function defaultBehavior(behavior: Part): Part {
  const up = {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Pods", value: 4, periodSeconds: 15 },
      { type: "Percent", value: 100, periodSeconds: 15 },
    ],
  };
  const down = { selectPolicy: "Max", policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] };
  return {
    ...behavior,
    scaleUp: fill(partOf(behavior["scaleUp"]), up),
    scaleDown: fill(partOf(behavior["scaleDown"]), down),
  };
}

const rbacGroup = "rbac.authorization.k8s.io";

export const roleBinding: Partial<Strategy> = {
  nameRule: "path-segment",
  applyDefaults(object) {
    const whole: Part = change(object, "roleRef", (reference) => fillEmpty(partOf(reference), { apiGroup: rbacGroup }));
    return changeEach(whole, "subjects", (subject) =>
      subject["kind"] === "User" || subject["kind"] === "Group" ? fillEmpty(subject, { apiGroup: rbacGroup }) : subject,
    ) as KubeObject;
  },
  validateUpdate: (next, old) =>
    isEqual(next["roleRef"], old["roleRef"])
      ? []
      : [fieldError.invalid("roleRef", next["roleRef"], "cannot change roleRef")],
};

export const role: Partial<Strategy> = { nameRule: "path-segment" };

export const storageClass: Partial<Strategy> = {
  applyDefaults: (object) => fill(object, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }) as KubeObject,
};

function webhookDefaults(object: KubeObject, more: Part): KubeObject {
  return changeEach(object, "webhooks", (webhook) => {
    let next = fill(webhook, {
      failurePolicy: "Fail",
      matchPolicy: "Equivalent",
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
      ...more,
    });
    next = changeEach(next, "rules", (rule) => fill(rule, { scope: "*" }));
    return change(next, "clientConfig", (config) =>
      change(partOf(config), "service", (target) => fill(partOf(target), { port: 443 })),
    );
  }) as KubeObject;
}

export const validatingWebhook: Partial<Strategy> = { applyDefaults: (object) => webhookDefaults(object, {}) };
export const mutatingWebhook: Partial<Strategy> = {
  applyDefaults: (object) => webhookDefaults(object, { reinvocationPolicy: "Never" }),
};

export const apiService: Partial<Strategy> = {
  applyDefaults: (object) =>
    withSpec(
      object,
      change(specOf(object), "service", (target) => fill(partOf(target), { port: 443 })),
    ),
};

export const priorityClass: Partial<Strategy> = {
  applyDefaults: (object) => fill(object, { preemptionPolicy: "PreemptLowerPriority", value: 0 }) as KubeObject,
};

export const podTemplate: Partial<Strategy> = {
  applyDefaults: (object) =>
    change(object, "template", (template) => defaultPodTemplate(partOf(template))) as KubeObject,
};

export const csiDriver: Partial<Strategy> = {
  applyDefaults: (object) =>
    withSpec(
      object,
      fill(specOf(object), {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: "ReadWriteOnceWithFSType",
        volumeLifecycleModes: ["Persistent"],
        requiresRepublish: false,
        seLinuxMount: false,
      }),
    ),
};

const eventField = (object: KubeObject, ...path: readonly string[]): string => {
  const found = path.reduce<unknown>((part, name) => partOf(part)[name], object);
  return found === undefined || found === null ? "" : String(found);
};
const involved = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];

export const event: Partial<Strategy> = {
  fields: {
    ...Object.fromEntries(
      involved.map((name) => [
        `involvedObject.${name}`,
        (object: KubeObject) => eventField(object, "involvedObject", name),
      ]),
    ),
    reason: (object) => eventField(object, "reason"),
    reportingComponent: (object) => eventField(object, "reportingComponent"),
    source: (object) => eventField(object, "source", "component") || eventField(object, "reportingComponent"),
    type: (object) => eventField(object, "type"),
  },
};

export const modernEvent: Partial<Strategy> = {
  fields: {
    ...Object.fromEntries(
      involved.map((name) => [`regarding.${name}`, (object: KubeObject) => eventField(object, "regarding", name)]),
    ),
    reason: (object) => eventField(object, "reason"),
    reportingController: (object) => eventField(object, "reportingController"),
    type: (object) => eventField(object, "type"),
  },
};

export const endpoints: Partial<Strategy> = {
  applyDefaults: (object) =>
    changeEach(object, "subsets", (subset) =>
      changeEach(subset, "ports", (port) => fillEmpty(port, { protocol: "TCP" })),
    ) as KubeObject,
};

export const endpointSlice: Partial<Strategy> = {
  generation: true,
  applyDefaults: (object) =>
    changeEach(object, "ports", (port) => fill(port, { name: "", protocol: "TCP" })) as KubeObject,
};

export const ingressClass: Partial<Strategy> = {
  applyDefaults: (object) =>
    withSpec(
      object,
      change(specOf(object), "parameters", (parameters) => fill(partOf(parameters), { scope: "Cluster" })),
    ),
};

export const node: Partial<Strategy> = {
  fields: { "spec.unschedulable": (object) => String(specOf(object)["unschedulable"] === true) },
};

export const replicationController: Partial<Strategy> = {
  applyDefaults(object) {
    const spec = fill(
      change(specOf(object), "template", (template) => defaultPodTemplate(partOf(template))),
      { replicas: 1 },
    );
    const labels = partOf(partOf(spec["template"])["metadata"])["labels"] as Record<string, string> | undefined;
    if (labels === undefined) return withSpec(object, spec);
    const isSelecting = Object.keys(partOf(spec["selector"])).length > 0;
    const isLabelled = Object.keys(object.metadata.labels ?? {}).length > 0;
    return {
      ...withSpec(object, isSelecting ? spec : { ...spec, selector: labels }),
      metadata: isLabelled ? object.metadata : { ...object.metadata, labels },
    };
  },
};
