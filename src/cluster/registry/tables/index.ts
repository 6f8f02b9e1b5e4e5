import { type Column, plainColumns } from "../columns.ts";
import * as network from "./network.ts";
import * as others from "./others.ts";
import { podColumns } from "./pods.ts";
import * as workloads from "./workloads.ts";

/** The table columns of one of Kubernetes' own kinds, as `kubectl get` shows them. */
export function columnsOf(group: string, kind: string): readonly Column[] {
  return columns.get(`${group}/${kind}`) ?? plainColumns;
}

const columns = new Map<string, readonly Column[]>([
  ["/ConfigMap", others.configMapColumns],
  ["/Endpoints", network.endpointsColumns],
  ["/Event", others.eventColumns],
  ["/Namespace", others.namespaceColumns],
  ["/Node", others.nodeColumns],
  ["/PersistentVolume", others.volumeColumns],
  ["/PersistentVolumeClaim", others.claimColumns],
  ["/Pod", podColumns],
  ["/ReplicationController", workloads.replicationControllerColumns],
  ["/ResourceQuota", others.quotaColumns],
  ["/Secret", others.secretColumns],
  ["/Service", network.serviceColumns],
  ["/ServiceAccount", others.nameAndAge],
  ["admissionregistration.k8s.io/MutatingWebhookConfiguration", others.webhookColumns],
  ["admissionregistration.k8s.io/ValidatingWebhookConfiguration", others.webhookColumns],
  ["apiregistration.k8s.io/APIService", others.apiServiceColumns],
  ["apps/ControllerRevision", others.controllerRevisionColumns],
  ["apps/DaemonSet", workloads.daemonSetColumns],
  ["apps/Deployment", workloads.deploymentColumns],
  ["apps/ReplicaSet", workloads.replicaSetColumns],
  ["apps/StatefulSet", workloads.statefulSetColumns],
  ["autoscaling/HorizontalPodAutoscaler", workloads.autoscalerColumns],
  ["batch/CronJob", workloads.cronJobColumns],
  ["batch/Job", workloads.jobColumns],
  ["coordination.k8s.io/Lease", others.leaseColumns],
  ["discovery.k8s.io/EndpointSlice", network.endpointSliceColumns],
  ["events.k8s.io/Event", others.eventColumns],
  ["networking.k8s.io/Ingress", network.ingressColumns],
  ["networking.k8s.io/IngressClass", network.ingressClassColumns],
  ["networking.k8s.io/NetworkPolicy", network.networkPolicyColumns],
  ["node.k8s.io/RuntimeClass", others.runtimeClassColumns],
  ["policy/PodDisruptionBudget", workloads.disruptionBudgetColumns],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", others.bindingColumns],
  ["rbac.authorization.k8s.io/RoleBinding", others.bindingColumns],
  ["scheduling.k8s.io/PriorityClass", others.priorityClassColumns],
  ["storage.k8s.io/StorageClass", others.storageClassColumns],
]);
