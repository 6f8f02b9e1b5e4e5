import { isValues, type Value, type Values } from "../base/value.ts";

/** What makes a resource one: group, version, kind, name and namespace; the last is empty when it is not given. */
export interface Identity {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** Which kinds a rule is for; what is empty or absent fits all. */
export interface KindSelector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

export function identityOf(object: Values): Identity {
  const apiVersion = text(object.apiVersion);
  const slash = apiVersion.indexOf("/");
  const metadata = isValues(object.metadata) ? object.metadata : {};
  return {
    group: slash < 0 ? "" : apiVersion.slice(0, slash),
    version: apiVersion.slice(slash + 1),
    kind: text(object.kind),
    name: text(metadata.name),
    namespace: text(metadata.namespace),
  };
}

/** True when both name the same resource: no namespace is the default one. */
export function isSameIdentity(a: Identity, b: Identity): boolean {
  return (
    a.name === b.name &&
    a.kind === b.kind &&
    a.group === b.group &&
    a.version === b.version &&
    effectiveNamespace(a) === effectiveNamespace(b)
  );
}

export function isSelected(identity: Identity, { group, version, kind }: KindSelector): boolean {
  return (
    (group === undefined || group === "" || group === identity.group) &&
    (version === undefined || version === "" || version === identity.version) &&
    (kind === undefined || kind === "" || kind === identity.kind)
  );
}

/** kustomize's text of an identity: `Deployment.v1.apps/web.default`. */
export function formatIdentity({ group, version, kind, name, namespace }: Identity): string {
  const or = (value: string, none: string) => (value === "" ? none : value);
  const type = `${or(kind, "[noKind]")}.${or(version, "[noVer]")}.${or(group, "[noGrp]")}`;
  return `${type}/${or(name, "[noName]")}.${or(namespace, "[noNs]")}`;
}

export function effectiveNamespace(identity: Identity): string {
  if (isClusterScoped(identity)) return "_non_namespaceable_";
  return identity.namespace === "" ? "default" : identity.namespace;
}

const clusterScoped = new Map<string, string>(
  Object.entries({
    "": "ComponentStatus Namespace Node PersistentVolume",
    "admissionregistration.k8s.io":
      "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "authentication.k8s.io": "SelfSubjectReview TokenReview",
    "authorization.k8s.io": "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    "certificates.k8s.io": "CertificateSigningRequest ClusterTrustBundle",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "internal.apiserver.k8s.io": "StorageVersion",
    "networking.k8s.io": "IPAddress IngressClass ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    policy: "PodSecurityPolicy",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding",
    "resource.k8s.io": "DeviceClass ResourceSlice",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode StorageClass VolumeAttachment VolumeAttributesClass",
  }).flatMap(([group, kinds]) => kinds.split(" ").map((kind) => [`${kind}.${group}`, group] as const)),
);

/** True for built-in kinds without a namespace. Of custom kinds nothing is known: they count as namespaced. */
export function isClusterScoped({ kind, group }: Identity): boolean {
  return clusterScoped.has(`${kind}.${group}`);
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}
