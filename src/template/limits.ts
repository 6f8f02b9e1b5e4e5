import { limitError } from "./errors.ts";

/** The bounds that keep a hostile chart from taking all time or memory. Each has a default; a caller may name others. */
export interface Limits {
  /** Function calls, loop turns and template invocations in one render. */
  readonly steps: number;
  /** Characters in the output of one template, and in any string that a function makes. */
  readonly outputLength: number;
  /** Elements in a list that `until`, `untilStep`, `seq` or `chunk` makes. */
  readonly listLength: number;
  /** How long a render may take, by the clock and by the processor's time; looked at now and then. */
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

/** When work began: by the clock, and by what the process had used of its processors, where that can be known. */
export interface Beginning {
  readonly clock: number;
  readonly processor: number | undefined;
}

/** Begins to count time. */
export function begin(): Beginning {
  return { clock: clock(), processor: processorTime() };
}

// A busy machine must not make a chart fail: once the clock says that time is over, the processor's time counts.
export function isOver({ clock: began, processor }: Beginning, milliseconds: number): boolean {
  if (clock() - began <= milliseconds) return false;
  return processor === undefined || (processorTime() ?? Number.POSITIVE_INFINITY) - processor >= milliseconds;
}

// Node loads a dozen of its files at the first use of `performance`.
function clock(): number {
  const { process } = globalThis as { process?: { hrtime?(): readonly [seconds: number, nanoseconds: number] } };
  const now = process?.hrtime?.();
  return now === undefined ? performance.now() : now[0] * 1000 + now[1] / 1e6;
}

function processorTime(): number | undefined {
  const { process } = globalThis as { process?: { cpuUsage?(): { readonly user: number; readonly system: number } } };
  const used = process?.cpuUsage?.();
  return used === undefined ? undefined : (used.user + used.system) / 1000;
}

let inForce: Limits = defaultLimits;
let since: Beginning | undefined;

/** The bounds of the render that is running, for functions that do not know which one that is. */
export function limitsInForce(): Limits {
  return inForce;
}

/** Runs work under bounds, counted from when it began. A render is synchronous, so what is in force is always that of the innermost one. */
export function underLimits<Result>(limits: Limits, began: Beginning, work: () => Result): Result {
  const outer = { inForce, since };
  inForce = limits;
  since = began;
  try {
    return work();
  } finally {
    ({ inForce, since } = outer);
  }
}

/** For loops inside of one function: refuses to go on when the render's time is over. */
export function checkTime(): void {
  if (since !== undefined && isOver(since, inForce.milliseconds))
    throw limitError(`template takes longer than ${inForce.milliseconds} ms`);
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
