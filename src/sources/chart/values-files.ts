import { messageOf } from "../../base/errors.ts";
import { isValues, type Values } from "../../base/value.ts";
import { formatYaml, parseYaml } from "../../base/yaml/index.ts";
import { type Chart, mergeMaps } from "../../chart/index.ts";
import { chartBuildError } from "../errors.ts";

/** Finds a values file; undefined when there is none. */
export type FindValuesFile = (path: string) => Promise<Uint8Array | Values | undefined>;

export interface MergedValues {
  readonly values: Values;
  /** The files that were found, as they were named. */
  readonly files: readonly string[];
}

/** Merges values files in order, the last wins. Throws ValuesFilesError with Flux's texts. */
export async function mergeValuesFiles(
  paths: readonly string[],
  options: {
    readonly find: FindValuesFile;
    readonly ignoreMissing: boolean;
    /** What is said about a file that is not there. */
    readonly missing: (path: string) => string;
    readonly prefix?: string;
  },
): Promise<MergedValues> {
  const { find, ignoreMissing, missing, prefix = "" } = options;
  let values: Values = {};
  const files: string[] = [];
  for (const path of paths) {
    const found = await find(path);
    if (found === undefined) {
      if (ignoreMissing) continue;
      throw chartBuildError("ValuesFilesError", prefix + missing(path));
    }
    values = mergeMaps(values, found instanceof Uint8Array ? parseValuesFile(path, found, prefix) : found);
    files.push(path);
  }
  return { values, files };
}

function parseValuesFile(path: string, content: Uint8Array, prefix: string): Values {
  const failed = (message: string, cause?: unknown): Error =>
    chartBuildError("ValuesFilesError", `${prefix}unmarshaling values from '${path}' failed: ${message}`, cause);
  let document: unknown;
  try {
    document = parseYaml(new TextDecoder().decode(content));
  } catch (cause) {
    throw failed(messageOf(cause), cause);
  }
  if (document === null) return {};
  if (isValues(document)) return document;
  const kind = Array.isArray(document) ? "array" : typeof document === "boolean" ? "bool" : typeof document;
  throw failed(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
  );
}

/** The chart with other default values; undefined when they are what it has already. Throws ValuesFilesError. */
export function withDefaultValues(chart: Chart, values: Values): Chart | undefined {
  const old = chart.raw.find((file) => file.name === "values.yaml");
  if (old === undefined) throw chartBuildError("ValuesFilesError", "failed to locate values file: values.yaml");
  const data = new TextEncoder().encode(Object.keys(values).length === 0 ? "" : formatYaml(values));
  if (Buffer.from(old.data).equals(data)) return undefined;
  const replaced = { name: old.name, data };
  return { ...chart, values, raw: chart.raw.map((file) => (file === old ? replaced : file)) };
}
