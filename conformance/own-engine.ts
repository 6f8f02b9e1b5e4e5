import { messageOf } from "../src/base/errors.ts";
import { isValues, type Value } from "../src/base/value.ts";
import { parseYaml } from "../src/base/yaml/index.ts";
import { compile, int, TemplateError, toBytes, withType } from "../src/template/index.ts";
import type { EngineAnswer, EngineRequest } from "./go-engine.ts";

const valuesType = { name: "common.Values", kind: "map" } as const;
const filesType = { name: "engine.files", kind: "map", element: "[]uint8" } as const;
const stringMap = { name: "map[string]string", kind: "map", element: "string" } as const;
const chartName = "probe";

/** Our engine's answer to a request, from the same data that helm's engine gives to templates. */
export function renderOurs({
  files,
  values,
  strict = false,
  lint = false,
}: EngineRequest): EngineAnswer & { readonly limit?: true } {
  // Helm parses by depth, then by name from the end.
  const sources = Object.keys(files)
    .toSorted()
    .toReversed()
    .map((name) => ({ name: `${chartName}/${name}`, text: files[name] ?? "" }));
  const name = `${chartName}/templates/t.yaml`;
  let given: Value;
  try {
    given = parseYaml(values);
  } catch (error) {
    return { error: `values: ${messageOf(error)}` };
  }
  const scope = {
    Capabilities: null,
    Chart: chart(),
    Files: withType({}, filesType),
    Release: { Name: "rel", Namespace: "ns", IsUpgrade: false, IsInstall: true, Revision: int(1), Service: "Helm" },
    Subcharts: {},
    Template: withType({ Name: name, BasePath: `${chartName}/templates` }, valuesType),
    Values: withType(isValues(given) ? given : {}, valuesType),
  };
  try {
    const set = compile(sources, strict ? { missingKey: "error" } : {});
    const output = set.render(name, withType(scope, valuesType), { timeZone: "UTC", lint });
    return { output: shown(output) };
  } catch (error) {
    if (!(error instanceof TemplateError)) return { error: `not a TemplateError: ${String(error)}` };
    return error.code === "limit" ? { error: shown(error.message), limit: true } : { error: shown(error.message) };
  }
}

function shown(text: string): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(toBytes(text));
}

function chart(): object {
  const texts = { APIVersion: "v2", AppVersion: "4.5", Name: chartName, Version: "1.2.3" };
  const empty = ["Condition", "Description", "Home", "Icon", "KubeVersion", "Tags", "Type"].map((key) => [key, ""]);
  return {
    ...Object.fromEntries(empty),
    ...texts,
    Annotations: withType({}, stringMap),
    Dependencies: [],
    Deprecated: false,
    IsRoot: true,
    Keywords: [],
    Maintainers: [],
    Sources: [],
  };
}
