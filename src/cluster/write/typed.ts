import { badRequest, type KubeObject, prune, schemaOf, type StructuralSchema } from "../../api/index.ts";
import { formatQuantity, tryParseQuantity } from "../../base/quantity.ts";
import { isValues } from "../../base/value.ts";
import { withoutEmpty } from "./metadata.ts";
import type { Resource } from "../registry/resource.ts";

/**
 * Reads a value as Go's decoder reads it into the type of one of Kubernetes' own kinds: fields the type does not have are
 * dropped and named, null is as good as absent, a value of another type is refused. Of custom kinds only the metadata is typed.
 */
export function decodeTyped(
  resource: Resource,
  value: Readonly<Record<string, unknown>>,
): { readonly object: KubeObject; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const at = { kind: resource.kind, version: resource.version, unknown };
  if (!resource.custom && resource.schema !== undefined) {
    const object = decode(at, resource.schema, value, "", resource.kind) as KubeObject;
    return { object: withMetadata(object), unknown };
  }
  const own = schemaOf({ group: "", version: "v1", kind: "ConfigMap" })?.properties?.["metadata"];
  const metadata = value["metadata"] === undefined || value["metadata"] === null ? {} : value["metadata"];
  const decoded = own === undefined ? metadata : decode(at, own, metadata, "metadata", "ObjectMeta");
  const whole = withMetadata({ ...value, metadata: decoded } as KubeObject);
  if (resource.schema === undefined) return { object: whole, unknown };
  const pruned = prune(whole, resource.schema);
  return { object: pruned.value, unknown: [...unknown, ...pruned.unknown] };
}

function withMetadata(object: KubeObject): KubeObject {
  return { ...(object as object), metadata: withoutEmpty(object.metadata ?? {}) } as KubeObject;
}

interface At {
  readonly kind: string;
  readonly version: string;
  readonly unknown: string[];
}

function decode(at: At, schema: StructuralSchema, value: unknown, path: string, owner: string): unknown {
  if (schema.format === "quantity") return canonicalQuantity(at, value);
  if (schema["x-kubernetes-int-or-string"] === true) {
    if (typeof value === "string" || typeof value === "number") return value;
    throw mistyped(at, value, path, owner, "int32");
  }
  switch (schema.type) {
    case "object":
      return decodeObject(at, schema, value, path, owner);
    case "array":
      if (!Array.isArray(value)) throw mistyped(at, value, path, owner, `[]${goType(schema.items)}`);
      return value.map((item, index) =>
        item === null || schema.items === undefined ? item : decode(at, schema.items, item, `${path}[${index}]`, owner),
      );
    case "string":
      if (typeof value === "string") return value;
      throw mistyped(at, value, path, owner, "string");
    case "boolean":
      if (typeof value === "boolean") return value;
      throw mistyped(at, value, path, owner, "bool");
    case "integer":
      if (typeof value === "number" && Number.isInteger(value)) return value;
      throw mistyped(at, value, path, owner, schema.format === "int32" ? "int32" : "int64");
    case "number":
      if (typeof value === "number") return value;
      throw mistyped(at, value, path, owner, "float64");
    case undefined:
      return value;
  }
}

function decodeObject(at: At, schema: StructuralSchema, value: unknown, path: string, owner: string): unknown {
  const { properties, additionalProperties } = schema;
  if (!isValues(value)) {
    const element = typeof additionalProperties === "object" ? goType(additionalProperties) : "interface {}";
    throw mistyped(at, value, path, owner, properties === undefined ? `map[string]${element}` : "struct");
  }
  const fields: [string, unknown][] = [];
  for (const [name, child] of Object.entries(value)) {
    const below = path === "" ? name : `${path}.${name}`;
    const known = properties !== undefined && Object.hasOwn(properties, name) ? properties[name] : undefined;
    const type = known ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    if (type === undefined) {
      const isOpen = (properties === undefined && additionalProperties !== false) || additionalProperties === true;
      if (isOpen) fields.push([name, child]);
      else at.unknown.push(below);
    } else if (child === null && known !== undefined) continue;
    else fields.push([name, child === null ? zeroOf(type) : decode(at, type, child, below, owner)]);
  }
  return Object.fromEntries(fields);
}

/** Kubernetes stores amounts in their canonical form: "1024Mi" is "1Gi", 0.5 is "500m". */
function canonicalQuantity({ kind, version }: At, value: unknown): string {
  const quantity = typeof value === "string" || typeof value === "number" ? tryParseQuantity(String(value)) : undefined;
  if (quantity !== undefined) return formatQuantity(quantity);
  throw badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  );
}

/** Go's zero value, which null in a map stands for. */
function zeroOf(schema: StructuralSchema): unknown {
  switch (schema.type) {
    case "string":
      return "";
    case "integer":
    case "number":
      return 0;
    case "boolean":
      return false;
    case "object":
      return {};
    case "array":
    case undefined:
      return null;
  }
}

function goType(schema: StructuralSchema | undefined): string {
  switch (schema?.type) {
    case "string":
      return "string";
    case "integer":
      return schema.format === "int32" ? "int32" : "int64";
    case "number":
      return "float64";
    case "boolean":
      return "bool";
    case "array":
      return `[]${goType(schema.items)}`;
    case "object":
    case undefined:
      return "interface {}";
  }
}

function mistyped(at: At, value: unknown, path: string, owner: string, wanted: string): Error {
  const found = Array.isArray(value)
    ? "array"
    : typeof value === "boolean"
      ? "bool"
      : typeof value === "number"
        ? Number.isInteger(value)
          ? "number"
          : `number ${value}`
        : typeof value === "string"
          ? "string"
          : "object";
  const field = path.replaceAll(/\[\d+\]/g, "");
  return badRequest(
    `${at.kind} in version ${JSON.stringify(at.version)} cannot be handled as a ${at.kind}: json: cannot unmarshal ${found} into Go struct field ${owner}.${field} of type ${wanted}`,
  );
}
