import type { ObjectReference } from "../api/index.ts";
import { CodedError, messageOf } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import type { UnreadyReason } from "../kube/index.ts";
import type { ReleaseRecord } from "./record.ts";

/** Why a release could not be read or changed. */
export type ReleaseErrorCode =
  /** The release, or the revision, is not in storage. */
  | "NotFound"
  /** The revision is in storage already: somebody else is releasing. */
  | "AlreadyExists"
  /** Nothing to upgrade from. */
  | "NoDeployedReleases"
  /** The last revision is pending: another operation is under way, or was interrupted. */
  | "Pending"
  /** The name, a revision number, a label or a combination of options is not possible. */
  | "InvalidOptions"
  /** The name belongs to a release already. */
  | "NameInUse"
  /** A stored record, or a manifest in it, cannot be read. */
  | "Corrupt"
  /** The record does not fit into an object of the cluster. */
  | "TooLarge"
  /** The storage did not take or give a record. */
  | "StorageFailed"
  /** The cluster does not answer. */
  | "Unreachable"
  /** The chart could not be rendered with these values. */
  | "RenderFailed"
  /** A rendered object cannot be sent: invalid, or its kind is not served. */
  | "InvalidManifest"
  /** An object exists and belongs to somebody else. */
  | "Conflict"
  /** A CustomResourceDefinition of the chart's `crds/` could not be applied. */
  | "CrdFailed"
  /** Objects could not be written. */
  | "ApplyFailed"
  /** A hook could not be created, or did not complete. */
  | "HookFailed"
  /** Objects did not become ready, or did not go away, in time. */
  | "WaitFailed"
  /** Objects could not be deleted. */
  | "DeleteFailed"
  /** The signal was aborted. */
  | "Canceled";

/**
 * An action that failed. `record` is the revision as it was last stored by the action; it is absent when the action failed before it wrote
 * anything, so that there is nothing to remedy.
 */
export class ReleaseError extends CodedError<ReleaseErrorCode> {
  readonly record: ReleaseRecord | undefined;
  /** What was waited for in vain. */
  readonly unready: readonly ObjectReference[];
  /** Why it is not ready. No part of the message, which is Helm's and is stored. */
  readonly reasons: readonly UnreadyReason[];

  constructor(
    code: ReleaseErrorCode,
    message: string,
    options?: ErrorOptions & {
      readonly record?: ReleaseRecord | undefined;
      readonly unready?: readonly ObjectReference[];
      readonly reasons?: readonly UnreadyReason[];
    },
  ) {
    super(code, message, options);
    this.record = options?.record;
    this.unready = options?.unready ?? [];
    this.reasons = options?.reasons ?? [];
  }
}

/** True for a ReleaseError with this code. */
export function hasCode(thrown: unknown, code: ReleaseErrorCode): boolean {
  return thrown instanceof ReleaseError && thrown.code === code;
}

/** What every lookup says of a release that is not there; Helm's text. */
export function notFound(): ReleaseError {
  return new ReleaseError("NotFound", "release: not found");
}

/** Helm's text for a release of which there is no revision. */
export function noRevision(name: string): ReleaseError {
  return new ReleaseError("NotFound", `no revision for release ${goQuote(name)}`);
}

/** Helm's text for a release without a deployed revision. */
export function noDeployedReleases(name: string): ReleaseError {
  return new ReleaseError("NoDeployedReleases", `${goQuote(name)} has no deployed releases`);
}

/** The same failure with another text, and the record that an action had stored. */
export function wrapped(thrown: unknown, message: string, record?: ReleaseRecord): ReleaseError {
  const code = thrown instanceof ReleaseError ? thrown.code : "ApplyFailed";
  return new ReleaseError(code, message, { cause: thrown, record });
}

/** Runs a step; what it throws gets Helm's words for the step in front. */
export async function inStep<T>(step: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw wrapped(error, `${step}: ${messageOf(error)}`);
  }
}
