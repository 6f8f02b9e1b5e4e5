import { CodedError } from "../errors.ts";

/** `format`: not a tar or gzip; `limit`: too large or too many; `path`: a name that leaves the folder; `link`: a link where none may be. */
export type TarErrorCode = "format" | "limit" | "path" | "link";

export class TarError extends CodedError<TarErrorCode> {}
