import type { EvaluateRule, RuleOutcome } from "../../api/index.ts";
import { type CelProgram, CelError, compileCel } from "../../cel/index.ts";

const longestCache = 1000;
const programs = new Map<string, CelProgram>();

/** Evaluates one CEL rule of a schema. A rule that reads `oldSelf` holds where there is no earlier value to compare with. */
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
    if (thrown instanceof CelError) return { outcome: "error", error: thrown.message };
    throw thrown;
  }
};

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
