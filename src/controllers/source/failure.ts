/** What the conditions of a source call a failure; each is True while it lasts, except SourceVerified. */
export type FailureCondition =
  | "StorageOperationFailed"
  | "FetchFailed"
  | "IncludeUnavailable"
  | "BuildFailed"
  | "SourceVerified";

/** Why a source has no new artifact, and what happens next. */
export interface Failure {
  readonly condition: FailureCondition;
  readonly reason: string;
  readonly message: string;
  /** A second condition that tells of it; or the same again, in the words that stay. */
  readonly also?: { readonly condition: FailureCondition; readonly reason: string; readonly message: string };
  /**
   * retry: soon again, with growing delays, and a Warning. requeue: the same without a Warning. wait: after the interval
   * for dependencies. stall: not until the object changes.
   */
  readonly next: "retry" | "requeue" | "wait" | "stall";
}

/** A Failure on its way up from where it was noticed. */
export class FailureError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "FailureError";
    this.failure = failure;
  }
}

/** Throws a failure; `retry` unless said otherwise. */
export function fail(failure: Omit<Failure, "next"> & Partial<Pick<Failure, "next">>, cause?: unknown): never {
  throw new FailureError({ next: "retry", ...failure }, { cause });
}
