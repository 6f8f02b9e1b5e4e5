import { CodedError } from "../base/errors.ts";

export { ApiError as Refusal } from "../api/index.ts";

export type StoreErrorCode =
  | "Compacted" // the revision is older than what is remembered
  | "Closed"
  | "Unavailable" // the disk refused a write
  | "Locked" // another process has the directory
  | "Damaged"; // the files are not what was written

/** Why the store cannot answer. */
export class StoreError extends CodedError<StoreErrorCode> {}
