import assert from "node:assert/strict";
import { test } from "node:test";
import { createRandom } from "../../../conformance/random.ts";
import { draftOfSchema, parseSchema, type SchemaNode } from "./document.ts";
import { findMetaschemaViolation } from "./metaschema.ts";
import { isPlainPattern } from "./plain-pattern.ts";
import { isPlainSchema } from "./plain-schema.ts";
import { type Pattern, tryParseRegex } from "./regex.ts";

const usual = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "https://example.com/values.schema.json",
  definitions: { port: { type: ["integer", "string"], minimum: 1, maximum: 65535 } },
  type: "object",
  required: ["image"],
  additionalProperties: false,
  properties: {
    image: {
      type: "object",
      properties: { tag: { type: "string", pattern: "^[a-z0-9-]+$", minLength: 1, default: "" } },
    },
    ports: { type: "array", items: { $ref: "#/definitions/port" }, minItems: 0, uniqueItems: true },
    mode: { enum: ["a", "b", null], description: "which" },
    any: { oneOf: [{ type: "null" }, { const: { a: [] } }], not: { multipleOf: 0.5 } },
    names: { patternProperties: { "^x-": true }, additionalProperties: { type: "string" } },
  },
};

test("a usual schema is plain in every draft that has its keywords", () => {
  for (const draft of ["draft-06", "draft-07", "draft/2019-09", "draft/2020-12"]) {
    const schema = { ...usual, $schema: `https://json-schema.org/${draft}/schema` };
    assert.ok(isPlainSchema(schema, draftOfSchema(schema)), draft);
  }
});

const notPlain: readonly (readonly [string, unknown])[] = [
  ["a type that is not known", { type: "text" }],
  ["no alternatives", { anyOf: [] }],
  ["names that repeat", { required: ["a", "a"] }],
  ["a count below zero", { minLength: -1 }],
  ["properties that are no schemas", { properties: { a: 1 } }],
  ["a pattern that does not parse", { pattern: "(" }],
  ["a pattern as a name that does not parse", { patternProperties: { "[": {} } }],
  ["a reference to another document", { $ref: "other.json" }],
  ["a list of items in the newest draft", { items: [{}] }],
  ["draft 4's flag of a bound in a later one", { exclusiveMinimum: true }],
  ["a keyword of the metaschema that is not known here", { $dynamicAnchor: 1 }],
];

for (const [name, schema] of notPlain)
  test(`isPlainSchema(): ${name} is left to the metaschema`, () => {
    const root = schema as SchemaNode;
    assert.equal(isPlainSchema(root, draftOfSchema(root)), false);
  });

test("a schema deeper than the limit is left to the metaschema", () => {
  let schema: SchemaNode = {};
  for (let depth = 0; depth < 200; depth += 1) schema = { not: schema };
  assert.equal(isPlainSchema(schema, 2020), false);
});

// Values that stand where they should and where they should not.
const pieces = JSON.parse(
  `[0, -1, 1.5, 3, "", "a", "object", "(", "#/definitions/port", true, false, null, [], ["a"], ["a", "a"], ["string", 1],
    {}, {"a": true}, {"a": {}}, {"(": {}}, {"type": "string"}, [{}], [1], [{"type": 3}], {"pattern": "a{2,1}"}]`,
) as readonly unknown[];
const keywords =
  `type required enum items properties patternProperties pattern minimum exclusiveMaximum not anyOf minItems default const $ref $id id
  dependencies additionalProperties uniqueItems if examples definitions $defs multipleOf format title contains propertyNames x $x
  prefixItems contentSchema dependentRequired maxContains readOnly additionalItems $comment`.split(/\s+/);

test("20,000 schemas drawn at random: what is plain has nothing against it in the metaschema", () => {
  const random = createRandom(1);
  const pattern = (source: string): Pattern => tryParseRegex(source) as Pattern;
  let plain = 0;
  for (let number = 0; number < 20_000; number += 1) {
    const draw = (depth: number): Record<string, unknown> => {
      const schema: Record<string, unknown> = {};
      for (let count = random.below(4); count >= 0; count -= 1) {
        schema[random.pick(keywords)] = depth > 0 && random.chance(0.3) ? draw(depth - 1) : random.pick(pieces);
      }
      return schema;
    };
    const draft = random.pick([4, 6, 7, 2019, 2020] as const);
    const schema = parseSchema(JSON.stringify(draw(2)));
    if (!isPlainSchema(schema, draft)) continue;
    plain += 1;
    const violation = findMetaschemaViolation(schema, draft, pattern);
    assert.equal(violation, undefined, `draft ${draft}: ${JSON.stringify(schema)}`);
  }
  assert.ok(plain > 500, `only ${plain} were plain`);
});

test("20,000 patterns drawn at random: what is plain compiles", () => {
  const random = createRandom(2);
  const letters = String.raw`a z - [ ] ^ $ ( ) ?: ? * + {2} {1,3} {3,1} {1001} \d \ | . a-z z-a`.split(" ");
  let plain = 0;
  for (let number = 0; number < 20_000; number += 1) {
    const source = Array.from({ length: 1 + random.below(8) }, () => random.pick(letters)).join("");
    if (!isPlainPattern(source)) continue;
    plain += 1;
    assert.equal(typeof tryParseRegex(source), "function", source);
  }
  assert.ok(plain > 500, `only ${plain} were plain`);
});
