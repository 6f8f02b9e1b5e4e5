import { schemaOf, type StructuralSchema } from "../../api/index.ts";

/** What may stand at a place of an object. A type with several of the three accepts any of them. */
export interface FieldType {
  readonly scalar?: "numeric" | "string" | "boolean" | "untyped";
  readonly list?: ListType;
  readonly map?: MapType;
}

export interface ListType {
  /** Atomic lists have one owner; associative ones an owner for each item. */
  readonly atomic: boolean;
  /** The fields that tell the items apart; none for a set of scalars. */
  readonly keys: readonly string[];
  readonly element: () => FieldType;
}

export interface MapType {
  readonly atomic: boolean;
  readonly field: (name: string) => { readonly type: FieldType; readonly default?: unknown } | undefined;
  /** The type of fields that are not declared; undefined where there must be none. */
  readonly element: FieldType | undefined;
  /** True for free-form objects: they say nothing about ownership. */
  readonly deduced: boolean;
}

const untyped: FieldType = {
  scalar: "untyped",
  list: { atomic: true, keys: [], element: () => untyped },
  get map(): MapType {
    return { atomic: true, field: () => undefined, element: untyped, deduced: false };
  },
};

/** The type of what has no schema: maps field by field, lists as a whole. */
export const deduced: FieldType = {
  scalar: "untyped",
  list: { atomic: true, keys: [], element: () => untyped },
  get map(): MapType {
    return { atomic: false, field: () => undefined, element: deduced, deduced: true };
  },
};

const nothing: FieldType = {};
const plain = new WeakMap<StructuralSchema, FieldType>();
const open = new WeakMap<StructuralSchema, FieldType>();
const objects = new WeakMap<StructuralSchema, FieldType>();

/** The type of whole objects of a kind. Where the schema leaves `metadata` open, as CRDs do, it is Kubernetes' own. */
export function objectTypeOf(schema: StructuralSchema | undefined): FieldType {
  if (schema === undefined) return deduced;
  let type = objects.get(schema);
  if (type === undefined) {
    const metadata = schema.properties?.["metadata"];
    const own = schemaOf({ group: "", version: "v1", kind: "ConfigMap" })?.properties?.["metadata"];
    type = typeOf({
      ...schema,
      properties: {
        apiVersion: { type: "string" },
        kind: { type: "string" },
        ...schema.properties,
        ...(metadata?.properties?.["managedFields"] === undefined && own !== undefined ? { metadata: own } : {}),
      },
    });
    objects.set(schema, type);
  }
  return type;
}

function typeOf(schema: StructuralSchema, preserve = false): FieldType {
  // An object that keeps unknown fields lets everything below it keep them too.
  const keeps = preserve || schema["x-kubernetes-preserve-unknown-fields"] === true;
  const known = keeps ? open : plain;
  let type = known.get(schema);
  if (type === undefined) {
    type = toType(schema, keeps);
    known.set(schema, type);
  }
  return type;
}

function toType(schema: StructuralSchema, keeps: boolean): FieldType {
  if (schema.format === "quantity") return { scalar: "untyped" };
  const { type } = schema;
  if (type === undefined) {
    return { scalar: "untyped", list: listOf(schema, keeps), map: mapOf(schema, keeps) };
  }
  switch (type) {
    case "object":
      return { map: mapOf(schema, keeps) };
    case "array":
      return { list: listOf(schema, keeps) };
    case "integer":
    case "number":
      return { scalar: "numeric" };
    case "boolean":
      return { scalar: "boolean" };
    case "string":
      return { scalar: schema.format === undefined || schema.format === "byte" ? "string" : "untyped" };
  }
}

type MergeKeywords = {
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
};

function listOf(schema: StructuralSchema & MergeKeywords, keeps: boolean): ListType {
  const { items } = schema;
  const element = () => (items === undefined ? untyped : typeOf(items, keeps));
  const mergeKey = schema["x-kubernetes-patch-merge-key"];
  const listType = schema["x-kubernetes-list-type"];
  if (listType === undefined) {
    // Built-in kinds of old say it for patches only.
    if (schema["x-kubernetes-patch-strategy"]?.startsWith("merge") !== true) return { atomic: true, keys: [], element };
    return { atomic: false, keys: mergeKey === undefined ? [] : [mergeKey], element };
  }
  switch (listType) {
    case "map":
      return { atomic: false, keys: schema["x-kubernetes-list-map-keys"] ?? [], element };
    case "set":
      return { atomic: false, keys: [], element };
    case "atomic":
      return { atomic: true, keys: [], element };
  }
}

function mapOf(schema: StructuralSchema, keeps: boolean): MapType {
  const properties = schema.properties ?? {};
  const { additionalProperties } = schema;
  const empty = Object.keys(properties).length === 0;
  const element = (): FieldType | undefined => {
    if (typeof additionalProperties === "object") return typeOf(additionalProperties, keeps);
    if (additionalProperties === undefined) return keeps || empty ? deduced : undefined;
    return additionalProperties ? deduced : undefined;
  };
  return {
    atomic: schema["x-kubernetes-map-type"] === "atomic",
    field(name) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return property === undefined ? undefined : { type: typeOf(property, keeps), default: property.default };
    },
    get element() {
      return element();
    },
    get deduced() {
      return empty && element() === deduced;
    },
  };
}

/** The type of one field of a map; a type that accepts nothing for a field that is not declared. */
export function fieldTypeOf(map: MapType, name: string): FieldType {
  return map.field(name)?.type ?? map.element ?? nothing;
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Leaves of a type only what the value is; all of it for null, for nothing, and for a value that does not fit. */
export function deduceType(type: FieldType, value: unknown): FieldType {
  if (value === undefined || value === null) return type;
  if (isList(value)) return type.list === undefined ? type : { list: type.list };
  if (isMap(value)) return type.map === undefined ? type : { map: type.map };
  return type.scalar === undefined ? type : { scalar: type.scalar };
}

/** True when both were deduced from one type with the same result. */
export function isSameType(a: FieldType, b: FieldType): boolean {
  return (
    (a.map === undefined) === (b.map === undefined) &&
    (a.list === undefined) === (b.list === undefined) &&
    (a.scalar === undefined) === (b.scalar === undefined)
  );
}
