import assert from "node:assert/strict";
import { test } from "node:test";
import type { Values } from "../../base/value.ts";
import { complaintOfSchema } from "./validate-values.ts";

interface Case {
  readonly name: string;
  readonly schema: unknown;
  readonly values?: Values;
  /** What helm 4.2.4 says below the chart's name. */
  readonly complaint: string | undefined;
}

const invalid = `"file:///values.schema.json#" is not valid against metaschema: jsonschema validation failed with`;
const draft7 = "http://json-schema.org/draft-07/schema#";

const cases: readonly Case[] = [
  {
    name: "draft 4 has no boolean schemas",
    schema: { $schema: "http://json-schema.org/draft-04/schema#", definitions: { d: true } },
    complaint: `${invalid} 'http://json-schema.org/draft-04/schema#'\n- at '/definitions/d': got boolean, want object`,
  },
  {
    name: "draft 2020-12, the newest, has no list of items",
    schema: { items: [{}] },
    complaint: `${invalid} 'https://json-schema.org/draft/2020-12/schema#'\n- at '': 'allOf' failed\n  - at '/items': got array, want boolean or object`,
  },
  {
    name: "an unknown draft is another document, without its empty fragment",
    schema: { $schema: "http://json-schema.org/draft-03/schema#" },
    complaint: `failing loading "http://json-schema.org/draft-03/schema": references to other documents are not followed`,
  },
  {
    name: "an anchor that is not there is named with its document",
    schema: { $schema: draft7, properties: { a: { $ref: "#x" } } },
    complaint: `anchor in "file:///values.schema.json#x" not found in schema "file:///values.schema.json"`,
  },
  {
    name: "draft 7 reads const beside a reference, and nothing else",
    schema: {
      $schema: draft7,
      definitions: { d: true },
      properties: { a: { $ref: "#/definitions/d", const: 1, type: "null" } },
    },
    values: { a: 2 },
    complaint: "- at '/a': value must be 1\n",
  },
  {
    name: "draft 7 does not look into prefixItems",
    schema: { $schema: draft7, prefixItems: [{ $ref: "#/nowhere" }] },
    complaint: undefined,
  },
  {
    name: "a duration begins with P",
    schema: { $schema: draft7, properties: { a: { format: "duration" } } },
    values: { a: "1h" },
    complaint: "- at '/a': '1h' is not valid duration: must start with P\n",
  },
];

for (const { name, schema, values = {}, complaint } of cases)
  test(`complaintOfSchema(): ${name}`, () => {
    assert.equal(complaintOfSchema(new TextEncoder().encode(JSON.stringify(schema)), values), complaint);
  });
