import type { FieldSpec } from "./field-path.ts";
import type { KindSelector } from "./identity.ts";

/** The fields in which built-in kinds name others: kustomize's default nameReference configuration. */
export interface NameReference {
  readonly to: KindSelector;
  readonly fields: readonly FieldSpec[];
}

/** Where the Pod spec is in the kinds that have one. */
const podSpecs: readonly FieldSpec[] = [
  { path: "spec", kind: "Pod" },
  { path: "template/spec", kind: "PodTemplate" },
  ...["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job"].map((kind) => ({
    path: "spec/template/spec",
    kind,
  })),
  { path: "spec/jobTemplate/spec/template/spec", kind: "CronJob" },
];

/** As above, for references that know ReplicationControllers instead of ReplicaSets and PodTemplates. */
const workloadSpecs: readonly FieldSpec[] = podSpecs
  .filter(({ kind }) => kind !== "ReplicaSet" && kind !== "PodTemplate")
  .concat({ path: "spec/template/spec", kind: "ReplicationController" });

function within(specs: readonly FieldSpec[], paths: readonly string[]): FieldSpec[] {
  return specs.flatMap((spec) => paths.map((path) => ({ ...spec, path: `${spec.path}/${path}` })));
}

const resourceNames = ["Role", "ClusterRole"].map((kind) => ({ path: "rules/resourceNames", kind }));
const scaleTargets = [{ path: "spec/scaleTargetRef/name", kind: "HorizontalPodAutoscaler" }];
const rbac = "rbac.authorization.k8s.io";
const admission = "admissionregistration.k8s.io";

export const nameReferences: readonly NameReference[] = [
  ...["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"].map((kind) => ({
    to: { kind },
    fields: scaleTargets,
  })),
  {
    to: { kind: "ConfigMap", version: "v1" },
    fields: [
      ...within(podSpecs, [
        "volumes/configMap/name",
        "containers/env/valueFrom/configMapKeyRef/name",
        "initContainers/env/valueFrom/configMapKeyRef/name",
        "containers/envFrom/configMapRef/name",
        "initContainers/envFrom/configMapRef/name",
        "volumes/projected/sources/configMap/name",
      ]),
      { path: "spec/configSource/configMap", kind: "Node" },
      { path: "metadata/annotations/nginx.ingress.kubernetes.io\\/fastcgi-params-configmap", kind: "Ingress" },
      ...resourceNames,
    ],
  },
  {
    to: { kind: "Secret", version: "v1" },
    fields: [
      ...within(podSpecs, [
        "volumes/secret/secretName",
        "containers/env/valueFrom/secretKeyRef/name",
        "initContainers/env/valueFrom/secretKeyRef/name",
        "containers/envFrom/secretRef/name",
        "initContainers/envFrom/secretRef/name",
        "imagePullSecrets/name",
        "volumes/projected/sources/secret/name",
      ]),
      { path: "spec/tls/secretName", kind: "Ingress" },
      { path: "metadata/annotations/ingress.kubernetes.io\\/auth-secret", kind: "Ingress" },
      { path: "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-secret", kind: "Ingress" },
      { path: "metadata/annotations/nginx.ingress.kubernetes.io\\/auth-tls-secret", kind: "Ingress" },
      { path: "imagePullSecrets/name", kind: "ServiceAccount" },
      { path: "parameters/secretName", kind: "StorageClass" },
      { path: "parameters/adminSecretName", kind: "StorageClass" },
      { path: "parameters/userSecretName", kind: "StorageClass" },
      { path: "parameters/secretRef", kind: "StorageClass" },
      { path: "spec/azureFile/secretName", kind: "PersistentVolume" },
      {
        path: "spec/template/spec/containers/env/valueFrom/secretKeyRef/name",
        group: "serving.knative.dev",
        version: "v1",
        kind: "Service",
      },
      ...resourceNames,
    ],
  },
  {
    to: { kind: "Service", version: "v1" },
    fields: [
      { path: "spec/serviceName", group: "apps", kind: "StatefulSet" },
      { path: "spec/rules/http/paths/backend/serviceName", kind: "Ingress" },
      { path: "spec/backend/serviceName", kind: "Ingress" },
      { path: "spec/rules/http/paths/backend/service/name", kind: "Ingress" },
      { path: "spec/defaultBackend/service/name", kind: "Ingress" },
      { path: "spec/service/name", group: "apiregistration.k8s.io", kind: "APIService" },
      { path: "webhooks/clientConfig/service", group: admission, kind: "ValidatingWebhookConfiguration" },
      { path: "webhooks/clientConfig/service", group: admission, kind: "MutatingWebhookConfiguration" },
    ],
  },
  {
    to: { kind: "Role", group: rbac },
    fields: [{ path: "roleRef/name", group: rbac, kind: "RoleBinding" }],
  },
  {
    to: { kind: "ClusterRole", group: rbac },
    fields: [
      { path: "roleRef/name", group: rbac, kind: "RoleBinding" },
      { path: "roleRef/name", group: rbac, kind: "ClusterRoleBinding" },
    ],
  },
  {
    to: { kind: "ServiceAccount", version: "v1" },
    fields: [
      { path: "subjects", group: rbac, kind: "RoleBinding" },
      { path: "subjects", group: rbac, kind: "ClusterRoleBinding" },
      ...within(workloadSpecs, ["serviceAccountName"]),
    ],
  },
  {
    to: { kind: "PersistentVolumeClaim", version: "v1" },
    fields: within(workloadSpecs, ["volumes/persistentVolumeClaim/claimName"]),
  },
  {
    to: { kind: "PersistentVolume", version: "v1" },
    fields: [
      { path: "spec/volumeName", kind: "PersistentVolumeClaim" },
      { path: "rules/resourceNames", kind: "ClusterRole" },
    ],
  },
  {
    to: { kind: "StorageClass", group: "storage.k8s.io", version: "v1" },
    fields: [
      { path: "spec/storageClassName", kind: "PersistentVolume" },
      { path: "spec/storageClassName", kind: "PersistentVolumeClaim" },
      { path: "spec/volumeClaimTemplates/spec/storageClassName", kind: "StatefulSet" },
    ],
  },
  {
    to: { kind: "PriorityClass", group: "scheduling.k8s.io", version: "v1" },
    fields: within(workloadSpecs, ["priorityClassName"]),
  },
  {
    to: { kind: "IngressClass", group: "networking.k8s.io", version: "v1" },
    fields: [{ path: "spec/ingressClassName", kind: "Ingress" }],
  },
  {
    to: { kind: "ValidatingAdmissionPolicy", group: admission },
    fields: [{ path: "spec/policyName", group: admission, kind: "ValidatingAdmissionPolicyBinding" }],
  },
];
