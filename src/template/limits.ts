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
  valueDepth: 1000,
  valueParts: 5_000_000,
};
