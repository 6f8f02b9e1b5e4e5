import { celEnv, isCelError, parse, plan } from "@bufbuild/cel";
import { RE2JS } from "re2js";
import { messageOf } from "../base/errors.ts";
import type { Value } from "../base/value.ts";
import { CelError } from "./errors.ts";
import { kubernetesFunctions } from "./functions.ts";
import { type CelSchema, fromCel, toCel } from "./values.ts";

/** An expression that is ready to be evaluated, many times. */
export interface CelProgram {
  readonly expression: string;
  /**
   * The value for some bindings, as plain data. `schemas` says what the bindings are, where it is known. Throws CelError
   * `evaluation` where there is no value: a field is missing, types do not fit, a function is not known.
   */
  evaluate(
    bindings: Readonly<Record<string, unknown>>,
    schemas?: Readonly<Record<string, CelSchema | undefined>>,
  ): Value;
}

const lengthLimit = 64 * 1024;

const environment = celEnv({
  funcs: [...kubernetesFunctions],
  // Patterns come from anybody's objects: linear time only.
  re2: {
    compile(pattern) {
      const compiled = RE2JS.compile(pattern);
      return { test: (text) => compiled.matcher(text).find() };
    },
  },
});

/** Reads an expression of Kubernetes' CEL. Throws CelError `syntax` or `limit`. */
export function compileCel(expression: string): CelProgram {
  if (expression.length > lengthLimit) {
    throw new CelError(
      "limit",
      `cannot compile an expression of ${expression.length} characters: ${lengthLimit} are allowed`,
    );
  }
  let program: ReturnType<typeof plan>;
  try {
    program = plan(environment, parse(expression));
  } catch (thrown) {
    throw new CelError("syntax", `cannot compile ${JSON.stringify(expression)}: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
  return {
    expression,
    evaluate(bindings, schemas = {}) {
      const inputs = Object.fromEntries(
        Object.entries(bindings).map(([name, value]) => [name, toCel(value, schemas[name])]),
      );
      let result: ReturnType<typeof program>;
      try {
        result = program(inputs);
      } catch (thrown) {
        throw failure(messageOf(thrown), thrown);
      }
      if (isCelError(result)) throw failure(result.message, result);
      return fromCel(result);
    },
  };
}

function failure(message: string, cause: unknown): CelError {
  // cel-go, and so Kubernetes, says it so.
  return new CelError("evaluation", message.replace(/^field not found: /, "no such key: "), { cause });
}
