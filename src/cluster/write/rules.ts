import type { EvaluateRule, RuleOutcome, StructuralSchema } from "../../api/index.ts";
import { type CelProgram, CelError, compileCel } from "../../cel/index.ts";

const longestCache = 1000;
const programs = new Map<string, CelProgram>();

/**
 * Evaluates one CEL rule of a schema. A rule that this server cannot read is skipped: `unreadableRules` has named it when the
 * CRD was written. A rule that reads `oldSelf` holds where there is no earlier value to
 * compare with.
 */
export const evaluateRule: EvaluateRule = ({ rule, schema, self, oldSelf }) => {
  const readsOld = /\boldSelf\b/.test(rule.rule);
  if (readsOld && oldSelf === undefined && rule.optionalOldSelf !== true) return { outcome: "skipped" };
  const bindings = { self, ...(oldSelf === undefined ? {} : { oldSelf }) };
  const schemas = { self: schema, oldSelf: schema };
  try {
    const result = compiled(rule.rule).evaluate(bindings, schemas);
    if (result === true) return { outcome: "held" };
    if (result !== false) return { outcome: "error", error: "cel expression evaluated to a value that is not a bool" };
    return failed(rule.messageExpression, readsOld, bindings, schemas);
  } catch (thrown) {
    if (!(thrown instanceof CelError)) throw thrown;
    return thrown.code === "evaluation" ? { outcome: "error", error: thrown.message } : { outcome: "skipped" };
  }
};

/** The rules of a schema that this server cannot read, with where they stand and why. */
export function unreadableRules(
  schema: StructuralSchema,
  field: string,
): readonly { readonly field: string; readonly why: string }[] {
  const { items, properties = {}, additionalProperties } = schema;
  const own = (schema["x-kubernetes-validations"] ?? []).flatMap(({ rule }, index) => {
    try {
      compiled(rule);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof CelError)) throw thrown;
      return [{ field: `${field}.x-kubernetes-validations[${index}].rule`, why: thrown.message }];
    }
  });
  return [
    ...own,
    ...(items === undefined ? [] : unreadableRules(items, `${field}.items`)),
    ...(typeof additionalProperties === "object"
      ? unreadableRules(additionalProperties, `${field}.additionalProperties`)
      : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      unreadableRules(property, `${field}.properties[${name}]`),
    ),
  ];
}

function failed(
  messageExpression: string | undefined,
  usesOldSelf: boolean,
  bindings: Parameters<CelProgram["evaluate"]>[0],
  schemas: Parameters<CelProgram["evaluate"]>[1],
): RuleOutcome {
  const without: RuleOutcome = { outcome: "failed", usesOldSelf };
  if (messageExpression === undefined) return without;
  try {
    const message = compiled(messageExpression).evaluate(bindings, schemas);
    return typeof message === "string" && message.trim() !== "" ? { ...without, message } : without;
  } catch (thrown) {
    // Kubernetes: a message that cannot be worked out is replaced by the rule's own.
    if (thrown instanceof CelError) return without;
    throw thrown;
  }
}

function compiled(expression: string): CelProgram {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const program = compileCel(expression);
  if (programs.size >= longestCache) programs.clear();
  programs.set(expression, program);
  return program;
}
