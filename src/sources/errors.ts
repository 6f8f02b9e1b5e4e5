import { CodedError } from "../base/errors.ts";

export type SourceErrorCode =
  /** The network, a status that is not a success, a broken answer: another try may go better. */
  | "Unreachable"
  | "AuthenticationFailed"
  | "URLInvalid"
  /** Something from outside is larger than its limit. */
  | "TooLarge"
  | "InvalidIndex"
  | "ChartNotFound"
  | "ReferenceNotFound"
  | "GitOperationFailed"
  | "InvalidPath"
  | "ArtifactMissing"
  | "ArtifactChanged";

/** Why something outside could not be fetched, or something stored could not be read. */
export class SourceError extends CodedError<SourceErrorCode> {}
