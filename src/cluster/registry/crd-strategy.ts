import { type FieldError, fieldError, type KubeObject, type StructuralSchema } from "../../api/index.ts";
import { nameProblems } from "../write/names.ts";
import { unreadableRules } from "../write/rules.ts";
import type { CrdSpec, CrdVersion } from "./custom.ts";
import type { Strategy } from "./resource.ts";

interface CrdStatus {
  readonly storedVersions?: readonly string[];
  readonly [field: string]: unknown;
}

/** What is particular about CustomResourceDefinitions themselves. */
export const crdStrategy: Partial<Strategy> = {
  applyDefaults(object) {
    const spec = object["spec"] as CrdSpec | undefined;
    if (spec === undefined) return object;
    const { names = {} as Partial<CrdSpec["names"]> } = spec;
    const { kind = "", singular, listKind } = names;
    return {
      ...object,
      spec: {
        ...spec,
        names: {
          ...names,
          ...(singular === undefined || singular === "" ? { singular: kind.toLowerCase() } : {}),
          ...((listKind === undefined || listKind === "") && kind !== "" ? { listKind: `${kind}List` } : {}),
        },
        conversion: (spec as { readonly conversion?: unknown }).conversion ?? { strategy: "None" },
      },
    };
  },

  prepareForCreate: (object) => ({
    ...object,
    status: { acceptedNames: { kind: "", plural: "" }, conditions: [], storedVersions: storedVersions(object, []) },
  }),

  prepareForUpdate(next, old) {
    const status = (old["status"] ?? {}) as CrdStatus;
    return { ...next, status: { ...status, storedVersions: storedVersions(next, status.storedVersions ?? []) } };
  },

  validate(object) {
    const spec = object["spec"] as CrdSpec | undefined;
    if (spec === undefined) return [fieldError.required("spec", "")];
    return crdProblems(object.metadata.name ?? "", spec);
  },

  validateUpdate(next, old) {
    const before = old["spec"] as CrdSpec;
    const after = next["spec"] as CrdSpec;
    const problems: FieldError[] = [];
    for (const [field, was, is] of [
      ["spec.group", before.group, after.group],
      ["spec.names.plural", before.names.plural, after.names.plural],
      ["spec.scope", before.scope, after.scope],
      ["spec.names.kind", before.names.kind, after.names.kind],
    ] as const) {
      if (was !== is) problems.push(fieldError.invalid(field, is, "field is immutable"));
    }
    const names = new Set(after.versions.map(({ name }) => name));
    const stored = ((old["status"] ?? {}) as CrdStatus).storedVersions ?? [];
    for (const [index, version] of stored.entries()) {
      if (names.has(version)) continue;
      const field = `status.storedVersions[${index}]`;
      problems.push(
        fieldError.invalid(
          field,
          version,
          "missing from spec.versions; must be present in spec.versions until it is removed from status.storedVersions",
        ),
      );
    }
    return problems;
  },

  warnings(object) {
    const { versions = [] } = (object["spec"] ?? {}) as Partial<CrdSpec>;
    return versions.flatMap(({ schema }, index) => {
      const root = schema?.openAPIV3Schema;
      if (root === undefined) return [];
      return unreadableRules(root, `spec.versions[${index}].schema.openAPIV3Schema`).map(
        ({ field, why }) => `${field}: this rule is not checked by this server: ${why}`,
      );
    });
  },

  markDeleted(object, now) {
    const status = (object["status"] ?? {}) as CrdStatus;
    return { ...object, status: withCondition(status, terminating("InstanceDeletionPending"), now) };
  },
};

const pendingText = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon";

export function terminating(reason: "InstanceDeletionPending"): CrdCondition {
  return { type: "Terminating", status: "True", reason, message: pendingText };
}

export interface CrdCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

/** Sets a condition of a CRD; its time changes with its status only. */
export function withCondition<S extends { readonly [field: string]: unknown }>(
  status: S,
  condition: CrdCondition,
  now: Date,
): S {
  const conditions = (status["conditions"] ?? []) as readonly (CrdCondition & {
    readonly lastTransitionTime?: string;
  })[];
  const old = conditions.find(({ type }) => type === condition.type);
  const lastTransitionTime =
    old !== undefined && old.status === condition.status && old.lastTransitionTime !== undefined
      ? old.lastTransitionTime
      : now.toISOString().replace(/\.\d+Z$/, "Z");
  const { type, status: value, reason, message } = condition;
  const next = { type, status: value, lastTransitionTime, reason, message };
  return {
    ...status,
    conditions:
      old === undefined
        ? [...conditions, next]
        : conditions.map((existing) => (existing.type === type ? next : existing)),
  };
}

function storedVersions(object: KubeObject, known: readonly string[]): readonly string[] {
  const { versions = [] } = (object["spec"] ?? {}) as Partial<CrdSpec>;
  const storage = versions.find((version) => version.storage);
  return storage === undefined || known.includes(storage.name) ? known : [...known, storage.name];
}

function crdProblems(name: string, spec: CrdSpec): readonly FieldError[] {
  const { group = "", names, scope, versions = [] } = spec;
  const problems: FieldError[] = [];
  if (name !== `${names?.plural ?? ""}.${group}`) {
    problems.push(fieldError.invalid("metadata.name", name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (group === "") problems.push(fieldError.required("spec.group", ""));
  else {
    problems.push(...nameProblems("subdomain", group).map((text) => fieldError.invalid("spec.group", group, text)));
    if (!group.includes("."))
      problems.push(fieldError.invalid("spec.group", group, "should be a domain with at least one dot"));
  }
  if (scope === undefined) problems.push(fieldError.required("spec.scope", ""));
  else if (scope !== "Cluster" && scope !== "Namespaced") {
    problems.push(fieldError.notSupported("spec.scope", scope, ["Cluster", "Namespaced"]));
  }
  for (const [index, version] of versions.entries())
    problems.push(...versionProblems(version, `spec.versions[${index}]`));
  if (new Set(versions.map((version) => version.name)).size < versions.length) {
    problems.push(fieldError.invalid("spec.versions", versions, "must contain unique version names"));
  }
  if (versions.filter(({ storage }) => storage).length !== 1) {
    problems.push(
      fieldError.invalid("spec.versions", versions, "must have exactly one version marked as storage version"),
    );
  }
  problems.push(...namesProblems(names ?? {}));
  return problems;
}

function namesProblems(names: Partial<CrdSpec["names"]>): readonly FieldError[] {
  const { plural = "", singular = "", kind = "", listKind = "", shortNames = [], categories = [] } = names;
  const labels = (field: string, value: string, checked = value) =>
    nameProblems("label-1035", checked).map((text) => fieldError.invalid(`spec.names.${field}`, value, text));
  return [
    ...(plural === "" ? [fieldError.required("spec.names.plural", "")] : labels("plural", plural)),
    ...(singular === "" ? [fieldError.required("spec.names.singular", "")] : labels("singular", singular)),
    ...(kind === "" ? [fieldError.required("spec.names.kind", "")] : labels("kind", kind, kind.toLowerCase())),
    ...(listKind === ""
      ? [fieldError.required("spec.names.listKind", "")]
      : labels("listKind", listKind, listKind.toLowerCase())),
    ...(kind !== "" && kind === listKind
      ? [fieldError.invalid("spec.names.listKind", listKind, "kind and listKind may not be the same")]
      : []),
    ...shortNames.flatMap((name, index) => labels(`shortNames[${index}]`, name)),
    ...categories.flatMap((name, index) => labels(`categories[${index}]`, name)),
  ];
}

function versionProblems(version: CrdVersion, field: string): readonly FieldError[] {
  const { name = "", schema } = version;
  const problems = nameProblems("label-1035", name).map((text) => fieldError.invalid(`${field}.name`, name, text));
  const root = schema?.openAPIV3Schema;
  const at = `${field}.schema.openAPIV3Schema`;
  if (root === undefined) return [...problems, fieldError.required(at, "")];
  if (root.type === undefined) problems.push(fieldError.required(`${at}.type`, "must not be empty at the root"));
  else if (root.type !== "object")
    problems.push(fieldError.invalid(`${at}.type`, root.type, "must be object at the root"));
  return [...problems, ...schemaProblems(root, at, true)];
}

const types = ["array", "boolean", "integer", "number", "object", "string"];

/** What keeps a schema from being structural. */
function schemaProblems(schema: StructuralSchema, field: string, isRoot: boolean): readonly FieldError[] {
  const problems: FieldError[] = [];
  const isOpen =
    schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (schema.type === undefined) {
    if (!isRoot && !isOpen)
      problems.push(fieldError.required(`${field}.type`, "must not be empty for specified object fields"));
  } else if (!types.includes(schema.type)) problems.push(fieldError.notSupported(`${field}.type`, schema.type, types));
  if (schema.type === "array" && schema.items === undefined)
    problems.push(fieldError.required(`${field}.items`, "must be specified"));
  if (schema.items !== undefined) problems.push(...schemaProblems(schema.items, `${field}.items`, false));
  if (typeof schema.additionalProperties === "object") {
    if (schema.properties !== undefined) {
      problems.push(
        fieldError.forbidden(
          `${field}.additionalProperties`,
          "additionalProperties and properties are mutual exclusive",
        ),
      );
    }
    problems.push(...schemaProblems(schema.additionalProperties, `${field}.additionalProperties`, false));
  }
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (isRoot && name === "metadata") continue;
    problems.push(...schemaProblems(property, `${field}.properties[${name}]`, false));
  }
  const listType = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  if (listType === "map" && keys.length === 0) {
    problems.push(
      fieldError.required(`${field}.x-kubernetes-list-map-keys`, "must not be empty if x-kubernetes-list-type is map"),
    );
  }
  return problems;
}
