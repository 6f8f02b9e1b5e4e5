import { isValues, type Values } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import { mergeMaps } from "../values/maps.ts";
import { type ParseOptions, parseYaml } from "../../base/yaml/index.ts";

/** Reads values.yaml or a file of the user: one or more YAML documents, later ones win. Throws ChartError with Helm's text. */
export function parseValues(text: string, limits: ParseOptions = {}): Values {
  let values: Values = {};
  for (const document of splitDocuments(text)) values = mergeMaps(values, parseValuesDocument(document, limits));
  return values;
}

function parseValuesDocument(text: string, limits: ParseOptions): Values {
  try {
    const document = parseYaml(text, limits);
    if (document === null) return {};
    if (isValues(document)) return document;
    const found = Array.isArray(document) ? "array" : typeof document === "boolean" ? "bool" : typeof document;
    throw new Error(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found === "bigint" ? "number" : found} into Go value of type map[string]interface {}`,
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ChartError("InvalidValues", `cannot unmarshal yaml document: ${message}`, { cause: error });
  }
}

/** As apimachinery's YAMLReader: a line that starts with `---` ends a document, and only a comment may follow it. */
function splitDocuments(text: string): string[] {
  if (!/^---/m.test(text)) return text === "" ? [] : [text];
  const documents: string[] = [];
  let current = "";
  for (const line of text.split(/(?<=\n)/)) {
    if (line.startsWith("---")) {
      const after = line.slice(3).trim();
      if (after !== "" && !after.startsWith("#"))
        throw new ChartError("InvalidValues", `error reading yaml document: invalid Yaml document separator: ${after}`);
      if (current !== "") {
        documents.push(current);
        current = "";
        continue;
      }
    }
    current += line;
  }
  if (current !== "") documents.push(current);
  return documents;
}
