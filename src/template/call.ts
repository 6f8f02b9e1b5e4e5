import type { Evaluate } from "./compile-pipeline.ts";
import type { GoFunction } from "./functions/function.ts";
import type { IdentifierNode, Node, Operand } from "./nodes.ts";
import type { Parameter } from "./value.ts";

/** A function call in a template. */
export interface Call {
  readonly name: string;
  readonly identifier: IdentifierNode;
  /** What an error of the function itself points at. */
  readonly whole: Node;
  readonly args: readonly Operand[];
  /** What comes through the pipe: the last argument, evaluated first. */
  readonly final: Evaluate | undefined;
}

/** An argument, compiled: a constant that fits its parameter already, or what must be evaluated and then admitted. */
export interface Argument {
  readonly constant: { readonly value: unknown } | undefined;
  readonly evaluate: Evaluate;
  readonly parameter: Parameter;
}

/** The parameter that an argument is for, by position. */
export function parameterAt(callee: GoFunction, index: number): Parameter {
  return callee.parameters[index] ?? callee.variadic ?? "any";
}

/** Whether evaluating an operand leaves the frame at a node of its own; constants do not bother. */
export function setsNode(operand: Operand): boolean {
  switch (operand.type) {
    case "field":
    case "variable":
    case "chain":
    case "identifier":
    case "pipe":
      return true;
    case "bool":
    case "number":
    case "string":
    case "dot":
    case "nil":
      return false;
  }
}

/** The node that Go would be at once the arguments are evaluated, where evaluating them does not set it. */
export function settledNode(call: Call): Node | undefined {
  const last = call.args.at(-1);
  if (last === undefined) return call.identifier;
  return setsNode(last) ? undefined : last;
}
