import { strategies } from "./kinds/index.ts";
import type { Strategy } from "./resource.ts";

/** What is particular about one of Kubernetes' own kinds. */
export function strategyOf(group: string, kind: string, status: boolean): Strategy {
  return { status, generation: withGeneration.has(`${group}/${kind}`), ...strategies.get(`${group}/${kind}`) };
}

const withGeneration = new Set([
  "/Pod",
  "/ReplicationController",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/ReplicaSet",
  "apps/StatefulSet",
  "batch/CronJob",
  "batch/Job",
  "networking.k8s.io/Ingress",
  "networking.k8s.io/IngressClass",
  "networking.k8s.io/NetworkPolicy",
  "policy/PodDisruptionBudget",
  "apiextensions.k8s.io/CustomResourceDefinition",
  "admissionregistration.k8s.io/ValidatingWebhookConfiguration",
  "admissionregistration.k8s.io/MutatingWebhookConfiguration",
  "scheduling.k8s.io/PriorityClass",
]);
