import { groupOf, type KubeObject, schemaOf, versionOf } from "../../api/index.ts";
import type { Draft } from "./draft.ts";
import * as kinds from "./kinds.ts";
import { fillPod, fillTemplate } from "./pods.ts";
import { fillStructs } from "./structs.ts";
import * as workloads from "./workloads.ts";

const fillers = new Map<string, (draft: Draft) => void>([
  ["/Pod", fillPod],
  ["/PodTemplate", fillTemplate],
  ["/ReplicationController", workloads.fillReplicationController],
  ["apps/Deployment", workloads.fillDeployment],
  ["apps/ReplicaSet", workloads.fillReplicaSet],
  ["apps/DaemonSet", workloads.fillDaemonSet],
  ["apps/StatefulSet", workloads.fillStatefulSet],
  ["batch/Job", workloads.fillJob],
  ["batch/CronJob", workloads.fillCronJob],
  ["/PersistentVolumeClaim", workloads.fillClaim],
  ["/PersistentVolume", kinds.fillVolume],
  ["/Service", kinds.fillService],
  ["/Secret", kinds.fillSecret],
  ["/Namespace", kinds.fillNamespace],
  ["/Endpoints", kinds.fillEndpoints],
  ["/LimitRange", kinds.fillLimitRange],
  ["discovery.k8s.io/EndpointSlice", kinds.fillEndpointSlice],
  ["rbac.authorization.k8s.io/RoleBinding", kinds.fillBinding],
  ["rbac.authorization.k8s.io/ClusterRoleBinding", kinds.fillBinding],
  ["networking.k8s.io/NetworkPolicy", kinds.fillNetworkPolicy],
  ["networking.k8s.io/IngressClass", kinds.fillIngressClass],
  ["storage.k8s.io/StorageClass", kinds.fillStorageClass],
  ["storage.k8s.io/CSIDriver", kinds.fillDriver],
  ["scheduling.k8s.io/PriorityClass", kinds.fillPriorityClass],
  ["autoscaling/HorizontalPodAutoscaler", kinds.fillAutoscaler],
  ["admissionregistration.k8s.io/ValidatingWebhookConfiguration", kinds.fillWebhooks],
  ["admissionregistration.k8s.io/MutatingWebhookConfiguration", kinds.fillWebhooks],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicy", kinds.fillAdmissionPolicy],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicy", kinds.fillAdmissionPolicy],
  ["admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding", kinds.fillAdmissionBinding],
  ["admissionregistration.k8s.io/MutatingAdmissionPolicyBinding", kinds.fillAdmissionBinding],
  ["apiregistration.k8s.io/APIService", kinds.fillApiService],
]);

/** An object of one of Kubernetes' own kinds with its defaults, as kube-apiserver fills them in while it decodes. Others come back as they are. */
export function withBuiltinDefaults(object: KubeObject): KubeObject {
  const { apiVersion, kind } = object;
  const group = groupOf(apiVersion);
  const schema = schemaOf({ group, version: versionOf(apiVersion), kind });
  if (schema === undefined) return object;
  const draft = structuredClone(object) as unknown as Draft;
  const { metadata: _, ...properties } = schema.properties ?? {};
  fillStructs(draft, { ...schema, properties });
  fillers.get(`${group}/${kind}`)?.(draft);
  // The structs within what was filled in just now.
  fillStructs(draft, { ...schema, properties });
  return draft as unknown as KubeObject;
}
