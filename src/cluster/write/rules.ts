import type { EvaluateRule } from "../../api/index.ts";

/** Evaluates one CEL rule of a schema. */
export const evaluateRule = undefined as EvaluateRule | undefined;
