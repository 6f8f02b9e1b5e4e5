import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Arbitrary,
  array,
  constantFrom,
  dictionary,
  assert as everywhere,
  jsonValue,
  oneof,
  property,
  record,
  string,
} from "fast-check";
import { crdManifests } from "../kinds/index.ts";
import type { StructuralSchema } from "../structural-schema.ts";
import { applyDefaults } from "./default.ts";
import { prune } from "./prune.ts";
import { validate } from "./validate.ts";

interface CrdSpec {
  readonly names: { readonly kind: string };
  readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: StructuralSchema } }[];
}

const schemas = crdManifests().map((crd) => {
  const { names, versions } = crd["spec"] as CrdSpec;
  return { kind: names.kind, schema: versions[0]?.schema.openAPIV3Schema ?? {} };
});

/** Objects that have many of the schema's fields, and now and then something else in their place. */
function objectsLike(schema: StructuralSchema): Arbitrary<unknown> {
  const junk = jsonValue({ maxDepth: 3 });
  const fitting = ((): Arbitrary<unknown> => {
    if (schema.enum !== undefined) return constantFrom(...schema.enum);
    if (schema.items !== undefined) return array(objectsLike(schema.items), { maxLength: 3 });
    if (typeof schema.additionalProperties === "object")
      return dictionary(string(), objectsLike(schema.additionalProperties));
    const fields = Object.entries(schema.properties ?? {}).map(([key, inner]) => [key, objectsLike(inner)] as const);
    if (fields.length > 0) return record(Object.fromEntries([...fields, ["unknown", junk]]), { requiredKeys: [] });
    return junk;
  })();
  return oneof({ arbitrary: fitting, weight: 9 }, { arbitrary: junk, weight: 1 });
}

for (const { kind, schema } of schemas) {
  test(`prune(), applyDefaults() and validate() take anything for a ${kind}, and settle at once`, () => {
    everywhere(
      property(objectsLike(schema), (given) => {
        const text = JSON.stringify(given);
        const pruned = prune(given, schema);
        const admitted = applyDefaults(pruned.value, schema);
        assert.equal(JSON.stringify(given), text);
        assert.deepEqual(prune(pruned.value, schema), { value: pruned.value, unknown: [] });
        assert.equal(applyDefaults(admitted, schema), admitted);
        const errors = validate(admitted, schema);
        // Nothing is held against what did not change, except at the root where kinds are told apart.
        if (typeof admitted === "object" && admitted !== null)
          assert.deepEqual(validate(admitted, schema, { old: admitted }), []);
        for (const { field, message } of errors) assert.ok(field !== "" && message !== "");
      }),
      { numRuns: 100 },
    );
  });
}

test("prune() and applyDefaults() take a field named __proto__ for data", () => {
  const given = JSON.parse('{"spec": {"values": {"__proto__": {"a": 1}}, "__proto__": {"b": 2}}}') as object;
  const schema: StructuralSchema = {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: { values: { "x-kubernetes-preserve-unknown-fields": true }, d: { type: "string", default: "x" } },
      },
    },
  };
  const { value, unknown } = prune(given, schema);
  assert.deepEqual(unknown, ["spec.__proto__"]);
  assert.equal(JSON.stringify(applyDefaults(value, schema)), '{"spec":{"values":{"__proto__":{"a":1}},"d":"x"}}');
  assert.equal(({} as { a?: unknown }).a, undefined);
});
