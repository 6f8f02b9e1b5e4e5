import { CodedError } from "../errors.ts";

/**
 * `syntax`: the text is not YAML. `conversion`: it is, but holds what JSON cannot (a null key, `.inf`).
 * `limit`: it is deeper, longer or more aliased than allowed. `format`: a value cannot be written as YAML.
 */
export type YamlErrorCode = "syntax" | "conversion" | "limit" | "format";

/** YAML that could not be read or written. The message is that of sigs.k8s.io/yaml. */
export class YamlError extends CodedError<YamlErrorCode> {}

const converting = "error converting YAML to JSON: ";

/** An error of go-yaml's scanner: it counts lines from one and leaves out the first. */
export function scannerError(problem: string, line: number): YamlError {
  return syntaxError(line === 0 ? problem : `line ${line + 1}: ${problem}`);
}

/** An error of go-yaml's parser: it forgets to count from one, and falls back to where the collection began. */
export function parserError(problem: string, line: number, contextLine = 0): YamlError {
  const where = line === 0 ? contextLine : line;
  return syntaxError(where === 0 ? problem : `line ${where}: ${problem}`);
}

/** An error without a place. */
export function syntaxError(problem: string): YamlError {
  return new YamlError("syntax", `${converting}yaml: ${problem}`);
}

/** YAML that is well-formed but is no JSON. */
export function conversionError(problem: string): YamlError {
  return new YamlError("conversion", converting + problem);
}

export function limitError(problem: string): YamlError {
  return new YamlError("limit", `${converting}yaml: ${problem}`);
}
