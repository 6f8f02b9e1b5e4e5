import { ExecError, GoError, limitError } from "./errors.ts";
import { begin, type Beginning, isOver, type Limits } from "./limits.ts";
import { locationOf, type Node, sourceOf } from "./nodes.ts";
import type { Program, Scope } from "./scope.ts";
import { quote } from "./quote.ts";

/** What a map access gives for a key that is not there: nothing, the zero value, or an error. */
export type MissingKey = "invalid" | "zero" | "error";

/** Finds objects of the cluster for the template function of that name; `{}` when there is none. May throw LookupPending. */
export type Lookup = (apiVersion: string, kind: string, namespace: string, name: string) => unknown;

/** What helm's log says of a failure that lint mode passes over. */
export type WarnedAbout = "missing required value" | "missing required values" | "funcMap fail";

/** What templates get from outside while they run. */
export interface RunOptions {
  /** The time that `now` gives and that certificates start at. */
  readonly now?: () => Date;
  readonly lookup?: Lookup;
  /** Resolves a host name for `getHostByName`; without it the answer is "", as helm gives unless DNS is enabled. */
  readonly getHostByName?: (name: string) => string;
  /** In lint mode `required` and `fail` only report to `warn` and return "". */
  readonly lint?: boolean;
  readonly warn?: (message: string, about: WarnedAbout) => void;
  /** IANA name of the zone that `Local` means to dates; the process's own when absent. */
  readonly timeZone?: string;
  readonly limits?: Partial<Limits>;
  /** How often each name is being included at present; share one map between the templates of one release, as helm does. */
  readonly includes?: Map<string, number>;
  /** What was done so far; share one between the templates of one release, so that the limits hold for all of them together. */
  readonly work?: Work;
}

/** How much of its limits a render has used. */
export interface Work {
  readonly began: Beginning;
  steps: number;
}

/** Work that has not begun to count. */
export function beginWork(): Work {
  return { began: begin(), steps: 0 };
}

/** One render: what all its templates share. */
export interface Run {
  readonly options: RunOptions;
  readonly limits: Limits;
  readonly missingKey: MissingKey;
  readonly includes: Map<string, number>;
  readonly began: Beginning;
  steps: number;
  /** At which step to look at the limits again. */
  nextCheck: number;
}

const stepsBetweenChecks = 64;

/** A render that has not begun to count. */
export function newRun(options: RunOptions, limits: Limits, missingKey: MissingKey): Run {
  const includes = options.includes ?? new Map<string, number>();
  const { began, steps } = options.work ?? beginWork();
  return { options, limits, missingKey, includes, began, steps, nextCheck: steps + stepsBetweenChecks };
}

/** The execution of one template: its output so far, its variables and the node it is at. */
export class Frame {
  readonly run: Run;
  readonly scope: Scope;
  readonly name: string;
  readonly depth: number;
  readonly variables: unknown[];
  output = "";
  /** Set by a template that watches its output when it has written a value that may make cleaning necessary. */
  needsCleaning = false;
  /** Whether the range that set dot runs over numbers or texts, which Go does not keep in interfaces; and the variables it sets. */
  concreteDot = false;
  concreteSlots: Set<number> | undefined = undefined;
  /** The node that an error points at: the last one that was looked at, as in Go. */
  node: Node | undefined = undefined;

  constructor(run: Run, scope: Scope, program: Program, options: { readonly data: unknown; readonly depth: number }) {
    this.run = run;
    this.scope = scope;
    this.name = program.name;
    this.depth = options.depth;
    this.variables = [options.data];
  }
}

/** The error of a template at a node; `cause` is the error that it wraps. */
export function errorAt(frame: Frame, node: Node | undefined, message: string, cause?: GoError): ExecError {
  if (node === undefined) {
    return new ExecError(`template: ${frame.name}: ${message}`, { template: frame.name, line: 0 }, causeOption(cause));
  }
  const location = locationOf(node);
  const place = `${location.template}:${location.line}:${location.column}`;
  return new ExecError(
    `template: ${place}: executing ${quote(frame.name)} at <${sourceOf(node)}>: ${message}`,
    location,
    causeOption(cause),
  );
}

function causeOption(cause: GoError | undefined): { cause?: GoError } {
  return cause === undefined ? {} : { cause };
}

/** An error of the template itself, at the node it is at. */
export function fail(frame: Frame, message: string): never {
  throw errorAt(frame, frame.node, message);
}

/** Counts one step of work, and refuses the one that is too many. */
export function step(frame: Frame): void {
  const { run } = frame;
  run.steps += 1;
  if (run.steps < run.nextCheck) return;
  try {
    checkWork(run);
  } catch (error) {
    if (error instanceof GoError) throw errorAt(frame, frame.node, error.message, error);
    throw error;
  }
}

/** Counts the work of a function; throws GoError when it is too much. */
export function spend(run: Run, steps: number): void {
  run.steps += steps;
  if (run.steps >= run.nextCheck) checkWork(run);
}

function checkWork(run: Run): void {
  const { steps, milliseconds } = run.limits;
  run.nextCheck = run.steps + stepsBetweenChecks;
  if (run.steps > steps) throw limitError(`template takes more than ${steps} steps`);
  if (isOver(run.began, milliseconds)) throw limitError(`template takes longer than ${milliseconds} ms`);
}

/** Refuses output that is too long. */
export function checkOutput(frame: Frame): void {
  if (frame.output.length > frame.run.limits.outputLength) {
    const limit = limitError(`output is longer than ${frame.run.limits.outputLength} characters`);
    throw errorAt(frame, frame.node, limit.message, limit);
  }
}

/** True for the error that JavaScript throws when its stack is full. */
export function isStackEnd(error: unknown): boolean {
  // No regular expression here: there is no stack left to compile one, which is an error of its own.
  if (error instanceof SyntaxError) return error.message.endsWith("Stack overflow");
  return error instanceof RangeError && error.message.startsWith("Maximum call stack");
}
