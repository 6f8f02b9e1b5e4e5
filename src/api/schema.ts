import type { Value, Values } from "../base/value.ts";
import type { StructuralSchema, ValidationRule } from "./structural-schema.ts";

declare const outside: unique symbol;

/** A structural schema that also knows the TypeScript type of what the API server returns for it. At run time it is the plain schema. */
export type Schema<T = unknown> = StructuralSchema & { readonly [outside]?: T };

/** The TypeScript type of a schema's values, as the server returns them: fields with a default are there. */
export type ValueOf<S> = S extends { readonly [outside]?: infer T } ? Exclude<T, undefined> : never;

/** A field that may be absent. Only `t.object` understands it. */
export interface OptionalField<S extends Schema = Schema> {
  readonly optional: S;
}

type Field = Schema | OptionalField;
type Fields = Readonly<Record<string, Field>>;
type WithDefault = { readonly default: Value };

type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends OptionalField<infer S> ? (S extends WithDefault ? never : K) : never;
}[keyof F];

type FieldValue<F> = F extends OptionalField<infer S> ? ValueOf<S> : ValueOf<F>;

type Flat<T> = { readonly [K in keyof T]: T[K] };
export type FieldsOf<F extends Fields> = Flat<
  { [K in Exclude<keyof F, OptionalKeys<F>>]: FieldValue<F[K]> } & { [K in OptionalKeys<F>]?: FieldValue<F[K]> }
>;

type StringRules = Pick<StructuralSchema, "minLength" | "maxLength" | "pattern" | "format" | "description"> & {
  readonly default?: string;
};
type NumberRules = Pick<
  StructuralSchema,
  "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" | "format" | "description"
> & { readonly default?: number };
type ArrayRules = Pick<
  StructuralSchema,
  "minItems" | "maxItems" | "x-kubernetes-list-type" | "x-kubernetes-list-map-keys" | "description"
>;
type ObjectRules = Pick<StructuralSchema, "description" | "x-kubernetes-map-type" | "default"> & {
  readonly rules?: readonly ValidationRule[];
};

type Ruled<T, R> = Schema<T> & (R extends WithDefault ? WithDefault : unknown);

/** Builds schemas. Each function returns a plain OpenAPI v3 schema whose TypeScript type is inferred from it. */
export const t = {
  string<const R extends StringRules>(rules?: R): Ruled<string, R> {
    return { type: "string", ...rules } as Ruled<string, R>;
  },

  /** A time as RFC 3339 text. */
  time(rules?: Pick<StringRules, "description">): Schema<string> {
    return { type: "string", format: "date-time", ...rules };
  },

  integer<const R extends NumberRules>(rules?: R): Ruled<number, R> {
    return { type: "integer", ...rules } as Ruled<number, R>;
  },

  number<const R extends NumberRules>(rules?: R): Ruled<number, R> {
    return { type: "number", ...rules } as Ruled<number, R>;
  },

  boolean<const R extends { readonly default?: boolean; readonly description?: string }>(rules?: R): Ruled<boolean, R> {
    return { type: "boolean", ...rules } as Ruled<boolean, R>;
  },

  /** One of some strings. */
  oneOf<
    const V extends readonly string[],
    const R extends { readonly default?: V[number]; readonly description?: string },
  >(values: V, rules?: R): Ruled<V[number], R> {
    return { type: "string", enum: values, ...rules } as Ruled<V[number], R>;
  },

  array<S extends Schema>(items: S, rules?: ArrayRules): Schema<readonly ValueOf<S>[]> {
    return { type: "array", items, ...rules };
  },

  /** A map from any key to values of one schema. */
  map<S extends Schema>(
    values: S,
    rules?: Pick<StructuralSchema, "description" | "maxProperties">,
  ): Schema<Readonly<Record<string, ValueOf<S>>>> {
    return { type: "object", additionalProperties: values, ...rules };
  },

  /** An object of known fields. Fields are required unless wrapped by `t.optional`. */
  object<const F extends Fields, const R extends ObjectRules>(fields: F, options?: R): Ruled<FieldsOf<F>, R> {
    const { rules, ...rest } = options ?? ({} as ObjectRules);
    const entries = Object.entries(fields);
    const required = entries.filter(([, field]) => !isOptional(field)).map(([name]) => name);
    return {
      type: "object",
      properties: Object.fromEntries(
        entries.map(([name, field]) => [name, isOptional(field) ? field.optional : field]),
      ),
      ...(required.length === 0 ? {} : { required: required.sort() }),
      ...rest,
      ...(rules === undefined ? {} : { "x-kubernetes-validations": rules }),
    } as unknown as Ruled<FieldsOf<F>, R>;
  },

  optional<S extends Schema>(schema: S): OptionalField<S> {
    return { optional: schema };
  },

  /** Any JSON, kept as it is. */
  preserveUnknown<T = Values>(rules?: Pick<StructuralSchema, "description">): Schema<T> {
    return { "x-kubernetes-preserve-unknown-fields": true, ...rules };
  },

  intOrString(rules?: Pick<StructuralSchema, "description">): Schema<number | string> {
    return { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true, ...rules };
  },

  /** Lets null stand for a value. */
  nullable<S extends Schema>(schema: S): Schema<ValueOf<S> | null> {
    return { ...schema, nullable: true } as Schema<ValueOf<S> | null>;
  },
} as const;

function isOptional(field: Field): field is OptionalField {
  return "optional" in field;
}
