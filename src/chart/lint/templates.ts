import { messageOf } from "../../base/errors.ts";
import { goQuote } from "../../base/go-quote.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { parseYaml, splitYamlDocuments } from "../../base/yaml/index.ts";
import { offlineCapabilities } from "../capabilities.ts";
import { processDependencies } from "../dependencies/process.ts";
import { decodeDocument, type GoShape, goString } from "../load/go-decode.ts";
import { renderTemplates } from "../render/templates.ts";
import { validateValues } from "../schema/validate-values.ts";
import type { Chart, KubeVersion, Log } from "../types.ts";
import { coalesceValues } from "../values/coalesce.ts";
import { deprecationWarning } from "./deprecated-kinds.ts";
import type { Findings } from "./message.ts";
import { nameProblem } from "./names.ts";

export interface TemplateLint {
  readonly chart: Chart;
  readonly values: Values;
  readonly namespace: string;
  readonly kubeVersion: KubeVersion | undefined;
  readonly skipSchemaValidation: boolean;
  readonly log: Log | undefined;
}

/** Renders the chart as Helm's linter does, and looks at every document of the root chart's templates. */
export async function lintTemplates(lint: TemplateLint, findings: Findings): Promise<void> {
  const rendered = await render(lint, findings);
  if (rendered === undefined) return;
  for (const { name } of lint.chart.templates) {
    findings.check("ERROR", name, extensionProblem(name));
    if (!/\.ya?ml$/i.test(name)) continue;
    const content = rendered.get(`${lint.chart.metadata.name}/${name}`) ?? "";
    if (content.trim() === "") continue;
    findings.check("WARNING", name, indentProblem(content));
    if (!lintDocuments(name, content, { findings, kubeVersion: lint.kubeVersion })) return;
  }
}

async function render(lint: TemplateLint, findings: Findings): Promise<ReadonlyMap<string, string> | undefined> {
  const { kubeVersion, log } = lint;
  let chart: Chart;
  let values: Values;
  try {
    chart = processDependencies(lint.chart, lint.values, { log });
    values = coalesceValues(chart, lint.values, { log });
  } catch {
    return undefined; // Helm says nothing here either: installing the chart will.
  }
  try {
    if (!lint.skipSchemaValidation) validateValues(chart, coalesceValues(chart, values, { log }));
    const capabilities = offlineCapabilities();
    const files = await renderTemplates({
      loaded: lint.chart,
      chart,
      freshValues: () => coalesceValues(chart, values),
      release: { name: "test-release", namespace: lint.namespace, revision: 0, isInstall: false, isUpgrade: false },
      capabilities: kubeVersion === undefined ? capabilities : { ...capabilities, kubeVersion },
      lookup: undefined,
      strict: false,
      lint: true,
      limits: undefined,
      now: undefined,
      log,
    });
    return new Map(files.map(({ name, content }) => [name, content]));
  } catch (error) {
    findings.check("ERROR", "templates/", messageOf(error));
    return undefined;
  }
}

const headShape: GoShape & { readonly shape: "struct" } = {
  shape: "struct",
  type: "rules.k8sYamlStruct",
  owner: "k8sYamlStruct",
  fields: {
    apiVersion: goString,
    Kind: goString,
    Metadata: {
      shape: "struct",
      type: "rules.k8sYamlMetadata",
      owner: "k8sYamlMetadata",
      fields: { Namespace: goString, Name: goString },
    },
  },
};

/** False when a document does not parse: Helm then looks at no further template. */
function lintDocuments(
  path: string,
  content: string,
  { findings, kubeVersion }: { readonly findings: Findings; readonly kubeVersion: KubeVersion | undefined },
): boolean {
  const minor = Number((kubeVersion ?? offlineCapabilities().kubeVersion).minor);
  for (const text of splitYamlDocuments(content)) {
    let head: Values;
    let document: Value;
    try {
      document = parseYaml(text);
      if (document === null) continue;
      head = decodeDocument(document, headShape);
    } catch (error) {
      findings.check("ERROR", path, `unable to parse YAML: ${messageOf(error)}`);
      return false;
    }
    const { apiVersion = "", Kind: kind = "", Metadata: metadata = {} } = head as Record<string, string | undefined>;
    const { Name: name = "" } = metadata as unknown as Record<string, string | undefined>;
    findings.check("WARNING", path, nameProblem(kind, name));
    findings.check("WARNING", path, deprecationWarning({ apiVersion, kind }, minor));
    findings.check("ERROR", path, selectorProblem(kind, name, content));
    findings.check("ERROR", path, kind === "List" ? listProblem(content) : undefined);
  }
  return true;
}

function extensionProblem(path: string): string | undefined {
  const base = path.slice(path.lastIndexOf("/") + 1);
  const extension = base.includes(".") ? base.slice(base.lastIndexOf(".")) : "";
  if ([".yaml", ".yml", ".tpl", ".txt"].includes(extension)) return undefined;
  return `file extension '${extension}' not valid. Valid extensions are .yaml, .yml, .tpl, or .txt`;
}

function indentProblem(content: string): string | undefined {
  const first = content.split("\n").find((line) => line.trim() !== "");
  if (first === undefined || !/^[ \t]/.test(first)) return undefined;
  return `document starts with an illegal indent: ${goQuote(first)}, which may cause parsing problems`;
}

function selectorProblem(kind: string, name: string, content: string): string | undefined {
  if (!["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].includes(kind)) return undefined;
  if (content.includes("matchLabels") || content.includes("matchExpressions")) return undefined;
  return `a ${kind} must contain matchLabels or matchExpressions, and ${goQuote(name)} does not`;
}

/** Helm reads the file anew here, and of it the first document only. */
function listProblem(content: string): string | undefined {
  const document = parseYaml(content);
  const items = isValues(document) && Array.isArray(document.items) ? document.items : [];
  const isKept = items.some((item: Value) => {
    const metadata = isValues(item) && isValues(item.metadata) ? item.metadata : {};
    return isValues(metadata.annotations) && Object.hasOwn(metadata.annotations, "helm.sh/resource-policy");
  });
  return isKept ? "annotation 'helm.sh/resource-policy' within List objects are ignored" : undefined;
}
