import { conflict, type FieldError, fieldError, invalid, type KubeObject, type ObjectMeta } from "../../api/index.ts";
import type { Call } from "../http/call.ts";
import { isEqual } from "../managed-fields/equality.ts";
import type { Resource, StrategyContext } from "../registry/resource.ts";
import { generateName, metadataProblems, metadataUpdateProblems, stampMetadata, withoutEmpty } from "./metadata.ts";
import { applySchemaDefaults, schemaProblems } from "./schema.ts";

// The phases of a write, named as kube-apiserver's are: default, admit, prepare, validate, canonicalize. Each is a pure
// function of objects in the version of the request.

export function strategyContext(call: Call, resource: Resource = call.resource): StrategyContext {
  const { store, now } = call.core;
  return {
    now,
    resource,
    read: {
      list: (bucket) => store.list(bucket).items.map(({ object }) => object),
      get: (bucket, key) => store.get(bucket, key)?.object,
    },
  };
}

/** Default: what the version's own rules fill in. */
export function applyDefaults(resource: Resource, object: KubeObject): KubeObject {
  const filled = applySchemaDefaults(resource, object);
  return resource.strategy.applyDefaults?.(filled) ?? filled;
}

/** Prepare, for a create: what the server alone decides. */
export function prepareForCreate(call: Call, object: KubeObject): KubeObject {
  const { resource, path } = call;
  const { strategy } = resource;
  let next = stampMetadata(object, {
    now: call.core.now(),
    namespace: resource.namespaced ? path.namespace : undefined,
  });
  // Defaults are filled in of what is read from storage, too: a status that has some is never seen without.
  if (strategy.status) next = applySchemaDefaults(resource, withoutField(next, "status"));
  if (strategy.generation) next = withMetadata(next, { generation: 1 });
  return strategy.prepareForCreate?.(next, strategyContext(call)) ?? next;
}

/** Names an object that asks for a generated name. */
export function withGeneratedName(object: KubeObject): KubeObject {
  const { name, generateName: prefix } = object.metadata;
  if ((name !== undefined && name !== "") || prefix === undefined || prefix === "") return object;
  return withMetadata(object, { name: generateName(prefix) });
}

/** Validate, for a create. Throws Invalid. */
export function validateCreate(call: Call, object: KubeObject): void {
  const { resource } = call;
  const problems = [
    ...metadataProblems(object, resource),
    ...schemaProblems(resource, object, undefined),
    ...(resource.strategy.validate?.(object, strategyContext(call)) ?? []),
  ];
  refuseProblems(resource, object, problems);
}

/** Prepare, for an update: what the server alone decides stays; status and the rest are changed through their own doors. */
export function prepareForUpdate(
  call: Call,
  next: KubeObject,
  old: KubeObject,
  subresource: string | undefined,
): KubeObject {
  const { strategy } = call.resource;
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation } = old.metadata;
  const { generation: _1, deletionTimestamp: _2, deletionGracePeriodSeconds: _3, ...sent } = next.metadata;
  const metadata: ObjectMeta = withoutEmpty({
    ...sent,
    uid: sent.uid ?? uid!,
    ...(sent.creationTimestamp === undefined && creationTimestamp === undefined
      ? {}
      : { creationTimestamp: sent.creationTimestamp ?? creationTimestamp! }),
    ...(generation === undefined ? {} : { generation }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(deletionGracePeriodSeconds === undefined ? {} : { deletionGracePeriodSeconds }),
  });
  let prepared: KubeObject = { ...next, metadata };
  if (subresource === "finalize") return withMetadata({ ...old, spec: next["spec"] }, keptByFinalize(metadata));
  if (strategy.status && (subresource === "status" || subresource === "approval")) {
    prepared = prepareStatus(prepared, old, call.resource);
  } else if (strategy.status) prepared = withField(prepared, "status", old["status"]);
  if (subresource !== "status" && subresource !== "approval") {
    prepared = strategy.prepareForUpdate?.(prepared, old, strategyContext(call)) ?? prepared;
    if (strategy.generation && !isEqual(specificationOf(prepared), specificationOf(old))) {
      prepared = withMetadata(prepared, { generation: (generation ?? 0) + 1 });
    }
  }
  return prepared;
}

/** A write of the status takes the status, and of the metadata what managed fields say. */
function prepareStatus(next: KubeObject, old: KubeObject, resource: Resource): KubeObject {
  const { managedFields, resourceVersion } = next.metadata;
  const kept = resource.custom ? old.metadata : { ...next.metadata, ...ownedByOthers(old.metadata, next.metadata) };
  const { managedFields: _, ...rest } = kept;
  const metadata = {
    ...rest,
    ...(managedFields === undefined ? {} : { managedFields }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return withField({ ...old, metadata }, "status", next["status"]);
}

/** A write to `finalize` takes the finalizers of the specification alone. */
function keptByFinalize({ resourceVersion, managedFields }: ObjectMeta): Partial<ObjectMeta> {
  return {
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(managedFields === undefined ? {} : { managedFields }),
  };
}

function ownedByOthers(old: ObjectMeta, next: ObjectMeta): ObjectMeta {
  return {
    ...(old.labels === undefined && next.labels === undefined ? {} : { labels: next.labels ?? {} }),
    ...(old.deletionTimestamp === undefined ? {} : { deletionTimestamp: old.deletionTimestamp }),
  };
}

/** Everything that a generation counts. */
function specificationOf(object: KubeObject): unknown {
  const { metadata: _1, status: _2, apiVersion: _3, ...rest } = object;
  return rest;
}

/** Validate, for an update. Throws Invalid. */
export function validateUpdate(call: Call, next: KubeObject, old: KubeObject, subresource: string | undefined): void {
  const { resource } = call;
  const problems: FieldError[] = [
    ...metadataUpdateProblems(next, old),
    // Kubernetes checks this twice, and says so twice.
    ...metadataUpdateProblems(next, old),
    ...metadataProblems(next, resource),
    ...schemaProblems(resource, next, old),
  ];
  if (subresource !== "status") {
    const context = strategyContext(call);
    problems.push(...(resource.strategy.validate?.(next, context) ?? []));
    problems.push(...(resource.strategy.validateUpdate?.(next, old, context) ?? []));
  }
  refuseProblems(resource, next, problems);
}

function refuseProblems(resource: Resource, object: KubeObject, problems: readonly FieldError[]): void {
  if (problems.length > 0) throw invalid(resource, object.metadata.name ?? "", problems);
}

/**
 * Optimistic concurrency: the version that the client has seen must be the one that is there. A PUT names the object's uid
 * too, if it knows it. Throws Conflict or Invalid.
 */
export function checkVersion(
  resource: Resource,
  next: KubeObject,
  old: KubeObject,
  options: { readonly uid: boolean },
): void {
  const { resourceVersion, uid, name = "" } = next.metadata;
  if (options.uid && uid !== undefined && uid !== "" && uid !== old.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ""}`;
    throw conflict(resource, name, why);
  }
  if (resourceVersion === undefined || resourceVersion === "" || resourceVersion === "0") {
    if (resource.custom || unconditionalRefused.has(`${resource.group}/${resource.kind}`)) {
      throw invalid({ group: resource.group, kind: resource.plural }, name, [
        fieldError.invalid("metadata.resourceVersion", 0, "must be specified for an update"),
      ]);
    }
    return;
  }
  if (resourceVersion !== old.metadata.resourceVersion) throw conflict(resource, name);
}

const unconditionalRefused = new Set([
  "apiextensions.k8s.io/CustomResourceDefinition",
  "apiregistration.k8s.io/APIService",
  "coordination.k8s.io/Lease",
]);

export function withMetadata(object: KubeObject, metadata: Partial<ObjectMeta>): KubeObject {
  return { ...object, metadata: { ...object.metadata, ...metadata } };
}

export function withField(object: KubeObject, field: string, value: unknown): KubeObject {
  if (value === undefined) return withoutField(object, field);
  return { ...object, [field]: value };
}

export function withoutField(object: KubeObject, field: string): KubeObject {
  const { [field]: _, ...rest } = object;
  return rest as KubeObject;
}
