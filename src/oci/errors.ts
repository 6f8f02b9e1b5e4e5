import { CodedError } from "../base/errors.ts";

export type OciErrorCode =
  | "InvalidReference"
  /** The registry wants credentials, or others than it got. */
  | "Unauthorized"
  | "Denied"
  | "NotFound"
  /** The network, or an answer that makes no sense: another try may go better. */
  | "Unreachable"
  | "InvalidManifest"
  | "DigestMismatch"
  | "TooLarge"
  | "InvalidConfig";

/** Why a registry did not give or take what it was asked for. */
export class OciError extends CodedError<OciErrorCode> {}
