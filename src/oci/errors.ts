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

export type SignatureErrorCode =
  /** Nobody signed. */
  | "NoSignatures"
  /** Somebody signed, but not who is trusted, or not this. */
  | "NoMatch"
  /** What says who is trusted cannot be read. */
  | "InvalidTrust";

/** Why something is not known to be signed by who is trusted. */
export class SignatureError extends CodedError<SignatureErrorCode> {}

/** An answer of a registry that is not a success. */
export interface Refusal {
  readonly method: string;
  /** Without query. */
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly errors: readonly RefusalReason[];
}

export interface RefusalReason {
  readonly code: string;
  readonly message: string;
  readonly detail?: unknown;
}

/** Why a registry did not give or take what it was asked for. The text is what Helm's registry client says. */
export class OciError extends CodedError<OciErrorCode> {
  readonly refusal: Refusal | undefined;

  constructor(code: OciErrorCode, message: string, options: ErrorOptions & { readonly refusal?: Refusal } = {}) {
    super(code, message, options);
    this.refusal = options.refusal;
  }
}
