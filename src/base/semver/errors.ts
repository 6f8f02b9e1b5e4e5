import { CodedError } from "../errors.ts";

export type SemverErrorCode = "version" | "constraint";

/** A version or a constraint that cannot be read; the text is that of Masterminds/semver. */
export class SemverError extends CodedError<SemverErrorCode> {}
