import { messageOf } from "../base/errors.ts";
import { validate } from "./argument.ts";
import { type Argument, type Call, parameterAt, settledNode } from "./call.ts";
import type { Evaluate } from "./compile-pipeline.ts";
import { GoError, limitError, LookupPending } from "./errors.ts";
import { callValue } from "./functions/builtins.ts";
import type { GoFunction } from "./functions/function.ts";
import { type Node, sourceOf } from "./nodes.ts";
import { printed } from "./print.ts";
import { errorAt, type Frame, isStackEnd, spend } from "./run.ts";
import type { Parameter } from "./value.ts";

type AnyFunction = (...args: unknown[]) => unknown;

/** The closure that evaluates the arguments of a call, checks them and calls the function. */
export function invoke(call: Call, callee: GoFunction, args: readonly Argument[]): Evaluate {
  if (callee.contextual === true) return invokeContextual(call, callee, args);
  const { 0: first, 1: second } = args;
  const { final } = call;
  const run: AnyFunction = call.name === "call" ? callOf(call) : (callee.call as AnyFunction);
  if (callee.cost !== undefined) return invokeAny(call, callee, args);
  if (final === undefined) {
    if (first === undefined) return invokeNone(call, run);
    if (second === undefined) return invokeOne(call, run, first);
    if (args.length === 2) return invokeTwo(call, run, first, second);
  } else {
    const last = parameterAt(callee, args.length);
    if (first === undefined) return invokePiped(call, run, { final, last });
    if (second === undefined) return invokeOnePiped(call, run, { first, final, last });
  }
  return invokeAny(call, callee, args);
}

function invokeAny(call: Call, callee: GoFunction, args: readonly Argument[]): Evaluate {
  const run: AnyFunction = call.name === "call" ? callOf(call) : (callee.call as AnyFunction);
  const { callAll, cost = 0 } = callee;
  const { whole, name } = call;
  const operands = operandsOf(call, callee, args);
  return (frame, dot) => {
    const values = evaluateAll(frame, dot, operands);
    try {
      if (cost > 0) spend(frame.run, cost);
      return within(frame, callAll === undefined ? run(...values) : callAll(values));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

// What validate does, with the common cases where the optimizer can see them.
function admit(frame: Frame, value: unknown, parameter: Parameter): unknown {
  if (parameter === "any") return value === undefined ? null : value;
  if (parameter === "value") return value;
  if (parameter === "string" && typeof value === "string") {
    if (value.length > longText) charge(frame, value.length);
    return value;
  }
  return validate(frame, value, parameter);
}

// The argument that comes through the pipe has been taken out of its interface.
function admitFinal(frame: Frame, value: unknown, parameter: Parameter): unknown {
  return admit(frame, value === null ? undefined : value, parameter);
}

// One form for each common number of arguments: a call is what templates do most.

function invokeNone({ identifier, whole, name }: Call, run: AnyFunction): Evaluate {
  return (frame) => {
    frame.node = identifier;
    try {
      return within(frame, run());
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

function invokeOne(call: Call, run: AnyFunction, { evaluate, parameter }: Argument): Evaluate {
  const { whole, name } = call;
  const settle = settledNode(call);
  return (frame, dot) => {
    const a = admit(frame, evaluate(frame, dot), parameter);
    if (settle !== undefined) frame.node = settle;
    try {
      return within(frame, run(a));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

function invokeTwo(call: Call, run: AnyFunction, first: Argument, second: Argument): Evaluate {
  const { whole, name } = call;
  const settle = settledNode(call);
  const { evaluate: evaluateFirst, parameter: firstParameter } = first;
  const { evaluate: evaluateSecond, parameter: secondParameter } = second;
  if (first.constant !== undefined) {
    const a = first.constant.value;
    return (frame, dot) => {
      const b = admit(frame, evaluateSecond(frame, dot), secondParameter);
      if (settle !== undefined) frame.node = settle;
      try {
        return within(frame, run(a, b));
      } catch (error) {
        throw callFailure(frame, whole, name, error);
      }
    };
  }
  if (second.constant !== undefined) {
    const b = second.constant.value;
    return (frame, dot) => {
      const a = admit(frame, evaluateFirst(frame, dot), firstParameter);
      if (settle !== undefined) frame.node = settle;
      try {
        return within(frame, run(a, b));
      } catch (error) {
        throw callFailure(frame, whole, name, error);
      }
    };
  }
  return (frame, dot) => {
    const a = admit(frame, evaluateFirst(frame, dot), firstParameter);
    const b = admit(frame, evaluateSecond(frame, dot), secondParameter);
    if (settle !== undefined) frame.node = settle;
    try {
      return within(frame, run(a, b));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

interface Piped {
  readonly final: Evaluate;
  /** The parameter that the piped value is for. */
  readonly last: Parameter;
}

function invokePiped({ identifier, whole, name }: Call, run: AnyFunction, { final, last }: Piped): Evaluate {
  return (frame, dot) => {
    const piped = final(frame, dot);
    frame.node = identifier;
    const a = admitFinal(frame, piped, last);
    try {
      return within(frame, run(a));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

function invokeOnePiped(
  call: Call,
  run: AnyFunction,
  { first, final, last }: Piped & { readonly first: Argument },
): Evaluate {
  const { whole, name } = call;
  const settle = settledNode(call);
  if (first.constant !== undefined && settle !== undefined) {
    const a = first.constant.value;
    return (frame, dot) => {
      const piped = final(frame, dot);
      frame.node = settle;
      const b = admitFinal(frame, piped, last);
      try {
        return within(frame, run(a, b));
      } catch (error) {
        throw callFailure(frame, whole, name, error);
      }
    };
  }
  const { evaluate, parameter } = first;
  return (frame, dot) => {
    const piped = final(frame, dot);
    const a = admit(frame, evaluate(frame, dot), parameter);
    if (settle !== undefined) frame.node = settle;
    const b = admitFinal(frame, piped, last);
    try {
      return within(frame, run(a, b));
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

function invokeContextual(call: Call, callee: GoFunction, args: readonly Argument[]): Evaluate {
  const { whole, name, final } = call;
  const run = callee.call as AnyFunction;
  const { 0: first, 1: second } = args;
  const settle = settledNode(call);
  if (
    final === undefined &&
    first !== undefined &&
    second !== undefined &&
    args.length === 2 &&
    callee.cost === undefined
  ) {
    const { evaluate: evaluateFirst, parameter: firstParameter } = first;
    const { evaluate: evaluateSecond, parameter: secondParameter } = second;
    return (frame, dot) => {
      const a = admit(frame, evaluateFirst(frame, dot), firstParameter);
      const b = admit(frame, evaluateSecond(frame, dot), secondParameter);
      if (settle !== undefined) frame.node = settle;
      try {
        return within(frame, run(frame, a, b));
      } catch (error) {
        throw callFailure(frame, whole, name, error);
      }
    };
  }
  const { cost = 0 } = callee;
  const operands = operandsOf(call, callee, args);
  return (frame, dot) => {
    const values = evaluateAll(frame, dot, operands);
    try {
      if (cost > 0) spend(frame.run, cost);
      return within(frame, run(frame, ...values));
    } catch (error) {
      throw callFailure(frame, whole, name, error);
    }
  };
}

interface Operands {
  readonly evaluates: readonly Evaluate[];
  readonly parameters: readonly Parameter[];
  readonly final: Evaluate | undefined;
  readonly last: Parameter;
  readonly settle: Node | undefined;
}

function operandsOf(call: Call, callee: GoFunction, args: readonly Argument[]): Operands {
  return {
    evaluates: args.map(({ evaluate }) => evaluate),
    parameters: args.map(({ parameter }) => parameter),
    final: call.final,
    last: parameterAt(callee, args.length),
    settle: settledNode(call),
  };
}

function evaluateAll(frame: Frame, dot: unknown, { evaluates, parameters, final, last, settle }: Operands): unknown[] {
  const piped = final?.(frame, dot);
  const values: unknown[] = [];
  for (let i = 0; i < evaluates.length; i += 1) {
    values.push(admit(frame, (evaluates[i] as Evaluate)(frame, dot), parameters[i] as Parameter));
  }
  if (settle !== undefined) frame.node = settle;
  if (final !== undefined) values.push(admitFinal(frame, piped, last));
  return values;
}

/** From here on, reading or making a text (or a list) counts as work. */
const longText = 1024;

function charge(frame: Frame, length: number): void {
  try {
    spend(frame.run, length >> 6);
  } catch (error) {
    if (error instanceof GoError) throw errorAt(frame, frame.node, error.message, error);
    throw error;
  }
}

// Long results count as work, and a text that is too long is refused.
function within(frame: Frame, result: unknown): unknown {
  if (typeof result === "string") {
    if (result.length <= longText) return result;
    const { run } = frame;
    spend(run, result.length >> 5);
    if (result.length > run.limits.outputLength) {
      throw limitError(`string is longer than ${run.limits.outputLength} characters`);
    }
  } else if (Array.isArray(result) && result.length > longText) spend(frame.run, result.length);
  return result;
}

function callFailure(frame: Frame, node: Node, name: string, error: unknown): unknown {
  if (error instanceof GoError) return errorAt(frame, node, `error calling ${name}: ${error.message}`, error);
  if (error instanceof RangeError && /string length/i.test(error.message)) {
    const limit = limitError(`string is longer than ${frame.run.limits.outputLength} characters`);
    return errorAt(frame, node, `error calling ${name}: ${limit.message}`, limit);
  }
  if (error instanceof LookupPending || isStackEnd(error)) return error;
  // Whatever else a function throws is its error, as a panic is in Go.
  const failure = new GoError(messageOf(error));
  return errorAt(frame, node, `error calling ${name}: ${failure.message}`, failure);
}
