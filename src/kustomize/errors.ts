import { CodedError } from "../base/errors.ts";

/**
 * `invalid`: a kustomization file or a resource that cannot be read. `missing`: something names what is not there.
 * `conflict`: two resources with one identity, or a patch with too many targets. `unsupported`: a field this build does not know how to follow.
 */
export type KustomizeErrorCode = "invalid" | "missing" | "conflict" | "unsupported";

/** A build that could not be done. The message is kustomize's where kustomize has one. */
export class KustomizeError extends CodedError<KustomizeErrorCode> {}

/** Puts what was attempted before an error of this room and keeps its code. */
export function within<Result>(attempt: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof KustomizeError)) throw cause;
    throw new KustomizeError(cause.code, `${attempt}: ${cause.message}`, { cause });
  }
}
