import { CodedError } from "../../../base/errors.ts";

/** Something cannot be decrypted: the key is not there, or what is written is not what SOPS writes. Never quotes a plain value. */
export class DecryptionError extends CodedError<"KeyMissing" | "Invalid" | "Unsupported"> {}
