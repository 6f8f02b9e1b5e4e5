import type { Value, Values } from "../base/value.ts";
import { KustomizeError } from "./errors.ts";
import { changeFields, type FieldSpec } from "./field-path.ts";
import { formatIdentity, identityOf, isClusterScoped, isSameIdentity, isSelected } from "./identity.ts";
import { mapOf, originalIdentity, type Resource, withKeys, withObject } from "./resource.ts";

type StringMap = Readonly<Record<string, string>>;

const templateLabels: readonly FieldSpec[] = [
  { path: "metadata/labels", create: true },
  { path: "spec/template/metadata/labels", create: true, version: "v1", kind: "ReplicationController" },
  { path: "spec/template/metadata/labels", create: true, kind: "Deployment" },
  { path: "spec/template/metadata/labels", create: true, kind: "ReplicaSet" },
  { path: "spec/template/metadata/labels", create: true, kind: "DaemonSet" },
  { path: "spec/template/metadata/labels", create: true, group: "apps", kind: "StatefulSet" },
  { path: "spec/volumeClaimTemplates[]/metadata/labels", create: true, group: "apps", kind: "StatefulSet" },
  { path: "spec/template/metadata/labels", create: true, group: "batch", kind: "Job" },
  { path: "spec/jobTemplate/metadata/labels", create: true, group: "batch", kind: "CronJob" },
  { path: "spec/jobTemplate/spec/template/metadata/labels", create: true, group: "batch", kind: "CronJob" },
];

const affinities = ["podAffinity", "podAntiAffinity"].flatMap((affinity) => [
  `spec/template/spec/affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
  `spec/template/spec/affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
]);

const selectorLabels: readonly FieldSpec[] = [
  { path: "spec/selector", create: true, version: "v1", kind: "Service" },
  { path: "spec/selector", create: true, version: "v1", kind: "ReplicationController" },
  { path: "spec/selector/matchLabels", create: true, kind: "Deployment" },
  { path: "spec/selector/matchLabels", create: true, kind: "ReplicaSet" },
  { path: "spec/selector/matchLabels", create: true, kind: "DaemonSet" },
  { path: "spec/selector/matchLabels", create: true, group: "apps", kind: "StatefulSet" },
  ...["Deployment", "StatefulSet"].flatMap((kind) =>
    [...affinities, "spec/template/spec/topologySpreadConstraints/labelSelector/matchLabels"].map((path) => ({
      path,
      group: "apps",
      kind,
    })),
  ),
  { path: "spec/selector/matchLabels", group: "batch", kind: "Job" },
  { path: "spec/jobTemplate/spec/selector/matchLabels", group: "batch", kind: "CronJob" },
  { path: "spec/selector/matchLabels", group: "policy", kind: "PodDisruptionBudget" },
  { path: "spec/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  { path: "spec/ingress/from/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  { path: "spec/egress/to/podSelector/matchLabels", group: "networking.k8s.io", kind: "NetworkPolicy" },
  ...templateLabels,
];

const annotationFields: readonly FieldSpec[] = templateLabels
  .filter(({ path }) => !path.includes("volumeClaimTemplates"))
  .map((spec) => ({
    ...spec,
    path: spec.path.replace(/labels$/, "annotations"),
    ...(spec.kind === "StatefulSet" ? { group: "" } : {}),
  }));

export type LabelReach = "metadata" | "templates" | "selectors";

/** Adds labels to the objects, to their Pod templates too, or to all that selects them as well. */
export function addLabels(resources: readonly Resource[], labels: StringMap, reach: LabelReach): readonly Resource[] {
  const specs = {
    metadata: [{ path: "metadata/labels", create: true }],
    templates: templateLabels,
    selectors: selectorLabels,
  }[reach];
  return addPairs(resources, labels, specs);
}

/** Adds annotations to the objects and, unless told otherwise, to their Pod templates. */
export function addAnnotations(
  resources: readonly Resource[],
  annotations: StringMap,
  reach: "metadata" | "templates" = "templates",
): readonly Resource[] {
  return addPairs(
    resources,
    annotations,
    reach === "templates" ? annotationFields : [{ path: "metadata/annotations", create: true }],
  );
}

function addPairs(resources: readonly Resource[], pairs: StringMap, specs: readonly FieldSpec[]): readonly Resource[] {
  if (Object.keys(pairs).length === 0) return resources;
  return resources.map((resource) =>
    withObject(
      resource,
      changeFields(resource.object, identityOf(resource.object), specs, (current) => withKeys(mapOf(current), pairs)),
    ),
  );
}

const namespaceFields: readonly FieldSpec[] = [
  { path: "spec/service/namespace", group: "apiregistration.k8s.io", kind: "APIService", create: true },
  {
    path: "spec/conversion/webhook/clientConfig/service/namespace",
    group: "apiextensions.k8s.io",
    kind: "CustomResourceDefinition",
  },
];

/** Puts every namespaced object into a namespace, and the `default` subjects of role bindings. */
export function setNamespace(resources: readonly Resource[], namespace: string): readonly Resource[] {
  const moved = resources.map((resource) => withObject(resource, inNamespace(resource.object, namespace)));
  for (const [i, { object }] of moved.entries()) {
    const identity = identityOf(object);
    if (moved.some((other, j) => j < i && isSameIdentity(identityOf(other.object), identity))) {
      const name = formatIdentity(identity);
      throw new KustomizeError("conflict", `namespace transformation produces ID conflict: ${name}`);
    }
  }
  return moved;
}

function inNamespace(object: Values, namespace: string): Values {
  const identity = identityOf(object);
  let moved = object;
  if (!isClusterScoped(identity)) {
    moved = withKeys(moved, { metadata: withKeys(mapOf(object.metadata), { namespace }) });
  } else if (identity.kind === "Namespace" && object.apiVersion === "v1") {
    moved = withKeys(moved, { metadata: withKeys(mapOf(object.metadata), { name: namespace }) });
  }
  if (identity.kind === "RoleBinding" || identity.kind === "ClusterRoleBinding") {
    const { subjects } = object;
    if (Array.isArray(subjects)) {
      moved = withKeys(moved, { subjects: (subjects as readonly Value[]).map((each) => inDefault(each, namespace)) });
    }
  }
  return changeFields(moved, identity, namespaceFields, () => namespace);
}

function inDefault(subject: Value, namespace: string): Value {
  return mapOf(subject).name === "default" ? withKeys(mapOf(subject), { namespace }) : subject;
}

const fixedNames = [
  { kind: "CustomResourceDefinition" },
  { group: "apiregistration.k8s.io", kind: "APIService" },
  { kind: "Namespace" },
];

/** Puts text before and after the names of all but a few kinds. */
export function renameAll(resources: readonly Resource[], rename: (name: string) => string): readonly Resource[] {
  return resources.map((resource) => {
    if (fixedNames.some((kind) => isSelected(originalIdentity(resource), kind))) return resource;
    const metadata = mapOf(resource.object.metadata);
    const name = typeof metadata.name === "string" ? rename(metadata.name) : metadata.name;
    return withObject(resource, withKeys(resource.object, { metadata: withKeys(metadata, { name }) }));
  });
}

const replicaKinds = ["Deployment", "ReplicationController", "ReplicaSet", "StatefulSet"];
// As kustomize's text has them.
const replicaTypes = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];

/** Sets the replica count of what carries a name; throws KustomizeError when nothing does. */
export function setReplicas(
  resources: readonly Resource[],
  { name, count }: { readonly name: string; readonly count: number },
): readonly Resource[] {
  let found = false;
  const changed = resources.map((resource) => {
    const identity = identityOf(resource.object);
    const isNamed = originalIdentity(resource).name === name || identity.name === name;
    if (!isNamed || !replicaKinds.includes(identity.kind)) return resource;
    found = true;
    const specs = [{ path: "spec/replicas", create: true }];
    return withObject(
      resource,
      changeFields(resource.object, identity, specs, () => count),
    );
  });
  if (!found) {
    const kinds = replicaTypes.map((kind) => `${kind}.[noVer].[noGrp]`).join(" ");
    throw new KustomizeError(
      "missing",
      `resource with name ${name} does not match a config with the following GVK [${kinds}]`,
    );
  }
  return changed;
}
