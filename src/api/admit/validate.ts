import { goQuote } from "../../base/go-quote.ts";
import { type FieldError, fieldError } from "../field-error.ts";
import type { StructuralSchema } from "../structural-schema.ts";
import { oldField, oldItem } from "./correlate.ts";
import { sameJson } from "./equal.ts";
import { hasFormat } from "./format.ts";
import { listErrors } from "./list-type.ts";
import { compilePattern } from "./pattern.ts";
import { checkRules, type EvaluateRule } from "./rules.ts";

export interface ValidateOptions {
  /** What is stored now: what did not change is not held against the new value (Kubernetes calls it ratcheting). */
  readonly old?: unknown;
  /** Where the value stands in its object: "status" when only that is checked. */
  readonly path?: string;
  /** Evaluates one rule of `x-kubernetes-validations`; without it they are not checked. */
  readonly evaluate?: EvaluateRule;
}

/** Everything that the API server finds wrong with a value by a structural schema, with its texts. */
export function validate(value: unknown, schema: StructuralSchema, options: ValidateOptions = {}): FieldError[] {
  const { old, path = "", evaluate } = options;
  const errors = [
    ...validateNode({ value, schema, old, path, ratchet: old !== undefined }).errors,
    ...listErrors(value, schema, path),
  ];
  if (evaluate === undefined) return errors;
  // Kubernetes does not run rules on values whose shape they could not rely on.
  if (errors.some(({ reason }) => blocking.has(reason))) return [...errors, rulesSkipped];
  return [...errors, ...checkRules({ value, old, schema, path, evaluate })];
}

const blocking: ReadonlySet<string> = new Set([
  "FieldValueNotSupported",
  "FieldValueRequired",
  "FieldValueTooLong",
  "FieldValueTooMany",
  "FieldValueTypeInvalid",
]);

// Kubernetes names no field here: its nil path prints so.
const nowhere = "<nil>";
const rulesSkipped = fieldError.invalid(
  nowhere,
  null,
  "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation",
);

interface Node {
  readonly value: unknown;
  readonly schema: StructuralSchema;
  readonly old: unknown;
  readonly path: string;
  readonly ratchet: boolean;
}

/** Errors of a node, and how many checks held: alternatives that hold better explain a failure better. */
interface Result {
  readonly errors: FieldError[];
  matches: number;
}

function validateNode(node: Node): Result {
  const result: Result = { errors: [], matches: 0 };
  const { value } = node;
  const report = (error: FieldError | undefined): void => {
    if (error === undefined) result.matches += 1;
    else result.errors.push(error);
  };
  const merge = (other: Result): void => {
    result.errors.push(...other.errors);
    result.matches += other.matches;
  };
  report(typeError(node));
  if (value !== null) {
    merge(combinations(node));
    if (typeof value === "string") report(stringError(node, value));
    if (typeof value === "number") for (const error of numberErrors(node, value)) report(error);
    if (Array.isArray(value)) merge(items(node, value));
  }
  report(enumError(node));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) merge(fields(node, value as JsonMap));
  const settled = result.errors.length > 0 && node.ratchet && node.old !== undefined && sameJson(value, node.old);
  return settled ? { errors: [], matches: result.matches } : result;
}

type JsonMap = Readonly<Record<string, unknown>>;

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value === "bigint" ? "integer" : typeof value;
}

function typeError({ value, schema, path }: Node): FieldError | undefined {
  const wanted =
    schema["x-kubernetes-int-or-string"] === true
      ? ["integer", "string"]
      : schema.type === undefined
        ? []
        : [schema.type];
  if (wanted.length === 0) return undefined;
  const found = typeOf(value);
  if (found === "null" && schema.nullable === true) return undefined;
  if (wanted.includes(found) || (found === "integer" && wanted.includes("number"))) return undefined;
  return fieldError.typeInvalid(
    at(path),
    found,
    `${path} in body must be of type ${wanted.join(",")}: ${goQuote(found)}`,
  );
}

/** The name of a place in an error: Kubernetes' nil path at the root. */
function at(path: string): string {
  return path === "" ? nowhere : path.replace(/^\./, "");
}

function stringError({ schema, path }: Node, value: string): FieldError | undefined {
  const length = schema.maxLength === undefined && schema.minLength === undefined ? 0 : [...value].length;
  if (schema.maxLength !== undefined && length > schema.maxLength)
    return fieldError.tooLong(at(path), schema.maxLength);
  if (schema.minLength !== undefined && length < schema.minLength) {
    return fieldError.invalid(at(path), value, `${path} in body should be at least ${schema.minLength} chars long`);
  }
  if (schema.pattern !== undefined) {
    const pattern = compilePattern(schema.pattern);
    if ("problem" in pattern) {
      const detail = `${path} in body should match '${schema.pattern}, but pattern is invalid: ${pattern.problem}'`;
      return fieldError.invalid(at(path), value, detail);
    }
    if (!pattern.matches(value)) {
      return fieldError.invalid(at(path), value, `${path} in body should match '${schema.pattern}'`);
    }
  }
  if (schema.format !== undefined && (schema.type ?? "string") === "string" && !hasFormat(value, schema.format)) {
    return fieldError.typeInvalid(
      at(path),
      value,
      `${path} in body must be of type ${schema.format}: ${goQuote(value)}`,
    );
  }
  return undefined;
}

function* numberErrors({ schema, path }: Node, value: number): Iterable<FieldError> {
  const { minimum, maximum, multipleOf, format, type } = schema;
  const wrong = (detail: string): FieldError => fieldError.invalid(at(path), value, `${path} in body ${detail}`);
  if (type === "integer" && !fits(value, format)) {
    const how = format === "int32" || format === "int64" ? `with format ${format}` : "(default format)";
    yield fieldError.invalid(nowhere, "", `Checked value must be of type integer ${how} in ${path}`);
  }
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf))
    yield wrong(`should be a multiple of ${multipleOf}`);
  if (minimum !== undefined) {
    const exclusive = schema.exclusiveMinimum === true;
    if (value < minimum || (exclusive && value === minimum)) {
      yield wrong(`should be greater than ${exclusive ? "" : "or equal to "}${minimum}`);
    }
  }
  if (maximum !== undefined) {
    const exclusive = schema.exclusiveMaximum === true;
    if (value > maximum || (exclusive && value === maximum)) {
      yield wrong(`should be less than ${exclusive ? "" : "or equal to "}${maximum}`);
    }
  }
}

function fits(value: number, format: string | undefined): boolean {
  if (!Number.isInteger(value)) return false;
  return format === "int32" ? value === (value | 0) : Math.abs(value) < 2 ** 63;
}

function enumError({ value, schema, path }: Node): FieldError | undefined {
  if (schema.enum === undefined || schema.enum.some((allowed) => sameJson(allowed, value))) return undefined;
  const allowed = schema.enum.map((item) => (typeof item === "string" ? item : JSON.stringify(item)));
  return fieldError.notSupported(at(path), value, allowed);
}

function items({ schema, path, old, ratchet }: Node, value: readonly unknown[]): Result {
  const result: Result = { errors: [], matches: 0 };
  if (schema.items !== undefined) {
    for (const [index, item] of value.entries()) {
      const before = ratchet ? oldItem(old, schema, item) : undefined;
      const inner = validateNode({
        value: item,
        schema: schema.items,
        old: before,
        path: `${path}[${index}]`,
        ratchet,
      });
      result.errors.push(...inner.errors);
      result.matches += inner.matches;
    }
  }
  const { minItems, maxItems } = schema;
  if (minItems !== undefined && value.length < minItems) {
    result.errors.push(
      fieldError.invalid(at(path), value.length, `${path} in body should have at least ${minItems} items`),
    );
  }
  if (maxItems !== undefined && value.length > maxItems) {
    result.errors.push(fieldError.tooMany(at(path), value.length, maxItems));
  }
  if (
    schema.uniqueItems === true &&
    value.some((item, index) => value.slice(0, index).some((other) => sameJson(item, other)))
  ) {
    result.errors.push(fieldError.invalid(at(path), "", `${path} in body shouldn't contain duplicates`));
  }
  return result;
}

function fields({ schema, path, old, ratchet }: Node, value: JsonMap): Result {
  const result: Result = { errors: [], matches: 0 };
  const properties = schema.properties ?? {};
  const keys = Object.keys(value);
  if (schema.minProperties !== undefined && keys.length < schema.minProperties) {
    const detail = `${path} in body should have at least ${schema.minProperties} properties`;
    result.errors.push(fieldError.invalid(at(path), keys.length, detail));
  }
  if (schema.maxProperties !== undefined && keys.length > schema.maxProperties) {
    result.errors.push(fieldError.tooMany(at(path), keys.length, schema.maxProperties));
  }
  for (const key of keys) {
    const known = Object.hasOwn(properties, key) ? properties[key] : schema.additionalProperties;
    if (known === false) {
      result.errors.push(fieldError.invalid(at(path), key, `${path}.${key} in body is a forbidden property`));
    }
    if (typeof known !== "object") continue;
    const before = ratchet ? oldField(old, schema, key) : undefined;
    const inner = validateNode({ value: value[key], schema: known, old: before, path: child(path, key), ratchet });
    result.errors.push(...inner.errors);
    result.matches += inner.matches;
  }
  for (const key of schema.required ?? []) {
    if (!Object.hasOwn(value, key)) result.errors.push(fieldError.required(at(child(path, key))));
  }
  return result;
}

function child(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}

function combinations(node: Node): Result {
  const result: Result = { errors: [], matches: 0 };
  const { schema, path } = node;
  const complain = (text: string): void => {
    result.errors.push(fieldError.invalid(nowhere, "", `${goQuote(path)} ${text}`));
  };
  const tryOut = (alternative: StructuralSchema): Result =>
    validateNode({ ...node, schema: alternative, ratchet: false });
  if (schema.anyOf !== undefined) {
    const tried = schema.anyOf.map(tryOut);
    if (!tried.some(holds)) {
      complain("must validate at least one schema (anyOf)");
      result.errors.push(...(closest(tried)?.errors ?? []));
    }
  }
  if (schema.oneOf !== undefined) {
    const tried = schema.oneOf.map(tryOut);
    const valid = tried.filter(holds).length;
    if (valid !== 1) {
      complain(
        `must validate one and only one schema (oneOf). ${valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`}`,
      );
      if (valid === 0) result.errors.push(...(closest(tried)?.errors ?? []));
    }
  }
  if (schema.allOf !== undefined) {
    const tried = schema.allOf.map(tryOut);
    const valid = tried.filter(holds).length;
    for (const { errors } of tried) result.errors.push(...errors);
    if (valid !== tried.length) {
      complain(`must validate all the schemas (allOf)${valid === 0 ? ". None validated" : ""}`);
    }
  }
  if (schema.not !== undefined && holds(tryOut(schema.not))) complain("must not validate the schema (not)");
  if (result.errors.length === 0) result.matches += 1;
  return result;
}

function holds({ errors }: Result): boolean {
  return errors.length === 0;
}

function closest(tried: readonly Result[]): Result | undefined {
  return tried.reduce<Result | undefined>(
    (best, result) => (best === undefined || result.matches > best.matches ? result : best),
    undefined,
  );
}
