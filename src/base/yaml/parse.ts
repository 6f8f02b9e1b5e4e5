import type { Value } from "../value.ts";
import { hasControlCharacters } from "./characters.ts";
import { notPlain, tryReadBlocks } from "./blocks.ts";
import { composeDocument } from "./compose.ts";
import { limitError, syntaxError, YamlError } from "./errors.ts";

export interface ParseOptions {
  /** `float64` (when absent): every number is a number, as in helm values. `bigint`: integers beyond 2^53 stay exact, as in manifests. */
  readonly integers?: "float64" | "bigint";
  /** `v2` (when absent): YAML 1.1 as helm and Kubernetes read it. `v3`: as kustomize does, where only true and false are booleans and dates become times. */
  readonly dialect?: "v2" | "v3";
  /** `last` (when absent): the last one wins, as in Unmarshal. `refuse`: an error, as in UnmarshalStrict. */
  readonly duplicateKeys?: "last" | "refuse";
  /** In characters; 100 Mi when absent. */
  readonly maxLength?: number;
  /** Of maps and lists in one another; 1,000 when absent. */
  readonly maxDepth?: number;
  /** Keys of the top map that are wanted, in lower case: others may be left out. */
  readonly only?: ReadonlySet<string>;
}

const defaultMaxLength = 100 * 1024 * 1024;
const defaultMaxDepth = 1000;

/**
 * Reads the first document of a text as sigs.k8s.io/yaml's Unmarshal does: YAML 1.1 made into JSON.
 * An empty text is null. Throws YamlError with Go's text.
 */
export function parseYaml(text: string, options: ParseOptions = {}): Value {
  const { integers = "float64", duplicateKeys = "last", dialect = "v2" } = options;
  const { maxLength = defaultMaxLength, maxDepth = defaultMaxDepth } = options;
  if (text.length > maxLength) throw limitError(`document is longer than ${maxLength} characters`);
  if (hasControlCharacters(text)) throw syntaxError("control characters are not allowed");
  if (duplicateKeys === "last" && maxDepth === defaultMaxDepth) {
    const value = tryReadBlocks(text, { integers, dialect, only: options.only });
    if (value !== notPlain) return value;
  }
  return composeDocument(text, { integers, duplicateKeys, dialect, maxDepth });
}

/** Reads a stream of documents as Kubernetes and helm do. Documents that are empty or null are left out. */
export function parseYamlDocuments(text: string, options: ParseOptions = {}): Value[] {
  const { maxLength = defaultMaxLength } = options;
  if (text.length > maxLength) throw limitError(`document is longer than ${maxLength} characters`);
  return splitYamlDocuments(text)
    .map((document) => parseYaml(document, options))
    .filter((value) => value !== null);
}

/** Splits a stream at its `---` lines, which may carry a comment and nothing else. Throws YamlError. */
export function splitYamlDocuments(text: string): string[] {
  if (!text.includes("---")) return text === "" ? [] : [text];
  const documents: string[] = [];
  let start = 0;
  let at = 0;
  for (;;) {
    const found = text.startsWith("---", at) ? at : text.indexOf("\n---", at) + 1;
    if (found === 0 && at !== 0) break;
    if (found === 0 && !text.startsWith("---")) break;
    const end = text.indexOf("\n", found);
    const rest = text.slice(found + 3, end < 0 ? text.length : end).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw new YamlError("syntax", `invalid Yaml document separator: ${rest}`);
    }
    if (found > start) documents.push(text.slice(start, found));
    start = end < 0 ? text.length : end + 1;
    at = start;
    if (end < 0) break;
  }
  if (start < text.length) documents.push(text.slice(start));
  return documents;
}
