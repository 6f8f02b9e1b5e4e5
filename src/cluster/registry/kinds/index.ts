import { crdStrategy } from "../crd-strategy.ts";
import type { Strategy } from "../resource.ts";
import { configMap, secret } from "./configuration.ts";
import { namespace } from "./namespaces.ts";
import * as others from "./others.ts";
import { pod } from "./pods.ts";
import { service } from "./services.ts";
import { cronJob, daemonSet, deployment, job, replicaSet, statefulSet } from "./workloads.ts";

/** What is particular about Kubernetes' own kinds, by "group/Kind". */
export const strategies: ReadonlyMap<string, Partial<Strategy>> = new Map<string, Partial<Strategy>>([
  ["/ConfigMap", configMap],
  ["/Endpoints", others.endpoints],
  ["/Event", others.event],
  ["/LimitRange", others.limitRange],
  ["/Namespace", namespace],
  ["/Node", others.node],
  ["/PersistentVolume", others.persistentVolume],
  ["/PersistentVolumeClaim", others.persistentVolumeClaim],
  ["/Pod", pod],
  ["/PodTemplate", others.podTemplate],
  ["/ReplicationController", others.replicationController],
  ["/Secret", secret],
  ["/Service", service],
  ["admissionregistration.k8s.io/MutatingWebhookConfiguration", others.mutatingWebhook],
  ["admissionregistration.k8s.io/ValidatingWebhookConfiguration", others.validatingWebhook],
  ["apiextensions.k8s.io/CustomResourceDefinition", crdStrategy],
  ["apiregistration.k8s.io/APIService", others.apiService],
  ["apps/DaemonSet", daemonSet],
  ["apps/Deployment", deployment],
  ["apps/ReplicaSet", replicaSet],
  ["apps/StatefulSet", statefulSet],
  ["autoscaling/HorizontalPodAutoscaler", others.horizontalPodAutoscaler],
  ["batch/CronJob", cronJob],
  ["batch/Job", job],
  ["discovery.k8s.io/EndpointSlice", others.endpointSlice],
  ["events.k8s.io/Event", others.modernEvent],
  ["networking.k8s.io/Ingress", others.ingress],
  ["networking.k8s.io/IngressClass", others.ingressClass],
  ["networking.k8s.io/NetworkPolicy", others.networkPolicy],
  ["rbac.authorization.k8s.io/ClusterRole", others.role],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", others.roleBinding],
  ["rbac.authorization.k8s.io/Role", others.role],
  ["rbac.authorization.k8s.io/RoleBinding", others.roleBinding],
  ["scheduling.k8s.io/PriorityClass", others.priorityClass],
  ["storage.k8s.io/CSIDriver", others.csiDriver],
  ["storage.k8s.io/StorageClass", others.storageClass],
]);
