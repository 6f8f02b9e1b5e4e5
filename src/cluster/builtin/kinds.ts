import { at, type Draft, each, fill, isDraft, open } from "./draft.ts";

export function fillService(service: Draft): void {
  const spec = open(service, "spec");
  fill(spec, "sessionAffinity", "None");
  if (spec["sessionAffinity"] === "None") delete spec["sessionAffinityConfig"];
  if (spec["sessionAffinity"] === "ClientIP") {
    fill(open(open(spec, "sessionAffinityConfig"), "clientIP"), "timeoutSeconds", 10_800);
  }
  fill(spec, "type", "ClusterIP");
  for (const port of each(spec, "ports")) {
    fill(port, "protocol", "TCP");
    if (port["targetPort"] === 0) delete port["targetPort"];
    fill(port, "targetPort", port["port"]);
  }
  const { type } = spec;
  const isExternal = Array.isArray(spec["externalIPs"]) && spec["externalIPs"].length > 0;
  if (type === "NodePort" || type === "LoadBalancer" || (type === "ClusterIP" && isExternal)) {
    fill(spec, "externalTrafficPolicy", "Cluster");
  }
  if (type === "NodePort" || type === "LoadBalancer" || type === "ClusterIP") {
    fill(spec, "internalTrafficPolicy", "Cluster");
  }
  if (type === "LoadBalancer") {
    fill(spec, "allocateLoadBalancerNodePorts", true);
    for (const ingress of each(at(service, "status", "loadBalancer"), "ingress")) {
      if (typeof ingress["ip"] === "string" && ingress["ip"] !== "") fill(ingress, "ipMode", "VIP");
    }
  }
}

export function fillSecret(secret: Draft): void {
  fill(secret, "type", "Opaque");
}

export function fillNamespace(namespace: Draft): void {
  const metadata = open(namespace, "metadata");
  const { name } = metadata;
  if (typeof name === "string" && name !== "") open(metadata, "labels")["kubernetes.io/metadata.name"] = name;
  fill(open(namespace, "status"), "phase", "Active");
}

export function fillVolume(volume: Draft): void {
  const spec = open(volume, "spec");
  fill(spec, "persistentVolumeReclaimPolicy", "Retain");
  fill(spec, "volumeMode", "Filesystem");
  fill(open(volume, "status"), "phase", "Pending");
  const hostPath = at(spec, "hostPath");
  if (hostPath !== undefined && hostPath["type"] === undefined) hostPath["type"] = "";
}

export function fillEndpoints(endpoints: Draft): void {
  for (const subset of each(endpoints, "subsets"))
    for (const port of each(subset, "ports")) fill(port, "protocol", "TCP");
}

export function fillEndpointSlice(slice: Draft): void {
  for (const port of each(slice, "ports")) {
    if (port["name"] === undefined) port["name"] = "";
    fill(port, "protocol", "TCP");
  }
}

export function fillLimitRange(range: Draft): void {
  for (const item of each(at(range, "spec"), "limits")) {
    if (item["type"] !== "Container") continue;
    const standard = open(item, "default");
    const request = open(item, "defaultRequest");
    for (const [name, value] of Object.entries(at(item, "max") ?? {})) fill(standard, name, value);
    for (const [name, value] of Object.entries(standard)) fill(request, name, value);
    for (const [name, value] of Object.entries(at(item, "min") ?? {})) fill(request, name, value);
    for (const name of ["default", "defaultRequest"]) if (Object.keys(open(item, name)).length === 0) delete item[name];
  }
}

const rbac = "rbac.authorization.k8s.io";

export function fillBinding(binding: Draft): void {
  fill(open(binding, "roleRef"), "apiGroup", rbac);
  for (const subject of each(binding, "subjects")) {
    if (subject["kind"] === "User" || subject["kind"] === "Group") fill(subject, "apiGroup", rbac);
  }
}

export function fillNetworkPolicy(policy: Draft): void {
  const spec = open(policy, "spec");
  const rules = [...each(spec, "ingress"), ...each(spec, "egress")];
  for (const rule of rules) for (const port of each(rule, "ports")) fill(port, "protocol", "TCP");
  if (Array.isArray(spec["policyTypes"]) && spec["policyTypes"].length > 0) return;
  const hasEgress = Array.isArray(spec["egress"]) && spec["egress"].length > 0;
  spec["policyTypes"] = hasEgress ? ["Ingress", "Egress"] : ["Ingress"];
}

export function fillIngressClass(ingressClass: Draft): void {
  const parameters = at(ingressClass, "spec", "parameters");
  if (parameters !== undefined) fill(parameters, "scope", "Cluster");
}

export function fillStorageClass(storageClass: Draft): void {
  fill(storageClass, "reclaimPolicy", "Delete");
  fill(storageClass, "volumeBindingMode", "Immediate");
}

export function fillDriver(driver: Draft): void {
  const spec = open(driver, "spec");
  fill(spec, "attachRequired", true);
  fill(spec, "podInfoOnMount", false);
  fill(spec, "storageCapacity", false);
  fill(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
  if (!Array.isArray(spec["volumeLifecycleModes"]) || spec["volumeLifecycleModes"].length === 0) {
    spec["volumeLifecycleModes"] = ["Persistent"];
  }
  fill(spec, "requiresRepublish", false);
  fill(spec, "seLinuxMount", false);
}

export function fillPriorityClass(priorityClass: Draft): void {
  fill(priorityClass, "preemptionPolicy", "PreemptLowerPriority");
}

export function fillAutoscaler(autoscaler: Draft): void {
  const spec = open(autoscaler, "spec");
  fill(spec, "minReplicas", 1);
  if (autoscaler["apiVersion"] !== "autoscaling/v2") {
    fill(spec, "targetCPUUtilizationPercentage", 80);
    return;
  }
  if (!Array.isArray(spec["metrics"]) || spec["metrics"].length === 0) {
    const target = { type: "Utilization", averageUtilization: 80 };
    spec["metrics"] = [{ type: "Resource", resource: { name: "cpu", target } }];
  }
  const behavior = at(spec, "behavior");
  if (behavior === undefined) return;
  fillScaling(open(behavior, "scaleUp"), [
    { type: "Pods", value: 4, periodSeconds: 15 },
    { type: "Percent", value: 100, periodSeconds: 15 },
  ]);
  fill(open(behavior, "scaleUp"), "stabilizationWindowSeconds", 0);
  fillScaling(open(behavior, "scaleDown"), [{ type: "Percent", value: 100, periodSeconds: 15 }]);
}

function fillScaling(rules: Draft, policies: readonly unknown[]): void {
  fill(rules, "selectPolicy", "Max");
  if (!Array.isArray(rules["policies"]) || rules["policies"].length === 0) rules["policies"] = policies;
}

export function fillWebhooks(configuration: Draft): void {
  for (const webhook of each(configuration, "webhooks")) {
    fill(webhook, "failurePolicy", "Fail");
    fillMatch(webhook);
    fill(webhook, "timeoutSeconds", 10);
    if (configuration["kind"] === "MutatingWebhookConfiguration") fill(webhook, "reinvocationPolicy", "Never");
    for (const rule of each(webhook, "rules")) fill(rule, "scope", "*");
    const service = at(webhook, "clientConfig", "service");
    if (service !== undefined) fill(service, "port", 443);
  }
}

export function fillAdmissionPolicy(policy: Draft): void {
  const spec = open(policy, "spec");
  fill(spec, "failurePolicy", "Fail");
  const constraints = at(spec, "matchConstraints");
  if (constraints === undefined) return;
  fillMatch(constraints);
  const rules = [...each(constraints, "resourceRules"), ...each(constraints, "excludeResourceRules")];
  for (const rule of rules) fill(rule, "scope", "*");
}

export function fillAdmissionBinding(binding: Draft): void {
  const match = at(binding, "spec", "matchResources");
  if (isDraft(match)) fillMatch(match);
}

function fillMatch(match: Draft): void {
  fill(match, "matchPolicy", "Equivalent");
  fill(match, "namespaceSelector", {});
  fill(match, "objectSelector", {});
}

export function fillApiService(service: Draft): void {
  const reference = at(service, "spec", "service");
  if (reference !== undefined) fill(reference, "port", 443);
}
