import { GoError, limitError } from "./errors.ts";
import { compilePipeline, type Evaluate } from "./compile-pipeline.ts";
import type { Functions } from "./functions/function.ts";
import { mayNeedCleaning, watchesOutput } from "./clean.ts";
import type { ActionNode, BranchNode, ListNode, Statement, TemplateNode } from "./nodes.ts";
import { printed, sprint } from "./print.ts";
import { checkOutput, errorAt, fail, Frame, isStackEnd, step } from "./run.ts";
import { isTrue } from "./truth.ts";
import { elementAt, type GoMap, int, Integer, isMap, isSlice, namedType, sortedKeys } from "./value.ts";
import { quote } from "./quote.ts";
import { findVariable, markElement, openVariables, type Variable, type Variables } from "./variables.ts";

/** How a statement ended: goes on, breaks out of a range, or continues it. */
export type Signal = 0 | 1 | 2;
const goesOn = 0;
const breaks = 1;
const continues = 2;

/** A statement, compiled: writes to the frame's output. */
export type Step = (frame: Frame, dot: unknown) => Signal;

/** What statements are compiled in: the functions, and the variables they see. */
export interface Compilation {
  readonly functions: Functions;
  readonly variables: Variables;
  /** Whether dot comes from a range, where Go has it inside an interface. */
  readonly dotInInterface: boolean;
  /** Whether the body keeps watch for values that make its output need cleaning. */
  readonly watches: boolean;
}

/** Compiles a template body to closures. No text of the template becomes code. */
export function compileBody(body: ListNode, functions: Functions): { readonly step: Step; readonly watches: boolean } {
  const watches = watchesOutput(body);
  return {
    step: compileList(body, { functions, variables: openVariables(), dotInInterface: false, watches }),
    watches,
  };
}

function compileList(list: ListNode, context: Compilation): Step {
  const steps = list.nodes.map((node) => compileStatement(node, context));
  switch (steps.length) {
    case 0:
      return () => goesOn;
    case 1:
      return steps[0] as Step;
    default:
      return (frame, dot) => {
        for (let i = 0; i < steps.length; i += 1) {
          const signal = (steps[i] as Step)(frame, dot);
          if (signal !== goesOn) return signal;
        }
        return goesOn;
      };
  }
}

function compileStatement(node: Statement, context: Compilation): Step {
  switch (node.type) {
    case "text": {
      const { text } = node;
      return (frame) => {
        frame.output += text;
        return goesOn;
      };
    }
    case "action":
      return compileAction(node, context);
    case "break":
      return () => breaks;
    case "continue":
      return () => continues;
    case "if":
    case "with":
      return compileBranch(node, context);
    case "range":
      return compileRange(node, context);
    case "template":
      return compileTemplate(node, context);
  }
}

function compileAction(node: ActionNode, context: Compilation): Step {
  const evaluate = compilePipeline(node.pipe, context);
  if (node.pipe.declarations.length > 0) {
    return (frame, dot) => {
      evaluate(frame, dot);
      return goesOn;
    };
  }
  if (context.watches) {
    return (frame, dot) => {
      const value = evaluate(frame, dot);
      const text = typeof value === "string" ? value : printAt(frame, node, value);
      if (mayNeedCleaning(text)) frame.needsCleaning = true;
      frame.output += text;
      return goesOn;
    };
  }
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    frame.output += typeof value === "string" ? value : printAt(frame, node, value);
    return goesOn;
  };
}

function printAt(frame: Frame, node: ActionNode, value: unknown): string {
  try {
    return printed(value);
  } catch (error) {
    if (error instanceof GoError) throw errorAt(frame, node, error.message, error);
    throw error;
  }
}

// The lists of a branch are compiled when they are first run: most of a chart's branches never are.
function compileBranch(node: BranchNode, context: Compilation): Step {
  const { variables } = context;
  const outer = variables.innermost;
  const evaluate = compilePipeline(node.pipe, context);
  const { innermost } = variables;
  variables.innermost = outer;
  const setsDot = node.type === "with";
  let list: Step | undefined;
  let otherwise: Step | undefined;
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    if (value === true || isTrue(value)) {
      list ??= compileList(node.list, inside(context, innermost, setsDot ? false : context.dotInInterface));
      return list(frame, setsDot ? value : dot);
    }
    if (node.otherwise === undefined) return goesOn;
    otherwise ??= compileList(node.otherwise, inside(context, innermost, context.dotInInterface));
    return otherwise(frame, dot);
  };
}

function inside(context: Compilation, innermost: Variable, dotInInterface: boolean): Compilation {
  return { ...context, variables: { innermost }, dotInInterface };
}

/** One turn of a range. */
type Turn = (frame: Frame, index: unknown, element: unknown) => Signal;

function compileRange(node: BranchNode, context: Compilation): Step {
  const { variables } = context;
  const outer = variables.innermost;
  const evaluate = compilePipeline(node.pipe, context);
  const declared = node.pipe.declarations.map(({ name }) => findVariable(variables, name));
  // An index or a key is what it is; the element may be in an interface.
  if (!node.pipe.isAssignment && declared.length > 0) markElement(variables);
  const { innermost } = variables;
  variables.innermost = outer;
  let list: Step | undefined;
  let otherwise: Step | undefined;

  const indexSlot = declared.length > 1 ? declared[0]?.slot : undefined;
  const elementSlot = declared.length > 1 ? declared[1]?.slot : declared[0]?.slot;
  const turn: Turn = (frame, index, element) => {
    if (elementSlot !== undefined) frame.variables[elementSlot] = element;
    if (indexSlot !== undefined) frame.variables[indexSlot] = typeof index === "number" ? int(index) : index;
    step(frame);
    list ??= compileList(node.list, inside(context, innermost, true));
    const signal = list(frame, element);
    checkOutput(frame);
    return signal;
  };
  return (frame, dot) => {
    const value = evaluate(frame, dot);
    const outerDot = frame.concreteDot;
    frame.concreteDot = hasConcreteElements(value);
    if (elementSlot !== undefined) noteElements(frame, elementSlot);
    const ran = runRange(frame, value, turn, declared.length);
    frame.concreteDot = outerDot;
    if (ran || node.otherwise === undefined) return goesOn;
    otherwise ??= compileList(node.otherwise, inside(context, innermost, context.dotInInterface));
    // Go's parser has a break in here belong to the range around this one, and its engine to this one.
    const signal = otherwise(frame, dot);
    return signal === breaks ? goesOn : signal;
  };
}

// Numbers, and lists and maps of texts or numbers.
function hasConcreteElements(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (value instanceof Integer || value instanceof Uint8Array) return true;
  const element = namedType(value)?.element;
  return element !== undefined && element !== "interface {}";
}

function noteElements(frame: Frame, slot: number): void {
  if (frame.concreteDot) {
    frame.concreteSlots ??= new Set();
    frame.concreteSlots.add(slot);
  } else frame.concreteSlots?.delete(slot);
}

// Runs a turn for each element; false when there was none.
function runRange(frame: Frame, value: unknown, turn: Turn, declared: number): boolean {
  if (value === null || value === undefined) return false;
  if (isSlice(value)) return overList(frame, value, turn);
  if (typeof value === "bigint" || value instanceof Integer) return overInteger(frame, value, turn, declared);
  if (isMap(value)) return overMap(frame, value, turn);
  return fail(frame, `range can't iterate over ${sprint(value)}`);
}

function overList(frame: Frame, list: readonly unknown[] | Uint8Array, turn: Turn): boolean {
  const { length } = list;
  for (let i = 0; i < length; i += 1) {
    if (turn(frame, i, elementAt(list, i)) === breaks) break;
  }
  return length > 0;
}

function overMap(frame: Frame, map: GoMap, turn: Turn): boolean {
  const keys = sortedKeys(map);
  // Go takes keys and values before the first turn: what a turn does to the map does not show.
  const values = keys.map((key) => map[key] ?? null);
  for (let i = 0; i < keys.length; i += 1) {
    if (turn(frame, keys[i], values[i]) === breaks) break;
  }
  return keys.length > 0;
}

function overInteger(frame: Frame, value: Integer | bigint, turn: Turn, declared: number): boolean {
  if (declared > 1) fail(frame, `can't use ${sprint(value)} to iterate over more than one variable`);
  const count = typeof value === "bigint" ? value : value.value;
  for (let i = 0n; i < count; i += 1n) {
    const element = typeof value === "bigint" ? i : value.kind === "int" ? int(i) : new Integer(value.kind, i);
    if (turn(frame, undefined, element) === breaks) break;
  }
  return count > 0n;
}

function compileTemplate(node: TemplateNode, context: Compilation): Step {
  const { name } = node;
  const { watches } = context;
  const evaluate: Evaluate = node.pipe === undefined ? () => undefined : compilePipeline(node.pipe, context);
  return (frame, dot) => {
    frame.node = node;
    const program = frame.scope.lookup(name);
    if (program === undefined) return fail(frame, `template ${quote(name)} not defined`);
    const limit = frame.run.limits.templateDepth;
    if (frame.depth >= limit) fail(frame, `exceeded maximum template depth (${limit})`);
    step(frame);
    const data = evaluate(frame, dot) ?? undefined;
    const body = program.step;
    const inner = new Frame(frame.run, frame.scope, program, { data, depth: frame.depth + 1 });
    try {
      body(inner, data);
    } catch (error) {
      // JavaScript's stack ends before Go's does; what recurses so far would reach Go's limit too.
      if (isStackEnd(error)) {
        const message = `exceeded maximum template depth (${limit})`;
        throw errorAt(frame, node, message, limitError(message));
      }
      throw error;
    }
    if (watches && mayNeedCleaning(inner.output)) frame.needsCleaning = true;
    frame.output += inner.output;
    checkOutput(frame);
    return goesOn;
  };
}
