import { compareBytes, isValues, type Value, type Values } from "../base/value.ts";
import { parseYaml, splitYamlDocuments, YamlError } from "../base/yaml/index.ts";
import { KustomizeError } from "./errors.ts";
import { withKeys } from "./resource.ts";

const prefix = "error converting YAML to JSON: ";

/** Reads the objects of a YAML stream as kustomize does: lists are opened, empty documents left out. Throws KustomizeError. */
export function parseResources(text: string): Values[] {
  return openLists(parseDocuments(text).map(assertResource));
}

/** Takes objects as if they had been read from YAML: lists are opened, what is no resource is refused. */
export function toResources(objects: readonly Values[]): Values[] {
  return openLists(objects.map(assertResource));
}

function parseDocuments(text: string): Value[] {
  try {
    return splitYamlDocuments(text)
      .map((document) => parseYaml(document, { dialect: "v3", integers: "bigint" }))
      .filter((value) => value !== null && !(isValues(value) && Object.keys(value).length === 0));
  } catch (cause) {
    if (!(cause instanceof YamlError)) throw cause;
    const problem = cause.message.startsWith(prefix) ? cause.message.slice(prefix.length) : cause.message;
    throw new KustomizeError("invalid", `MalformedYAMLError: ${problem}`, { cause });
  }
}

function assertResource(value: Value): Values {
  if (!isValues(value) || !isValues(value.metadata)) {
    const hasType = isValues(value) && typeof value.apiVersion === "string" && typeof value.kind === "string";
    if (!hasType || !isValues(value)) throw new KustomizeError("invalid", "missing Resource metadata");
  }
  const { kind, metadata } = value;
  const { name } = isValues(metadata) ? metadata : {};
  const isList = typeof kind === "string" && kind.endsWith("List");
  if (typeof kind !== "string" || kind === "") {
    throw new KustomizeError("invalid", `missing kind in object ${shown(value)}`);
  }
  if ((typeof name !== "string" || name === "") && !isList) {
    throw new KustomizeError("invalid", `missing metadata.name in object ${shown(value)}`);
  }
  return isValues(metadata) ? withoutEmptyAnnotations(value, metadata) : value;
}

/** kyaml drops an empty map of annotations when it has read an object. */
function withoutEmptyAnnotations(object: Values, metadata: Values): Values {
  const { annotations } = metadata;
  const isEmpty = annotations === null || (isValues(annotations) && Object.keys(annotations).length === 0);
  return isEmpty ? withKeys(object, { metadata: withKeys(metadata, { annotations: undefined }) }) : object;
}

/** Go's `%v` of the object's type and metadata. */
function shown({ apiVersion, kind, metadata }: Values): string {
  const text = (value: Value | undefined) => (typeof value === "string" ? value : "");
  const { name, namespace, labels, annotations } = isValues(metadata) ? metadata : {};
  const pairs = (value: Value | undefined) =>
    Object.entries(isValues(value) ? value : {})
      .toSorted(([a], [b]) => compareBytes(a, b))
      .map(([key, each]) => `${key}:${String(each)}`)
      .join(" ");
  const meta = `{{${text(name)} ${text(namespace)}} map[${pairs(labels)}] map[${pairs(annotations)}]}`;
  return `{{${text(apiVersion)} ${text(kind)}} ${meta}}`;
}

/** The items of a list take their place at the end, as in kustomize. */
function openLists(objects: readonly Values[]): Values[] {
  const opened: Values[] = [];
  const waiting = [...objects];
  for (let object = waiting.shift(); object !== undefined; object = waiting.shift()) {
    const { kind, items } = object;
    const isList = typeof kind === "string" && kind.endsWith("List") && Object.hasOwn(object, "items");
    if (!isList) opened.push(object);
    else if (Array.isArray(items)) waiting.push(...(items as readonly Value[]).map(assertResource));
    else if (items !== null) {
      throw new KustomizeError("invalid", `expected array in ${kind}/items, but found ${typeof items}`);
    }
  }
  return opened;
}
