import { type FieldError, fieldError } from "../field-error.ts";
import type { StructuralSchema, ValidationRule } from "../structural-schema.ts";
import { oldField, oldItem } from "./correlate.ts";
import { sameJson } from "./equal.ts";

/** What became of a rule: it held, did not apply (it needs an old value), failed, or could not be evaluated. */
export type RuleOutcome =
  | { readonly outcome: "held" }
  | { readonly outcome: "skipped" }
  /** `message` is what messageExpression said, if there is one; `usesOldSelf` keeps the error even where nothing changed. */
  | { readonly outcome: "failed"; readonly message?: string; readonly usesOldSelf?: boolean }
  | { readonly outcome: "error"; readonly error: string };

/** Evaluates one rule at one value. `oldSelf` is undefined where there is no value to compare with. */
export type EvaluateRule = (evaluation: {
  readonly rule: ValidationRule;
  readonly schema: StructuralSchema;
  readonly self: unknown;
  readonly oldSelf: unknown;
}) => RuleOutcome;

/** Runs every rule of a schema at every value it stands at, outermost first. */
export function checkRules(options: {
  readonly value: unknown;
  readonly old: unknown;
  readonly schema: StructuralSchema;
  readonly path: string;
  readonly evaluate: EvaluateRule;
}): FieldError[] {
  const { value, old, schema, path, evaluate } = options;
  if (value === null || value === undefined || !hasRules(schema)) return [];
  const errors = (schema["x-kubernetes-validations"] ?? []).flatMap((rule) => {
    const outcome = evaluate({ rule, schema, self: value, oldSelf: old });
    return outcomeErrors({ outcome, rule, schema, value, path, unchanged: old !== undefined && sameJson(value, old) });
  });
  const inner = (field: unknown, before: unknown, known: StructuralSchema, at: string): FieldError[] =>
    checkRules({ value: field, old: before, schema: known, path: at, evaluate });
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return errors;
    return [
      ...errors,
      ...value.flatMap((item, index) => inner(item, oldItem(old, schema, item), items, `${path}[${index}]`)),
    ];
  }
  if (typeof value !== "object") return errors;
  const properties = schema.properties ?? {};
  const others = schema.additionalProperties;
  for (const [key, field] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const before = oldField(old, schema, key);
    if (known !== undefined) errors.push(...inner(field, before, known, path === "" ? key : `${path}.${key}`));
    else if (typeof others === "object") errors.push(...inner(field, before, others, `${path}[${key}]`));
  }
  return errors;
}

function outcomeErrors(given: {
  readonly outcome: RuleOutcome;
  readonly rule: ValidationRule;
  readonly schema: StructuralSchema;
  readonly value: unknown;
  readonly path: string;
  readonly unchanged: boolean;
}): FieldError[] {
  const { outcome, rule, schema, value, path, unchanged } = given;
  const where = path === "" ? "<nil>" : path;
  switch (outcome.outcome) {
    case "held":
    case "skipped":
      return [];
    case "error":
      return [fieldError.invalid(where, schema.type ?? "", outcome.error)];
    case "failed": {
      if (unchanged && outcome.usesOldSelf !== true) return [];
      const field = rule.fieldPath === undefined ? where : `${path}${normalize(rule.fieldPath)}`.replace(/^\./, "");
      return [failure(field, schema, value, rule, outcome.message ?? messageOf(rule))];
    }
  }
}

function messageOf(rule: ValidationRule): string {
  const message = rule.message?.trim() ?? "";
  return message === "" ? `failed rule: ${rule.rule.trim()}` : message;
}

function failure(
  field: string,
  schema: StructuralSchema,
  value: unknown,
  rule: ValidationRule,
  detail: string,
): FieldError {
  // Kubernetes does not print objects and lists here.
  const compound = schema.type === "object" || schema.type === "array";
  switch (rule.reason ?? "FieldValueInvalid") {
    case "FieldValueForbidden":
      return fieldError.forbidden(field, detail);
    case "FieldValueRequired":
      return fieldError.required(field, detail);
    case "FieldValueDuplicate": {
      return compound
        ? { reason: "FieldValueDuplicate", field, message: "Duplicate value" }
        : fieldError.duplicate(field, value);
    }
    case "FieldValueInvalid":
      return compound
        ? { reason: "FieldValueInvalid", field, message: `Invalid value: ${detail}` }
        : fieldError.invalid(field, value, detail);
  }
}

/** Rewrites `.a['b']` as a field path prints it. */
function normalize(fieldPath: string): string {
  return fieldPath.replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_all, name: string) => `.${name.replaceAll(/\\(.)/g, "$1")}`);
}

const known = new WeakMap<StructuralSchema, boolean>();

/** True where a rule stands at the schema or below; remembered for each schema. */
function hasRules(schema: StructuralSchema): boolean {
  const answer = known.get(schema);
  if (answer !== undefined) return answer;
  const others = schema.additionalProperties;
  const found =
    (schema["x-kubernetes-validations"]?.length ?? 0) > 0 ||
    (schema.items !== undefined && hasRules(schema.items)) ||
    (typeof others === "object" && hasRules(others)) ||
    Object.values(schema.properties ?? {}).some(hasRules);
  known.set(schema, found);
  return found;
}
