import { limitError } from "./errors.ts";

/** The bounds that keep a hostile chart from taking all time or memory. Each has a default; a caller may name others. */
export interface Limits {
  /** Function calls, loop turns and template invocations in one render. */
  readonly steps: number;
  /** Characters in the output of one template, and in any string that a function makes. */
  readonly outputLength: number;
  /** Elements in a list that `until`, `untilStep`, `seq` or `chunk` makes. */
  readonly listLength: number;
  /** How long one render may take; looked at now and then. */
  readonly milliseconds: number;
  /** Nested `include` of one name; helm's number. */
  readonly includeDepth: number;
  /** Nested `template` actions; Go's number, seldom reached before the stack ends, which gives the same error. */
  readonly templateDepth: number;
  /** Characters in a regular expression. */
  readonly patternLength: number;
  /** Size of the compiled regular expression times the length of the text it is matched with. */
  readonly patternWork: number;
  /** Depth of a value that is printed, copied or encoded; deeper (or cyclic) ones are refused. */
  readonly valueDepth: number;
  /** Parts of a value that is walked as a whole: shared parts count each time they are met. */
  readonly valueParts: number;
}

export const defaultLimits: Limits = {
  steps: 20_000_000,
  outputLength: 64 * 1024 * 1024,
  listLength: 1_000_000,
  milliseconds: 30_000,
  includeDepth: 1000,
  templateDepth: 100_000,
  patternLength: 64 * 1024,
  patternWork: 1_000_000_000,
  valueDepth: 1000,
  valueParts: 5_000_000,
};

let inForce: Limits = defaultLimits;
let deadline = Number.POSITIVE_INFINITY;

/** The bounds of the render that is running, for functions that do not know which one that is. */
export function limitsInForce(): Limits {
  return inForce;
}

/** Runs work under bounds, counted from when it began. A render is synchronous, so what is in force is always that of the innermost one. */
export function underLimits<Result>(limits: Limits, began: number, work: () => Result): Result {
  const outer = { inForce, deadline };
  inForce = limits;
  deadline = began + limits.milliseconds;
  try {
    return work();
  } finally {
    ({ inForce, deadline } = outer);
  }
}

/** For loops inside of one function: refuses to go on when the render's time is over. */
export function checkTime(): void {
  if (performance.now() > deadline) throw limitError(`template takes longer than ${inForce.milliseconds} ms`);
}

/** Refuses a text that is too long. */
export function checkLength(length: number): void {
  if (length > inForce.outputLength) throw limitError(`string is longer than ${inForce.outputLength} characters`);
}

/** Refuses a text that is too long to be taken apart: its characters as values of their own need many times its room. */
export function checkPieces(length: number): void {
  const most = Math.floor(inForce.outputLength / 4);
  if (length > most) throw limitError(`string of single characters is longer than ${most} characters`);
}

/** Refuses a list that is too long. */
export function checkListLength(length: number): void {
  if (length > inForce.listLength) throw limitError(`list is longer than ${inForce.listLength} elements`);
}
