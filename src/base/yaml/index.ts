export { YamlError, type YamlErrorCode } from "./errors.ts";
export { type FormatOptions, formatYaml, formatYamlPretty, YamlWord } from "./format.ts";
export { type ParseOptions, parseYaml, parseYamlDocuments, splitYamlDocuments } from "./parse.ts";
