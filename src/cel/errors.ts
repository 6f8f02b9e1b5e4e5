import { CodedError } from "../base/errors.ts";

/** `syntax`: the expression cannot be read; `evaluation`: it has no value for these bindings; `limit`: it is too long. */
export type CelErrorCode = "syntax" | "evaluation" | "limit";

export class CelError extends CodedError<CelErrorCode> {}
