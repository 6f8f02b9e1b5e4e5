import { CodedError } from "../errors.ts";

/**
 * `syntax`: the text is not YAML. `conversion`: it is, but holds what JSON cannot (a null key, `.inf`).
 * `limit`: it is deeper, longer or more aliased than allowed. `format`: a value cannot be written as YAML.
 */
export type YamlErrorCode = "syntax" | "conversion" | "limit" | "format";

/** YAML that could not be read or written. The message is Go's, without the `error converting YAML to JSON: ` before it. */
export class YamlError extends CodedError<YamlErrorCode> {}
