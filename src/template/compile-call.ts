import { constantFor, nilOf, parameterName } from "./argument.ts";
import { type Argument, type Call, parameterAt, setsNode } from "./call.ts";
import type { Compilation } from "./compile.ts";
import { compileOperand, type Evaluate } from "./compile-pipeline.ts";
import { countComplaint } from "./field.ts";
import { invoke } from "./invoke.ts";
import type { Node, Operand } from "./nodes.ts";
import { quote } from "./quote.ts";
import { fail } from "./run.ts";
import { isTrue } from "./truth.ts";
import type { Parameter } from "./value.ts";

/** Compiles a call. What is wrong with it whatever the data fails when it runs, as in Go, not when it is compiled. */
export function compileCall(call: Call, context: Compilation): Evaluate {
  const callee = context.functions.get(call.name);
  const failing = (message: string): Evaluate => {
    return (frame, dot) => {
      call.final?.(frame, dot);
      frame.node = call.identifier;
      return fail(frame, message);
    };
  };
  if (callee === undefined) return failing(`${quote(call.name)} is not a defined function`);
  const total = call.args.length + (call.final === undefined ? 0 : 1);
  const complaint = countComplaint(call.name, callee, { explicit: call.args.length, total });
  if (complaint !== undefined) return failing(complaint);
  if (call.name === "and" || call.name === "or") return compileShortCircuit(call, context);

  const args = call.args.map((arg, index) => compileArgument(arg, parameterAt(callee, index), context));
  return invoke(call, callee, args);
}

function compileShortCircuit(call: Call, context: Compilation): Evaluate {
  const args = call.args.map((arg) => compileArgument(arg, "value", context).evaluate);
  const settles = call.args.map((arg) => (setsNode(arg) ? undefined : arg));
  const stopsAt = call.name === "or";
  const { final } = call;
  const { 0: first, 1: second } = args;
  const { 0: firstSettle, 1: secondSettle } = settles;
  if (final === undefined && first !== undefined && second !== undefined && args.length === 2) {
    return (frame, dot) => {
      const value = first(frame, dot);
      if (firstSettle !== undefined) frame.node = firstSettle;
      if (isTrue(value) === stopsAt) return value;
      const last = second(frame, dot);
      if (secondSettle !== undefined) frame.node = secondSettle;
      return last;
    };
  }
  return (frame, dot) => {
    const last = final === undefined ? undefined : (final(frame, dot) ?? undefined);
    frame.node = call.identifier;
    let value: unknown;
    for (let i = 0; i < args.length; i += 1) {
      value = (args[i] as Evaluate)(frame, dot);
      const settle = settles[i];
      if (settle !== undefined) frame.node = settle;
      if (isTrue(value) === stopsAt) return value;
    }
    return final === undefined ? value : last;
  };
}

function compileArgument(arg: Operand, parameter: Parameter, context: Compilation): Argument {
  switch (arg.type) {
    case "nil": {
      const nil = nilOf(parameter);
      if (nil !== undefined) return constantArgument(nil.nil);
      return computed(failingAt(arg, `cannot assign nil to ${parameterName(parameter)}`), parameter);
    }
    case "bool":
    case "number":
    case "string": {
      const constant = constantFor(arg, parameter);
      if (typeof constant === "string") return computed(failingAt(arg, constant), parameter);
      return constantArgument(constant.value);
    }
    case "dot":
      return computed((frame, dot) => {
        frame.node = arg;
        return dot;
      }, parameter);
    case "field":
    case "variable":
    case "chain":
    case "identifier":
    case "pipe":
      return computed(compileOperand(arg, context), parameter);
  }
}

function constantArgument(value: unknown): Argument {
  // Converted already: it must not be admitted again.
  return { constant: { value }, evaluate: () => value, parameter: "value" };
}

function computed(evaluate: Evaluate, parameter: Parameter): Argument {
  return { constant: undefined, evaluate, parameter };
}

function failingAt(node: Node, message: string): Evaluate {
  return (frame) => {
    frame.node = node;
    return fail(frame, message);
  };
}
