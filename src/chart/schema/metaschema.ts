import { ChartError } from "../errors.ts";
import { type Draft, draftOfSchema, readSchema, type SchemaNode, schemaUrl } from "./document.ts";
import { metaschemas } from "./metaschemas.ts";
import { findViolation, type Validator } from "./validator.ts";
import { describeViolation } from "./violation.ts";

/** Holds a schema to what its draft says that schemas are. Throws ChartError with Helm's text. */
export function checkMetaschema(schema: SchemaNode, pattern: Validator["pattern"]): void {
  const draft = draftOfSchema(schema);
  const violation = findViolation(validatorOf(draft, pattern), schema);
  if (violation === undefined) return;
  throw new ChartError(
    "SchemaViolation",
    `"${schemaUrl}#" is not valid against metaschema: jsonschema validation failed with '${metaschemas[draft][0]}#'\n${describeViolation(violation)}`,
  );
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
