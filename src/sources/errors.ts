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
  /** No trusted key made the signature of a commit or a tag. */
  | "SignatureInvalid"
  | "InvalidPath"
  | "NotFound"
  | "ArtifactChanged"
  | ChartBuildErrorCode;

/** Where the making of a chart failed; Flux's reasons. */
export type ChartBuildErrorCode =
  | "InvalidChartReference"
  | "ChartPullError"
  | "MetadataPatchError"
  | "ValuesFilesError"
  | "DependencyBuildError"
  | "ChartPackageError"
  | "ChartVerificationError";

/** Why something outside could not be fetched, or something stored could not be read. */
export class SourceError extends CodedError<SourceErrorCode> {}

const buildStages: Readonly<Record<ChartBuildErrorCode, string>> = {
  InvalidChartReference: "invalid chart reference",
  ChartPullError: "chart pull error",
  MetadataPatchError: "chart metadata patch error",
  ValuesFilesError: "values files merge error",
  DependencyBuildError: "dependency build error",
  ChartPackageError: "chart package error",
  ChartVerificationError: "chart verification error",
};

/** An error of one stage of making a chart, with the words that Flux puts before it. */
export function chartBuildError(code: ChartBuildErrorCode, message: string, cause?: unknown): SourceError {
  return new SourceError(code, `${buildStages[code]}: ${message}`, { cause });
}

export function isChartBuildErrorCode(code: SourceErrorCode): code is ChartBuildErrorCode {
  return Object.hasOwn(buildStages, code);
}
