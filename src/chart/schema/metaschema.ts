import { ChartError } from "../errors.ts";
import { type Draft, draftOfSchema, readSchema, type SchemaNode, schemaUrl } from "./document.ts";
import { metaschemas } from "./metaschemas.ts";
import { isPlainSchema } from "./plain-schema.ts";
import { findViolation, type Validator } from "./validator.ts";
import { describeViolation, type Violation } from "./violation.ts";

/** Holds a schema to what its draft says that schemas are. Throws ChartError with Helm's text. */
export function checkMetaschema(schema: SchemaNode, pattern: Validator["pattern"]): void {
  const draft = draftOfSchema(schema);
  if (isPlainSchema(schema, draft)) return;
  const violation = findMetaschemaViolation(schema, draft, pattern);
  if (violation === undefined) return;
  throw new ChartError(
    "SchemaViolation",
    `"${schemaUrl}#" is not valid against metaschema: jsonschema validation failed with '${metaschemas[draft][0]}#'\n${describeViolation(violation)}`,
  );
}

/** What the metaschema of a draft has against a schema. */
export function findMetaschemaViolation(
  schema: SchemaNode,
  draft: Draft,
  pattern: Validator["pattern"],
): Violation | undefined {
  return findViolation(validatorOf(draft, pattern), schema);
}

const validators = new Map<Draft, Validator>();

function validatorOf(draft: Draft, pattern: Validator["pattern"]): Validator {
  const known = validators.get(draft);
  if (known !== undefined) return known;
  const [url, ...texts] = metaschemas[draft];
  const [root = true, ...beside] = texts.map((text) => JSON.parse(text) as SchemaNode);
  const document = readSchema(root, { url, beside });
  const validator: Validator = {
    ...document,
    // The vocabularies speak of schemas in schemas by a dynamic reference, which leads back to the root.
    target: (node, keyword) => (keyword === "$ref" ? document.target(node, keyword) : root),
    pattern,
    assertsFormats: true,
  };
  validators.set(draft, validator);
  return validator;
}
