import { isValues, type Values } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import { textOf } from "../load/files.ts";
import type { Chart } from "../types.ts";
import { own } from "../values/maps.ts";
import { parseSchema, readSchema } from "./document.ts";
import { checkMetaschema } from "./metaschema.ts";
import { type Pattern, tryParseRegex } from "./regex.ts";
import { findViolation, type Validator } from "./validator.ts";
import { describeViolation } from "./violation.ts";

/** Checks merged values against values.schema.json of the chart and of its subcharts. Throws ChartError that lists every violation as Helm does. */
export function validateValues(chart: Chart, values: Values): void {
  const complaints = complaintsOf(chart, values);
  if (complaints !== "")
    throw new ChartError(
      "SchemaViolation",
      `values don't meet the specifications of the schema(s) in the following chart(s):\n${complaints}`,
    );
}

function complaintsOf(chart: Chart, values: Values): string {
  let text = "";
  if (chart.schema !== null) {
    const complaint = complaintOfSchema(chart.schema, values);
    if (complaint !== undefined) text += `${chart.metadata.name}:\n${complaint}`;
  }
  for (const subchart of chart.dependencies) {
    const { name } = subchart.metadata;
    const below = own(values, name);
    if (below === undefined || below === null) continue;
    if (isValues(below)) text += complaintsOf(subchart, below);
    else text += `${name}:\ninvalid type for values: expected object (map), got ${goType(below)}\n`;
  }
  return text;
}

/** What a schema has against values, a line for each violation, with a newline at the end; undefined when nothing. */
export function complaintOfSchema(schema: Uint8Array, values: Values): string | undefined {
  let validator: Validator;
  try {
    validator = validatorOf(schema);
  } catch (error) {
    if (error instanceof ChartError) return error.message;
    throw error;
  }
  const violation = findViolation(validator, values);
  return violation === undefined ? undefined : `${describeViolation(violation)}\n`;
}

// The bytes of a loaded chart's schema stay the same object, so they are the key.
const validators = new WeakMap<Uint8Array, Validator>();

function validatorOf(schema: Uint8Array): Validator {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const patterns = new Map<string, Pattern>();
  const pattern = (source: string): Pattern => {
    const compiled = patterns.get(source) ?? tryParseRegex(source);
    if (typeof compiled === "string")
      throw new ChartError("SchemaViolation", `invalid regex ${JSON.stringify(source)}: ${compiled}`);
    patterns.set(source, compiled);
    return compiled;
  };
  const root = parseSchema(textOf(schema));
  checkMetaschema(root, pattern);
  const validator = { ...readSchema(root), pattern };
  validators.set(schema, validator);
  return validator;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return "[]interface {}";
  return (
    { number: "float64", bigint: "int64", boolean: "bool" }[typeof value as "number" | "bigint" | "boolean"] ?? "string"
  );
}
