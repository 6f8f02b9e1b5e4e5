import { type FieldError, fieldError, type KubeObject, type ObjectMeta } from "../../api/index.ts";
import { formatRfc3339 } from "../../base/time.ts";
import type { Resource } from "../registry/resource.ts";
import { labelValueProblems, nameProblems, qualifiedNameProblems } from "./names.ts";

/** The time of now as metadata shows it: whole seconds. */
export function timestamp(now: Date): string {
  return formatRfc3339(new Date(Math.floor(now.getTime() / 1000) * 1000));
}

/** rest.FillObjectMetaSystemFields and what BeforeCreate clears. */
export function stampMetadata(
  object: KubeObject,
  options: { readonly now: Date; readonly namespace: string | undefined },
): KubeObject {
  const {
    deletionTimestamp: _1,
    deletionGracePeriodSeconds: _2,
    selfLink: _3,
    resourceVersion: _4,
    generation: _5,
    ...sent
  } = object.metadata as ObjectMeta & { readonly selfLink?: string };
  const { name, generateName, namespace: _6, uid: _7, creationTimestamp: _8, ...rest } = sent;
  return {
    ...object,
    metadata: {
      ...(name === undefined || name === "" ? {} : { name }),
      ...(generateName === undefined || generateName === "" ? {} : { generateName }),
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      uid: crypto.randomUUID(),
      creationTimestamp: timestamp(options.now),
      ...withoutEmpty(rest),
    },
  };
}

/** Go's omitempty: empty maps and lists of metadata are not stored. */
export function withoutEmpty<T extends object>(metadata: T): T {
  return Object.fromEntries(
    Object.entries(metadata).filter(([name, value]) => {
      if (value === null || value === "") return false;
      if (
        name !== "labels" &&
        name !== "annotations" &&
        name !== "finalizers" &&
        name !== "ownerReferences" &&
        name !== "managedFields"
      )
        return true;
      return Object.keys(value as object).length > 0;
    }),
  ) as T;
}

const suffixLetters = "bcdfghjklmnpqrstvwxz2456789";

/** names.SimpleNameGenerator: the prefix, cut to fit, and five letters that make no words. */
export function generateName(prefix: string): string {
  const random = crypto.getRandomValues(new Uint8Array(5));
  return prefix.slice(0, 58) + [...random].map((byte) => suffixLetters[byte % suffixLetters.length]).join("");
}

/** validation.ValidateObjectMeta. */
export function metadataProblems(object: KubeObject, resource: Resource): readonly FieldError[] {
  const {
    name = "",
    generateName: prefix = "",
    namespace,
    labels = {},
    annotations = {},
    finalizers = [],
  } = object.metadata;
  const rule = resource.strategy.nameRule ?? "subdomain";
  const problems: FieldError[] = [];
  if (prefix !== "") {
    problems.push(
      ...nameProblems(rule, prefix, true).map((text) => fieldError.invalid("metadata.generateName", prefix, text)),
    );
  }
  if (name === "") problems.push(fieldError.required("metadata.name", "name or generateName is required"));
  else problems.push(...nameProblems(rule, name).map((text) => fieldError.invalid("metadata.name", name, text)));
  if (resource.namespaced) {
    if (namespace === undefined || namespace === "") problems.push(fieldError.required("metadata.namespace", ""));
    else
      problems.push(
        ...nameProblems("label", namespace).map((text) => fieldError.invalid("metadata.namespace", namespace, text)),
      );
  } else if (namespace !== undefined && namespace !== "") {
    problems.push(fieldError.forbidden("metadata.namespace", "not allowed on this type"));
  }
  problems.push(...labelProblems(labels, "metadata.labels"), ...annotationProblems(annotations));
  problems.push(...ownerProblems(object.metadata.ownerReferences ?? []));
  for (const [index, finalizer] of finalizers.entries()) {
    const field = `metadata.finalizers[${index}]`;
    problems.push(...qualifiedNameProblems(finalizer).map((text) => fieldError.invalid(field, finalizer, text)));
  }
  return problems;
}

export function labelProblems(labels: Readonly<Record<string, string>>, field: string): readonly FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedNameProblems(key).map((text) => fieldError.invalid(field, key, text)),
    ...labelValueProblems(String(value)).map((text) => fieldError.invalid(field, value, text)),
  ]);
}

const annotationLimit = 256 * 1024;

function annotationProblems(annotations: Readonly<Record<string, string>>): readonly FieldError[] {
  const problems: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations)) {
    const lower = key.toLowerCase();
    problems.push(...qualifiedNameProblems(lower).map((text) => fieldError.invalid("metadata.annotations", key, text)));
    size += key.length + String(value).length;
  }
  if (size > annotationLimit) problems.push(fieldError.tooLong("metadata.annotations", annotationLimit));
  return problems;
}

function ownerProblems(owners: NonNullable<ObjectMeta["ownerReferences"]>): readonly FieldError[] {
  const problems: FieldError[] = [];
  let controller: string | undefined;
  for (const [index, owner] of owners.entries()) {
    const field = `metadata.ownerReferences[${index}]`;
    for (const name of ["apiVersion", "kind", "name", "uid"] as const) {
      const value = owner[name] ?? "";
      if (value === "") {
        problems.push(
          name === "apiVersion"
            ? fieldError.invalid(`${field}.apiVersion`, "", "version must not be empty")
            : fieldError.invalid(`${field}.${name}`, "", `${name} must not be empty`),
        );
      }
    }
    if (owner.controller !== true) continue;
    if (controller !== undefined) {
      problems.push(
        fieldError.invalid(
          "metadata.ownerReferences",
          owners,
          `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${owner.kind}/${owner.name}`,
        ),
      );
    }
    controller = `${owner.kind}/${owner.name}`;
  }
  return problems;
}

const ownFinalizers = new Set(["orphan", "foregroundDeletion"]);

/** Names that anybody else may use as well. */
export function finalizerWarnings({ metadata: { finalizers = [] } }: KubeObject): readonly string[] {
  return finalizers
    .filter((finalizer) => !finalizer.includes("/") && !ownFinalizers.has(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers`,
    );
}

/** validation.ValidateObjectMetaUpdate: what must stay as it is. */
export function metadataUpdateProblems(next: KubeObject, old: KubeObject): readonly FieldError[] {
  const problems: FieldError[] = [];
  for (const field of ["name", "namespace", "uid", "creationTimestamp"] as const) {
    if ((next.metadata[field] ?? "") !== (old.metadata[field] ?? "")) {
      problems.push(fieldError.invalid(`metadata.${field}`, next.metadata[field] ?? "", "field is immutable"));
    }
  }
  if (old.metadata.deletionTimestamp !== undefined) {
    const before = new Set(old.metadata.finalizers ?? []);
    const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
    if (added.length > 0) {
      problems.push(
        fieldError.forbidden(
          "metadata.finalizers",
          `no new finalizers can be added if the object is being deleted, found new finalizers ${goStrings(added)}`,
        ),
      );
    }
  }
  return problems;
}

/** Go's %#v of a []string. */
function goStrings(values: readonly string[]): string {
  return `[]string{${values.map((value) => JSON.stringify(value)).join(", ")}}`;
}
