import { constantFor, idealConstant, nilOf, validate } from "./argument.ts";
import type { Compilation } from "./compile.ts";
import { compileCall } from "./compile-call.ts";
import { callField, countComplaint, type Origin, readField } from "./field.ts";
import type { CommandNode, Operand, PipeNode, VariableNode } from "./nodes.ts";
import { sourceOf } from "./nodes.ts";
import { type Frame, fail } from "./run.ts";
import type { Method, Parameter } from "./value.ts";
import { declareVariable, findVariable } from "./variables.ts";

/** An expression, compiled. A nil inside an interface is null, no value is undefined. */
export type Evaluate = (frame: Frame, dot: unknown) => unknown;

/** Compiles a pipeline with its declarations. The result may be null where Go would take nil out of its interface. */
export function compilePipeline(pipe: PipeNode, context: Compilation): Evaluate {
  let evaluate: Evaluate | undefined;
  for (const command of pipe.commands) evaluate = compileCommand(command, { pipe, final: evaluate }, context);
  if (evaluate === undefined) return () => undefined;
  if (pipe.declarations.length === 0) return evaluate;
  const value = evaluate;
  const assign = pipe.declarations.map((variable) => compileAssignment(variable, pipe.isAssignment, context));
  const { 0: first, 1: second } = assign;
  return (frame, dot) => {
    const result = value(frame, dot) ?? undefined;
    first?.(frame, result);
    second?.(frame, result);
    return result;
  };
}

function compileAssignment(
  node: VariableNode,
  isAssignment: boolean,
  { variables }: Compilation,
): (frame: Frame, value: unknown) => void {
  const variable = isAssignment ? findVariable(variables, node.name) : declareVariable(variables, node.name);
  if (variable === undefined) return (frame) => fail(frame, `undefined variable: ${node.name}`);
  const { slot } = variable;
  if (isAssignment && variable.isElement) {
    return (frame, value) => {
      frame.variables[slot] = value;
      frame.concreteSlots ??= new Set();
      frame.concreteSlots.add(slot);
    };
  }
  return (frame, value) => {
    frame.variables[slot] = value;
  };
}

function compileCommand(
  command: CommandNode,
  { pipe, final }: { readonly pipe: PipeNode; readonly final: Evaluate | undefined },
  context: Compilation,
): Evaluate {
  const { operands } = command;
  const first = operands[0];
  if (first === undefined) return () => undefined;
  const args = operands.slice(1);
  switch (first.type) {
    case "field":
    case "chain":
    case "variable":
      if (args.length > 0 || final !== undefined) return compileMember(first, args, final, context);
      return compileOperand(first, context);
    case "identifier":
      return compileCall({ name: first.name, identifier: first, whole: command, args, final }, context);
    case "pipe":
    case "bool":
    case "dot":
    case "nil":
    case "number":
    case "string": {
      const value = compileOperand(first, context);
      if (args.length === 0 && final === undefined) {
        if (first.type === "pipe") return value;
        return (frame, dot) => {
          frame.node = first;
          return value(frame, dot);
        };
      }
      return (frame, dot) => {
        final?.(frame, dot);
        if (first.type !== "pipe") frame.node = first;
        else if (final === undefined) frame.node = pipe;
        return fail(frame, `can't give argument to non-function ${sourceOf(first)}`);
      };
    }
  }
}

/** Compiles an operand on its own: where a command has no arguments, and where its type is free. */
export function compileOperand(node: Operand, context: Compilation): Evaluate {
  switch (node.type) {
    case "field":
      return compileFields(node, (_, dot) => dot, node.fields, dotOrigin(context));
    case "variable":
      return compileVariable(node, context);
    case "chain":
      return compileChain(node.operand, node.fields, context);
    case "identifier":
      return compileCall({ name: node.name, identifier: node, whole: node, args: [], final: undefined }, context);
    case "pipe": {
      const evaluate = compilePipeline(node, context);
      return (frame, dot) => evaluate(frame, dot) ?? undefined;
    }
    case "dot":
      return (_, dot) => dot;
    case "bool": {
      const { value } = node;
      return () => value;
    }
    case "string": {
      const { text } = node;
      return () => text;
    }
    case "number": {
      const constant = idealConstant(node);
      if (typeof constant !== "string") return () => constant.value;
      return (frame) => {
        frame.node = node;
        return fail(frame, constant);
      };
    }
    case "nil":
      return (frame) => {
        frame.node = node;
        return fail(frame, "nil is not a command");
      };
  }
}

function dotOrigin({ dotInInterface }: Compilation): Origin {
  return dotInInterface ? "rangeDot" : "concrete";
}

function compileVariable(node: VariableNode, context: Compilation, fields = node.fields): Evaluate {
  const variable = findVariable(context.variables, node.name);
  if (variable === undefined) {
    return (frame) => {
      frame.node = node;
      return fail(frame, `undefined variable: ${node.name}`);
    };
  }
  const { slot } = variable;
  if (fields.length === 0) {
    return (frame) => {
      frame.node = node;
      return frame.variables[slot];
    };
  }
  return compileFields(node, (frame) => frame.variables[slot], fields, variable.isElement ? slot : "concrete");
}

function compileChain(operand: Operand, fields: readonly string[], context: Compilation): Evaluate {
  const value = compileChainStart(operand, context);
  return (frame, dot) => {
    return readFields(frame, value(frame, dot), fields, "concrete");
  };
}

function readFields(frame: Frame, start: unknown, fields: readonly string[], origin: Origin): unknown {
  let container: unknown;
  let current = start;
  for (let i = 0; i < fields.length; i += 1) {
    const next = readField(frame, current, fields[i] as string, i > 0 ? "interface" : origin, container);
    container = current;
    current = next;
  }
  return current;
}

function compileChainStart(operand: Operand, context: Compilation): Evaluate {
  if (operand.type !== "nil") return compileOperand(operand, context);
  return (frame) => fail(frame, `indirection through explicit nil in ${sourceOf(operand)}`);
}

function compileFields(node: Operand, start: Evaluate, fields: readonly string[], origin: Origin): Evaluate {
  const { 0: first = "", 1: second = "", 2: third = "" } = fields;
  switch (fields.length) {
    case 1:
      return (frame, dot) => {
        frame.node = node;
        return readField(frame, start(frame, dot), first, origin);
      };
    case 2:
      return (frame, dot) => {
        frame.node = node;
        const outer = start(frame, dot);
        return readField(frame, readField(frame, outer, first, origin), second, "interface", outer);
      };
    case 3:
      return (frame, dot) => {
        frame.node = node;
        const outer = start(frame, dot);
        const middle = readField(frame, outer, first, origin);
        const inner = readField(frame, middle, second, "interface", outer);
        return readField(frame, inner, third, "interface", middle);
      };
    default:
      return (frame, dot) => {
        frame.node = node;
        return readFields(frame, start(frame, dot), fields, origin);
      };
  }
}

// `.Files.Get "x"`, `$x.Method 1`, `(chain).Method 1`: the last name must be a method.
function compileMember(
  node: Operand & { readonly type: "field" | "chain" | "variable" },
  args: readonly Operand[],
  final: Evaluate | undefined,
  context: Compilation,
): Evaluate {
  if (node.type === "variable" && node.fields.length === 0) {
    return (frame, dot) => {
      final?.(frame, dot);
      frame.node = node;
      return fail(frame, `can't give argument to non-function ${sourceOf(node)}`);
    };
  }
  const path = node.fields.slice(0, -1);
  const name = node.fields.at(-1) ?? "";
  const receiver = compileReceiver(node, path, context);
  const values = args.map((arg) => ({ arg, evaluate: arg.type === "nil" ? undefined : compileOperand(arg, context) }));
  return (frame, dot) => {
    const last = final === undefined ? undefined : (final(frame, dot) ?? undefined);
    if (node.type !== "chain") frame.node = node;
    const value = receiver(frame, dot);
    const evaluate = (method: Method): unknown[] => {
      const total = args.length + (final === undefined ? 0 : 1);
      const complaint = countComplaint(name, method, { explicit: args.length, total });
      if (complaint !== undefined) fail(frame, complaint);
      const given = values.map(({ arg, evaluate: compute }, index) => {
        frame.node = arg;
        return argumentFor(frame, arg, compute?.(frame, dot), method.parameters[index] ?? method.variadic ?? "any");
      });
      if (final !== undefined) {
        const parameter = method.parameters[args.length] ?? method.variadic ?? "any";
        given.push(validate(frame, last, parameter));
      }
      frame.node = node;
      return given;
    };
    return callField(frame, value, name, { origin: path.length > 0 ? "interface" : "concrete", evaluate });
  };
}

function compileReceiver(
  node: Operand & { readonly type: "field" | "chain" | "variable" },
  path: readonly string[],
  context: Compilation,
): Evaluate {
  if (node.type === "chain") return compileChain(node.operand, path, context);
  if (node.type === "variable") return compileVariable(node, context, path);
  return path.length === 0 ? (_, dot) => dot : compileFields(node, (_, dot) => dot, path, dotOrigin(context));
}

function argumentFor(frame: Frame, arg: Operand, value: unknown, parameter: Parameter): unknown {
  if (arg.type === "nil") {
    const nil = nilOf(parameter);
    return nil === undefined ? fail(frame, "cannot assign nil to its type") : nil.nil;
  }
  if (arg.type === "bool" || arg.type === "number" || arg.type === "string") {
    const constant = constantFor(arg, parameter);
    return typeof constant === "string" ? fail(frame, constant) : constant.value;
  }
  return validate(frame, value, parameter);
}
