import { constantFor, nilOf, parameterName, validate } from "./argument.ts";
import type { Compilation } from "./compile.ts";
import { compileOperand, type Evaluate } from "./compile-pipeline.ts";
import { GoError, limitError } from "./errors.ts";
import { countComplaint } from "./field.ts";
import { callValue } from "./functions/builtins.ts";
import type { GoFunction } from "./functions/function.ts";
import { type IdentifierNode, type Node, type Operand, sourceOf } from "./nodes.ts";
import { printed } from "./print.ts";
import { quote } from "./quote.ts";
import { errorAt, type Frame, fail } from "./run.ts";
import { isTrue } from "./truth.ts";
import type { Parameter } from "./value.ts";

/** A function call in a template. */
interface Call {
  readonly name: string;
  readonly identifier: IdentifierNode;
  /** What an error of the function itself points at. */
  readonly whole: Node;
  readonly args: readonly Operand[];
  /** What comes through the pipe: the last argument, evaluated first. */
  readonly final: Evaluate | undefined;
}

type AnyFunction = (...args: unknown[]) => unknown;

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
  const last = compileFinal(call, callee, args.length);
  return invoke(call, callee, args, last);
}

function parameterAt(callee: GoFunction, index: number): Parameter {
  return callee.parameters[index] ?? callee.variadic ?? "any";
}

function compileShortCircuit(call: Call, context: Compilation): Evaluate {
  const args = call.args.map((arg) => compileArgument(arg, "value", context));
  const settles = call.args.map((arg) => (setsNode(arg) ? undefined : arg));
  const stopsAt = call.name === "or";
  const { final } = call;
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

// Whether evaluating an operand leaves the frame at a node of its own; constants and dot do not bother.
function setsNode(operand: Operand): boolean {
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

// The node that Go would be at once the arguments are evaluated, where evaluating them does not set it.
function settledNode(call: Call): Node | undefined {
  const last = call.args.at(-1);
  if (last === undefined) return call.identifier;
  return setsNode(last) ? undefined : last;
}

/** Compiles an argument for a parameter of a type. */
function compileArgument(arg: Operand, parameter: Parameter, context: Compilation): Evaluate {
  switch (arg.type) {
    case "nil": {
      const nil = nilOf(parameter);
      if (nil !== undefined) return () => nil.nil;
      return failingAt(arg, `cannot assign nil to ${parameterName(parameter)}`);
    }
    case "bool":
    case "number":
    case "string": {
      const constant = constantFor(arg, parameter);
      if (typeof constant === "string") return failingAt(arg, constant);
      const { value } = constant;
      return () => value;
    }
    case "dot":
      return checked((_, dot) => dot, parameter, arg);
    case "field":
    case "variable":
    case "chain":
    case "identifier":
    case "pipe":
      return checked(compileOperand(arg, context), parameter, undefined);
  }
}

function failingAt(node: Node, message: string): Evaluate {
  return (frame) => {
    frame.node = node;
    return fail(frame, message);
  };
}

function checked(evaluate: Evaluate, parameter: Parameter, at: Node | undefined): Evaluate {
  if (parameter === "value") return evaluate;
  if (parameter === "any") return (frame, dot) => evaluate(frame, dot) ?? null;
  if (parameter === "string") {
    return (frame, dot) => {
      const value = evaluate(frame, dot);
      if (typeof value === "string") return value;
      if (at !== undefined) frame.node = at;
      return validate(frame, value, parameter);
    };
  }
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    if (at !== undefined) frame.node = at;
    return validate(frame, value, parameter);
  };
}

/** What checks the argument that comes through the pipe, once the others have been evaluated. */
type Check = (frame: Frame, value: unknown) => unknown;

function compileFinal(call: Call, callee: GoFunction, explicit: number): Check | undefined {
  if (call.final === undefined) return undefined;
  const parameter = parameterAt(callee, explicit);
  if (parameter === "value") return (_, value) => value ?? undefined;
  if (parameter === "any") return (_, value) => value ?? null;
  return (frame, value) => {
    if (typeof value === "string" && parameter === "string") return value;
    return validate(frame, value ?? undefined, parameter);
  };
}

function invoke(call: Call, callee: GoFunction, args: readonly Evaluate[], check: Check | undefined): Evaluate {
  const { final, whole, name } = call;
  const run: AnyFunction = name === "call" ? callOf(call) : (callee.call as AnyFunction);
  const settle = settledNode(call);
  if (callee.contextual === true) return invokeContextual(call, run, args, check);
  if (final === undefined || check === undefined) {
    const [first, second, third] = args;
    if (first === undefined) {
      return (frame) => {
        frame.node = call.identifier;
        try {
          return within(frame, run());
        } catch (error) {
          throw callFailure(frame, whole, name, error);
        }
      };
    }
    if (second === undefined) {
      return (frame, dot) => {
        const a = first(frame, dot);
        if (settle !== undefined) frame.node = settle;
        try {
          return within(frame, run(a));
        } catch (error) {
          throw callFailure(frame, whole, name, error);
        }
      };
    }
    if (third === undefined) {
      return (frame, dot) => {
        const a = first(frame, dot);
        const b = second(frame, dot);
        if (settle !== undefined) frame.node = settle;
        try {
          return within(frame, run(a, b));
        } catch (error) {
          throw callFailure(frame, whole, name, error);
        }
      };
    }
  } else {
    const [first, second] = args;
    if (first === undefined) {
      return (frame, dot) => {
        const piped = final(frame, dot);
        frame.node = call.identifier;
        const a = check(frame, piped);
        try {
          return within(frame, run(a));
        } catch (error) {
          throw callFailure(frame, whole, name, error);
        }
      };
    }
    if (second === undefined) {
      return (frame, dot) => {
        const piped = final(frame, dot);
        const a = first(frame, dot);
        if (settle !== undefined) frame.node = settle;
        const b = check(frame, piped);
        try {
          return within(frame, run(a, b));
        } catch (error) {
          throw callFailure(frame, whole, name, error);
        }
      };
    }
  }
  const { callAll } = callee;
  return (frame, dot) => {
    const values = evaluateAll(frame, dot, { args, final, check, settle });
    try {
      return within(frame, callAll === undefined ? run(...values) : callAll(values));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

// The error of `call` quotes what it was asked to call.
function callOf({ args }: Call): AnyFunction {
  const [first] = args;
  return (value) => callValue(value, first === undefined ? printed(value) : sourceOf(first));
}

function invokeContextual(call: Call, run: AnyFunction, args: readonly Evaluate[], check: Check | undefined): Evaluate {
  const { whole, name, final } = call;
  const [first, second] = args;
  const settle = settledNode(call);
  if (final === undefined && first !== undefined && second !== undefined && args.length === 2) {
    return (frame, dot) => {
      const a = first(frame, dot);
      const b = second(frame, dot);
      if (settle !== undefined) frame.node = settle;
      try {
        return within(frame, run(frame, a, b));
      } catch (error) {
        throw callFailure(frame, whole, name, error);
      }
    };
  }
  return (frame, dot) => {
    const values = evaluateAll(frame, dot, { args, final, check, settle });
    try {
      return within(frame, run(frame, ...values));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

interface Operands {
  readonly args: readonly Evaluate[];
  readonly final: Evaluate | undefined;
  readonly check: Check | undefined;
  readonly settle: Node | undefined;
}

function evaluateAll(frame: Frame, dot: unknown, { args, final, check, settle }: Operands): unknown[] {
  const piped = final?.(frame, dot);
  const values: unknown[] = [];
  for (let i = 0; i < args.length; i += 1) values.push((args[i] as Evaluate)(frame, dot));
  if (settle !== undefined) frame.node = settle;
  if (check !== undefined) values.push(check(frame, piped));
  return values;
}

// Long strings count as work, and one that is too long is refused.
function within(frame: Frame, result: unknown): unknown {
  if (typeof result === "string" && result.length > 256) {
    const { run } = frame;
    run.steps += result.length >> 6;
    if (result.length > run.limits.outputLength) {
      throw limitError(`string is longer than ${run.limits.outputLength} characters`);
    }
    if (run.steps > run.limits.steps) throw limitError(`template takes more than ${run.limits.steps} steps`);
  }
  return result;
}

function callFailure(frame: Frame, node: Node, name: string, error: unknown): unknown {
  if (error instanceof GoError) return errorAt(frame, node, `error calling ${name}: ${error.message}`, error);
  if (error instanceof RangeError && /string length/i.test(error.message)) {
    const limit = limitError(`string is longer than ${frame.run.limits.outputLength} characters`);
    return errorAt(frame, node, `error calling ${name}: ${limit.message}`, limit);
  }
  return error;
}
