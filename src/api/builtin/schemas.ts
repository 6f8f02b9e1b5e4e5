import type { StructuralSchema } from "../structural-schema.ts";
import stored from "./schemas.json" with { type: "json" };

/** The schema of one of Kubernetes' own kinds: a CRD's keywords, and how a strategic merge patch treats lists. May be cyclic. */
export interface BuiltinSchema extends StructuralSchema {
  readonly properties?: Readonly<Record<string, BuiltinSchema>>;
  readonly additionalProperties?: boolean | BuiltinSchema;
  readonly items?: BuiltinSchema;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
}

type Stored = { readonly [keyword: string]: unknown };
type Unfinished = { -readonly [keyword in keyof BuiltinSchema]: BuiltinSchema[keyword] };

const kinds = new Map<string, string>(Object.entries(stored.kinds));
const texts = new Map<string, string>(Object.entries(stored.definitions));
const definitions = new Map<string, Unfinished>();
const unfinished = new Set<string>();

/** The schema of one of Kubernetes' own kinds, undefined for any other. Parsed on first use; equal types are the same value. */
export function schemaOf(kind: {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}): BuiltinSchema | undefined {
  const name = kinds.get(`${kind.group}/${kind.version}/${kind.kind}`);
  if (name === undefined) return undefined;
  const later: (() => void)[] = [];
  const schema = definition(name, later);
  for (const finish of later) finish();
  return schema;
}

function definition(name: string, later: (() => void)[]): Unfinished {
  const known = definitions.get(name);
  if (known !== undefined) return known;
  const text = texts.get(name);
  if (text === undefined) throw new Error(`cannot resolve schema ${JSON.stringify(name)}: it was not generated`);
  // Entered before it is filled: JSONSchemaProps refers to itself.
  const schema: Unfinished = {};
  definitions.set(name, schema);
  unfinished.add(name);
  Object.assign(schema, resolve(JSON.parse(text) as Stored, later));
  unfinished.delete(name);
  return schema;
}

function resolve(
  { $ref, properties, items, additionalProperties, ...rest }: Stored,
  later: (() => void)[],
): Unfinished {
  const schema: Unfinished = { ...rest };
  if (properties !== undefined) {
    schema.properties = Object.fromEntries(
      Object.entries(properties as Record<string, Stored>).map(([name, property]) => [name, resolve(property, later)]),
    );
  }
  if (items !== undefined) schema.items = resolve(items as Stored, later);
  if (typeof additionalProperties === "boolean") schema.additionalProperties = additionalProperties;
  else if (additionalProperties !== undefined) {
    schema.additionalProperties = resolve(additionalProperties as Stored, later);
  }
  if (typeof $ref !== "string") return schema;
  const target = definition($ref, later);
  if (Object.keys(schema).length === 0) return target;
  const merge = () => Object.assign(schema, { ...target, ...schema });
  if (unfinished.has($ref)) later.push(merge);
  else merge();
  return schema;
}
