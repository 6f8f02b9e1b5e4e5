export { applyDefaults } from "./default.ts";
export { type Pruned, prune } from "./prune.ts";
export type { EvaluateRule, RuleOutcome } from "./rules.ts";
export { validate, type ValidateOptions } from "./validate.ts";
