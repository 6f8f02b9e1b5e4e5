import { messageOf } from "../base/errors.ts";
import { isValues, type Values } from "../base/value.ts";
import { formatYaml, parseYaml } from "../base/yaml/index.ts";
import { expandVariables } from "./expand.ts";
import { KustomizeError } from "./errors.ts";
import { mapOf } from "./resource.ts";

const nameOfVariable = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const mark = "kustomize.toolkit.fluxcd.io/substitute";

/**
 * Replaces `${variable}` in built objects as Flux's postBuild does: an unknown one is refused if `strict`, else replaced by nothing; and none at
 * all is replaced where there are no variables, unless `always`. Objects that ask to be left alone by a label or an annotation are. Throws KustomizeError.
 */
export function substituteVariables(
  objects: readonly Values[],
  options: { readonly variables: Readonly<Record<string, string>>; readonly always: boolean; readonly strict: boolean },
): readonly Values[] {
  const { always, strict } = options;
  const entries = Object.entries(options.variables);
  if (entries.length === 0 && !always) return objects;
  const variables = new Map(entries.map(([name, value]) => [name, value.replaceAll("\n", "")]));
  return objects.map((object) => (isLeftAlone(object) ? object : substitute(object, variables, strict)));
}

function isLeftAlone(object: Values): boolean {
  const { labels, annotations } = mapOf(object.metadata);
  return mapOf(labels)[mark] === "disabled" || mapOf(annotations)[mark] === "disabled";
}

function substitute(object: Values, variables: ReadonlyMap<string, string>, strict: boolean): Values {
  const doing = `post build failed for '${describeBuilt(object)}': envsubst error: `;
  for (const name of variables.keys()) {
    if (nameOfVariable.test(name)) continue;
    const pattern = "^[_[:alpha:]][_[:alpha:][:digit:]]*$";
    throw invalid(`${doing}'${name}' var name is invalid, must match '${pattern}'`);
  }
  let text: string;
  try {
    text = expandVariables(formatYaml(object), (name) => variables.get(name) ?? (strict ? undefined : ""));
  } catch (cause) {
    throw invalid(`${doing}variable substitution failed: ${messageOf(cause)}`, cause);
  }
  let read: unknown;
  try {
    read = parseYaml(text);
  } catch (cause) {
    throw invalid(`${doing}YAMLToJSON: ${messageOf(cause).replace(/^error converting YAML to JSON: /, "")}`, cause);
  }
  if (!isValues(read as Values)) throw invalid(`${doing}YAMLToJSON: the result is no map`);
  return read as Values;
}

/** As kustomize's resid.Gvk names a kind: `Deployment.v1.apps/web`. */
export function describeBuilt({ apiVersion, kind, metadata }: Values): string {
  const [group, version] = `/${String(apiVersion)}`.split("/").slice(-2);
  return `${String(kind)}.${version}.${group === "" ? "[noGrp]" : group}/${String(mapOf(metadata).name)}`;
}

function invalid(message: string, cause?: unknown): KustomizeError {
  return new KustomizeError("invalid", message, cause === undefined ? undefined : { cause });
}
