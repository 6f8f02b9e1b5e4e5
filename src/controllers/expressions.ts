import type { KubeObject } from "../api/index.ts";
import { CodedError, messageOf } from "../base/errors.ts";
import { CelError, type CelProgram, compileCel } from "../cel/index.ts";
import type { Readiness } from "../kube/index.ts";

/** An expression of a spec is wrong: nothing but a change of the spec helps. The code is the reason of the Stalled condition. */
export class ExpressionError extends CodedError<"InvalidCELExpression"> {}

/** Flux's words before what no retry can mend. */
export const terminalPrefix = "Reconciliation failed terminally due to configuration error: ";

/** A health check of a spec: what Flux's CRDs call CustomHealthCheck. */
export interface HealthCheck {
  readonly apiVersion: string;
  readonly kind?: string;
  readonly current: string;
  readonly inProgress?: string;
  readonly failed?: string;
}

/** Says how an object is; undefined for those that it does not know. */
export type Judge = (object: KubeObject) => Readiness | undefined;

/** Compiles `healthCheckExprs` to a judge of objects; undefined where there are none. Throws ExpressionError with Flux's text. */
export function compileHealthChecks(checks: readonly HealthCheck[] | undefined): Judge | undefined {
  if (checks === undefined || checks.length === 0) return undefined;
  const known = new Map<string, Judge>();
  for (const [index, check] of checks.entries()) {
    const key = kindOf(check.apiVersion, check.kind ?? "");
    if (known.has(key)) throw invalid(`duplicate custom health check for GroupKind ${key} at healthchecks[${index}]`);
    known.set(key, compileHealthCheck(check, index));
  }
  return (object) => {
    const judge = known.get(kindOf(object.apiVersion, object.kind)) ?? known.get(kindOf(object.apiVersion, ""));
    return judge?.(object);
  };
}

// Flux: RFC 0009 asks in this order.
const order = [
  ["inProgress", "InProgress"],
  ["failed", "Failed"],
  ["current", "Current"],
] as const;

function compileHealthCheck(check: HealthCheck, index: number): Judge {
  const doing = `failed to create custom status evaluator for healthchecks[${index}]: `;
  const programs = new Map<string, CelProgram>();
  for (const name of ["current", "failed", "inProgress"] as const) {
    const expression = check[name];
    if (expression === undefined || expression === "") continue;
    const word = name[0]!.toUpperCase() + name.slice(1);
    programs.set(name, parse(expression, `${doing}failed to parse the expression ${word}: `));
  }
  if (!programs.has("current")) throw invalid(`${doing}expression Current not specified`);
  return (object) => {
    const { observedGeneration } = (object.status ?? {}) as { readonly observedGeneration?: unknown };
    const { generation } = object.metadata;
    if (typeof observedGeneration === "number" && generation !== undefined && observedGeneration !== generation)
      return { status: "InProgress", message: "" };
    try {
      for (const [name, status] of order) {
        const program = programs.get(name);
        if (program !== undefined && isTrue(program, { ...object })) return { status, message: "" };
      }
    } catch (error) {
      // kstatus: an object whose status cannot be worked out is looked at again until the time is over.
      return { status: "Unknown", message: messageOf(error) };
    }
    return { status: "InProgress", message: "" };
  };
}

/** Asks a `readyExpr` about a dependency. Throws ExpressionError for one that cannot be read, and an Error with Flux's text where it has no answer. */
export function isReadyByExpression(
  expression: string,
  { self, dep }: { readonly self: KubeObject; readonly dep: KubeObject },
): boolean {
  const name = dep.metadata.name ?? "";
  const program = parse(expression, `terminal error: failed to evaluate dependency ${name}: `);
  return isTrue(program, { self, dep });
}

function isTrue(program: CelProgram, bindings: Readonly<Record<string, unknown>>): boolean {
  const { expression } = program;
  let value: unknown;
  try {
    value = program.evaluate(bindings);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw new Error(`failed to evaluate the CEL expression '${expression}': ${messageOf(error)}`, { cause: error });
  }
  if (typeof value !== "boolean") throw new Error(`failed to evaluate CEL expression as boolean: '${expression}'`);
  return value;
}

function parse(expression: string, doing: string): CelProgram {
  try {
    return compileCel(expression);
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    throw invalid(`${doing}failed to parse the CEL expression '${expression}': ${messageOf(error)}`, error);
  }
}

function invalid(message: string, cause?: unknown): ExpressionError {
  return new ExpressionError("InvalidCELExpression", message, cause === undefined ? undefined : { cause });
}

function kindOf(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  return group === "" ? kind : `${kind}.${group}`;
}
