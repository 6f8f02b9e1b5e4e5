import { type Draft, isObject, type SchemaNode } from "./document.ts";
import { isPlainPattern } from "./plain-pattern.ts";

/** Tells whether a keyword's value is surely what the metaschema wants; `below` looks at a schema inside it. */
type Rule = (value: unknown, look: Look) => boolean;

interface Look {
  readonly draft: Draft;
  readonly below: (schema: unknown) => boolean;
}

/**
 * A quick look at a schema before its draft's metaschema is asked: true for a schema that is surely valid against it, false for all that
 * only the metaschema can tell. Nearly every chart's schema is plain, and the whole check takes ten times as long.
 */
export function isPlainSchema(root: SchemaNode, draft: Draft): boolean {
  let depth = 0;
  const look: Look = {
    draft,
    below: (schema) => {
      if (typeof schema === "boolean") return draft > 4;
      if (!isObject(schema) || depth >= deepest) return false;
      depth += 1;
      const isPlain = Object.keys(schema).every((keyword) => {
        const rule = rules.get(keyword);
        return rule === undefined ? !keyword.startsWith("$") : rule(schema[keyword], look);
      });
      depth -= 1;
      return isPlain;
    },
  };
  if (typeof root === "boolean") return look.below(root);
  // The draft was found by it.
  const { $schema: _, ...keywords } = root;
  return look.below(keywords);
}

/** Deeper schemas are left to the metaschema, which knows where to stop. */
const deepest = 100;

const isText: Rule = (value) => typeof value === "string";
const isFlag: Rule = (value) => typeof value === "boolean";
const isNumber: Rule = (value) => typeof value === "number";
const isCount: Rule = (value) => Number.isInteger(value) && (value as number) >= 0;
const isSchema: Rule = (value, { below }) => below(value);
const isFlagOrSchema: Rule = (value, { below }) => typeof value === "boolean" || below(value);
const isSchemaList: Rule = (value, { below }) => Array.isArray(value) && value.length > 0 && value.every(below);
const isSchemaMap: Rule = (value, { below }) => isObject(value) && Object.values(value).every(below);
const isAnything: Rule = () => true;
// In draft 4 they are flags of `minimum` and `maximum`.
const isBound: Rule = (value, { draft }) => draft > 4 && typeof value === "number";
const isPattern: Rule = (value) => typeof value === "string" && isPlainPattern(value);

// What is not among them and begins with `$` is left to the metaschema; other names mean nothing to it.
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ...keywords(["title", "description", "$comment", "format", "contentMediaType", "contentEncoding"], isText),
  ...keywords(["uniqueItems", "readOnly", "writeOnly", "deprecated"], isFlag),
  ...keywords(["minimum", "maximum"], isNumber),
  ...keywords(["exclusiveMinimum", "exclusiveMaximum"], isBound),
  ...keywords(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"], isCount),
  ...keywords(["minContains", "maxContains"], isCount),
  ...keywords(["not", "if", "then", "else", "contains", "propertyNames", "unevaluatedItems"], isSchema),
  ...keywords(["unevaluatedProperties", "contentSchema"], isSchema),
  ...keywords(["additionalProperties", "additionalItems"], isFlagOrSchema),
  ...keywords(["allOf", "anyOf", "oneOf", "prefixItems"], isSchemaList),
  ...keywords(["properties", "definitions", "$defs", "dependentSchemas"], isSchemaMap),
  ...keywords(["default", "const"], isAnything),
  ["examples", (value) => Array.isArray(value)],
  ["multipleOf", (value) => typeof value === "number" && value > 0],
  ["items", (value, look) => isSchema(value, look) || (look.draft < 2020 && isSchemaList(value, look))],
  [
    "patternProperties",
    (value, look) => isSchemaMap(value, look) && Object.keys(value as object).every(isPlainPattern),
  ],
  ["pattern", isPattern],
  ["required", isNameList],
  ["enum", isPlainEnum],
  ["type", isPlainType],
  ["$ref", (value) => typeof value === "string" && localReference.test(value)],
  ["$id", (value) => typeof value === "string" && webAddress.test(value)],
  ...keywords(["dependencies", "dependentRequired", "id"], () => false),
]);

const localReference = /^#(?:\/[\w$.~-]+)*$/;
const webAddress = /^https?:\/\/[a-z0-9.-]+(?:\/[\w.-]+)*#?$/;
const types = new Set<unknown>(["array", "boolean", "integer", "null", "number", "object", "string"]);

function keywords(names: readonly string[], rule: Rule): [string, Rule][] {
  return names.map((name) => [name, rule]);
}

function isNameList(value: unknown, { draft }: Look): boolean {
  return (
    Array.isArray(value) &&
    (value.length > 0 || draft > 4) &&
    value.every((name) => typeof name === "string") &&
    areUnique(value)
  );
}

function isPlainEnum(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isScalar) && areUnique(value);
}

function isPlainType(value: unknown): boolean {
  return (
    types.has(value) ||
    (Array.isArray(value) && value.length > 0 && value.every((one) => types.has(one)) && areUnique(value))
  );
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function areUnique(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}
