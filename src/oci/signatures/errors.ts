import { CodedError } from "../../base/errors.ts";

export type SignatureErrorCode =
  /** Nobody signed. */
  | "NoSignatures"
  /** Somebody signed, but not who is trusted, or not this. */
  | "NoMatch"
  /** What says who is trusted cannot be read. */
  | "InvalidTrust";

/** Why something is not known to be signed by who is trusted. */
export class SignatureError extends CodedError<SignatureErrorCode> {}
