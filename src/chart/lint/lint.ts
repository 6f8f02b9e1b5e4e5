import { messageOf } from "../../base/errors.ts";
import { isValues, type Values } from "../../base/value.ts";
import { parseYaml, splitYamlDocuments } from "../../base/yaml/index.ts";
import { ChartError } from "../errors.ts";
import { chartFromFiles, textOf } from "../load/files.ts";
import { Budget, readChartArchive } from "../load/archive.ts";
import { decodeDocument, type GoShape, goString } from "../load/go-decode.ts";
import { chartCrds } from "../render/crds.ts";
import { complaintOfSchema } from "../schema/validate-values.ts";
import type { Chart, ChartFile, KubeVersion, Log } from "../types.ts";
import { coalesceTables } from "../values/coalesce.ts";
import { lintChartYaml } from "./chart-yaml.ts";
import { Findings, type LintMessage } from "./message.ts";
import { lintTemplates } from "./templates.ts";

export interface LintOptions {
  /** The files of a chart as its folder has them, packed subcharts included. */
  readonly files: readonly ChartFile[];
  /** How messages about the whole chart name it: the folder's full path. */
  readonly folder: string;
  readonly values: Values;
  readonly namespace: string;
  readonly kubeVersion?: KubeVersion;
  readonly skipSchemaValidation?: boolean;
  readonly log?: Log;
}

/** Looks for what is wrong or unusual in a chart: Helm's rules, with its texts and in its order. Never throws for what a chart holds. */
export async function lintChart(options: LintOptions): Promise<readonly LintMessage[]> {
  const { files, folder, values, namespace, kubeVersion, skipSchemaValidation = false, log } = options;
  const findings = new Findings();
  const textAt = (name: string): string | undefined => {
    const file = files.find((candidate) => candidate.name === name);
    return file === undefined ? undefined : textOf(file.data);
  };
  lintChartYaml(textAt("Chart.yaml") ?? "", findings);
  lintValues(textAt("values.yaml"), { findings, values, schema: skipSchemaValidation ? undefined : schemaOf(files) });

  const loaded = await load(files);
  const hasFolder = (name: string): boolean => files.some((file) => file.name.startsWith(name));
  if (!hasFolder("templates/")) findings.check("WARNING", "templates/", "directory does not exist");
  else if (findings.check("ERROR", "templates/", loaded.problem) && loaded.chart !== undefined)
    await lintTemplates({ chart: loaded.chart, values, namespace, kubeVersion, skipSchemaValidation, log }, findings);

  const unloadable = loaded.problem === undefined ? undefined : `unable to load chart\n\t${loaded.problem}`;
  if (findings.check("ERROR", "", unloadable) && loaded.chart !== undefined)
    lintDependencies(loaded.chart, folder, findings);
  if (hasFolder("crds/") && findings.check("ERROR", "crds/", loaded.problem) && loaded.chart !== undefined)
    lintCrds(loaded.chart, findings);
  return findings.messages;
}

async function load(files: readonly ChartFile[]): Promise<{ readonly chart?: Chart; readonly problem?: string }> {
  const budget = new Budget({});
  try {
    return { chart: await chartFromFiles(files, (data) => Promise.resolve(readChartArchive(data, budget))) };
  } catch (error) {
    if (error instanceof ChartError) return { problem: error.message };
    throw error;
  }
}

function schemaOf(files: readonly ChartFile[]): Uint8Array | undefined {
  const schema = files.find(({ name }) => name === "values.schema.json")?.data;
  return schema === undefined || schema.length === 0 ? undefined : schema;
}

function lintValues(
  text: string | undefined,
  {
    findings,
    values,
    schema,
  }: { readonly findings: Findings; readonly values: Values; readonly schema: Uint8Array | undefined },
): void {
  if (!findings.check("INFO", "values.yaml", text === undefined ? "file does not exist" : undefined)) return;
  try {
    const defaults = parseYaml(text ?? "") ?? {};
    if (!isValues(defaults)) {
      const found = Array.isArray(defaults) ? "array" : typeof defaults === "boolean" ? "bool" : typeof defaults;
      throw new Error(
        `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${found} into Go value of type common.Values`,
      );
    }
    const complaint = schema === undefined ? undefined : complaintOfSchema(schema, coalesceTables(values, defaults));
    findings.check("ERROR", "values.yaml", complaint);
  } catch (error) {
    findings.check("ERROR", "values.yaml", `unable to parse YAML: ${messageOf(error)}`);
  }
}

function lintDependencies(chart: Chart, folder: string, findings: Findings): void {
  const declared = new Set((chart.metadata.dependencies ?? []).map(({ name }) => name));
  const present = new Set(chart.dependencies.map((subchart) => subchart.metadata.name));
  const undeclared = [...present].filter((name) => !declared.has(name));
  const missing = (chart.metadata.dependencies ?? []).map(({ name }) => name).filter((name) => !present.has(name));
  findings.check(
    "ERROR",
    folder,
    undeclared.length === 0 ? undefined : `chart metadata is missing these dependencies: ${undeclared.join(",")}`,
  );
  findings.check(
    "WARNING",
    folder,
    missing.length === 0 ? undefined : `chart directory is missing these dependencies: ${missing.join(",")}`,
  );
}

const crdShape: GoShape & { readonly shape: "struct" } = {
  shape: "struct",
  type: "rules.k8sYamlStruct",
  owner: "k8sYamlStruct",
  fields: { apiVersion: goString, Kind: goString },
};

function lintCrds(chart: Chart, findings: Findings): void {
  for (const { name, data } of chartCrds(chart)) {
    try {
      for (const text of splitYamlDocuments(textOf(data))) {
        const document = parseYaml(text);
        if (document === null) continue;
        const { apiVersion = "", Kind: kind = "" } = decodeDocument(document, crdShape) as Record<string, string>;
        const isCrd = apiVersion.startsWith("apiextensions.k8s.io");
        findings.check("ERROR", name, isCrd ? undefined : "apiVersion is not in 'apiextensions.k8s.io'");
        const isKind = kind === "CustomResourceDefinition";
        findings.check("ERROR", name, isKind ? undefined : "object kind is not 'CustomResourceDefinition'");
      }
    } catch (error) {
      findings.check("ERROR", name, `unable to parse YAML: ${messageOf(error)}`);
      return;
    }
  }
}
