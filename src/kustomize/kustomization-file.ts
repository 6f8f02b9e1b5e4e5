import { isValues, type Value, type Values } from "../base/value.ts";
import { parseYaml, YamlError } from "../base/yaml/index.ts";
import { KustomizeError } from "./errors.ts";
import type { GeneratorOptions, GeneratorSpec } from "./generators.ts";
import type { ImageChange } from "./images.ts";
import type { PatchTarget } from "./selector.ts";
import type { LabelReach } from "./transformers.ts";

type StringMap = Readonly<Record<string, string>>;

/** A kustomization.yaml, as far as a build follows it. */
export interface Kustomization {
  readonly kind: "Kustomization" | "Component";
  readonly resources: readonly string[];
  readonly components: readonly string[];
  readonly namespace: string;
  readonly namePrefix: string;
  readonly nameSuffix: string;
  readonly labels: readonly { readonly pairs: StringMap; readonly reach: LabelReach }[];
  readonly commonLabels: StringMap;
  readonly commonAnnotations: StringMap;
  readonly patches: readonly PatchEntry[];
  readonly images: readonly ImageChange[];
  readonly replicas: readonly { readonly name: string; readonly count: number }[];
  readonly configMapGenerator: readonly GeneratorSpec[];
  readonly secretGenerator: readonly GeneratorSpec[];
  readonly generatorOptions: GeneratorOptions | undefined;
}

/** A patch in the file itself or in one beside it. */
export interface PatchEntry {
  readonly patch?: string;
  readonly path?: string;
  readonly target?: PatchTarget;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

export const kustomizationFileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"] as const;

export const emptyKustomization: Kustomization = {
  kind: "Kustomization",
  resources: [],
  components: [],
  namespace: "",
  namePrefix: "",
  nameSuffix: "",
  labels: [],
  commonLabels: {},
  commonAnnotations: {},
  patches: [],
  images: [],
  replicas: [],
  configMapGenerator: [],
  secretGenerator: [],
  generatorOptions: undefined,
};

const followed = new Set(
  "apiVersion kind metadata resources bases components namespace namePrefix nameSuffix labels commonLabels commonAnnotations patches patchesStrategicMerge patchesJson6902 images imageTags replicas configMapGenerator secretGenerator generatorOptions".split(
    " ",
  ),
);
const known = new Set(
  "buildMetadata configurations crds generators helmChartInflationGenerator helmCharts helmGlobals openapi replacements sortOptions transformers validators vars".split(
    " ",
  ),
);

/** Reads a kustomization file. Throws KustomizeError; a field that a build cannot follow is an error that names it. */
export function parseKustomization(text: string, folder = ""): Kustomization {
  const file = readFile(text);
  for (const [field, value] of Object.entries(file)) {
    if (followed.has(field)) continue;
    if (!known.has(field)) throw invalid(`json: unknown field "${field}"`);
    if (!isEmpty(value)) throw new KustomizeError("unsupported", `kustomization field "${field}" is not supported`);
  }
  if (Object.hasOwn(file, "imageTags"))
    throw new KustomizeError("unsupported", 'kustomization field "imageTags" is not supported');
  const kind = file.kind ?? "Kustomization";
  if (kind !== "Kustomization" && kind !== "Component") {
    const problem = "kind should be Kustomization or Component";
    throw new KustomizeError("invalid", `Failed to read kustomization file under /${folder}:\n${problem}`);
  }
  if (Object.keys(file).every((field) => field === "apiVersion" || field === "kind" || field === "metadata")) {
    throw new KustomizeError("invalid", "kustomization.yaml is empty");
  }
  return {
    kind,
    resources: [...strings(file, "resources"), ...strings(file, "bases")],
    components: strings(file, "components"),
    namespace: string(file, "namespace"),
    namePrefix: string(file, "namePrefix"),
    nameSuffix: string(file, "nameSuffix"),
    labels: maps(file, "labels").map(toLabels),
    commonLabels: stringMap(file, "commonLabels"),
    commonAnnotations: stringMap(file, "commonAnnotations"),
    patches: [
      ...strings(file, "patchesStrategicMerge").map(toStrategicPatch),
      ...maps(file, "patches").map(toPatch),
      ...maps(file, "patchesJson6902").map(toPatch),
    ],
    images: maps(file, "images").map(toImage),
    replicas: maps(file, "replicas").map(toReplicas),
    configMapGenerator: maps(file, "configMapGenerator").map(toGenerator),
    secretGenerator: maps(file, "secretGenerator").map(toGenerator),
    generatorOptions: Object.hasOwn(file, "generatorOptions") ? toOptions(map(file, "generatorOptions")) : undefined,
  };
}

function readFile(text: string): Values {
  let value: Value;
  try {
    value = parseYaml(text, { duplicateKeys: "refuse" });
  } catch (cause) {
    if (cause instanceof YamlError) throw invalid(cause.message, { cause });
    throw cause;
  }
  if (value === null) throw new KustomizeError("invalid", "kustomization.yaml is empty");
  if (!isValues(value)) throw invalid("a kustomization must be a map");
  if (Object.keys(value).length === 0) throw new KustomizeError("invalid", "kustomization.yaml is empty");
  return value;
}

function toLabels(entry: Values): Kustomization["labels"][number] {
  if (!isEmpty(entry.fields ?? null)) {
    throw new KustomizeError("unsupported", 'kustomization field "labels.fields" is not supported');
  }
  const reach =
    entry.includeSelectors === true ? "selectors" : entry.includeTemplates === true ? "templates" : "metadata";
  return { pairs: stringMap(entry, "pairs", { struct: "Label", path: "labels" }), reach };
}

/** An entry of patchesStrategicMerge is a path, or the patch itself. */
function toStrategicPatch(entry: string): PatchEntry {
  return entry.includes("\n") || entry.includes("{") ? { patch: entry } : { path: entry };
}

function toPatch(entry: Values): PatchEntry {
  const patch = string(entry, "patch").trim();
  const path = string(entry, "path");
  if (patch === "" && path === "") throw invalid("must specify one of patch and path");
  if (patch !== "" && path !== "") throw invalid("patch and path can't be set at the same time");
  const options = map(entry, "options");
  return {
    ...(patch === "" ? { path } : { patch }),
    ...(Object.hasOwn(entry, "target") ? { target: toTarget(map(entry, "target")) } : {}),
    ...(Object.hasOwn(entry, "options")
      ? {
          options: {
            ...(options.allowNameChange === true ? { allowNameChange: true } : {}),
            ...(options.allowKindChange === true ? { allowKindChange: true } : {}),
          },
        }
      : {}),
  };
}

const targetFields = ["group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector"] as const;

function toTarget(entry: Values): PatchTarget {
  return Object.fromEntries(targetFields.map((field) => [field, string(entry, field)]));
}

function toImage(entry: Values): ImageChange {
  const fields = ["newName", "newTag", "digest", "tagSuffix"] as const;
  const place = { struct: "Image", path: "images" };
  const given = fields.map((field) => [field, string(entry, field, place)]);
  return { name: string(entry, "name", place), ...Object.fromEntries(given) };
}

function toReplicas(entry: Values): { readonly name: string; readonly count: number } {
  const { count } = entry;
  if (typeof count !== "number" || !Number.isInteger(count)) throw invalid("replicas need a whole number as count");
  return { name: string(entry, "name"), count };
}

function toGenerator(entry: Values): GeneratorSpec {
  return {
    name: string(entry, "name"),
    namespace: string(entry, "namespace"),
    behavior: string(entry, "behavior"),
    files: strings(entry, "files"),
    literals: strings(entry, "literals"),
    envs: strings(entry, "envs"),
    env: string(entry, "env"),
    type: string(entry, "type"),
    options: toOptions(map(entry, "options")),
  };
}

function toOptions(entry: Values): GeneratorOptions {
  const labels = stringMap(entry, "labels");
  const annotations = stringMap(entry, "annotations");
  return {
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    disableNameSuffixHash: entry.disableNameSuffixHash === true,
    immutable: entry.immutable === true,
  };
}

/** Where in the file a field is, as Go names it in errors. */
type Place = { readonly struct: string; readonly path: string };

const top: Place = { struct: "Kustomization", path: "" };

function string(values: Values, field: string, place: Place = top): string {
  const value = values[field];
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  throw wrongType(value, field, place, "string");
}

function strings(values: Values, field: string, place: Place = top): string[] {
  const value = values[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(value, field, place, "[]string");
  return (value as readonly Value[]).map((item) => {
    if (typeof item !== "string") throw wrongType(item, field, place, "string");
    return item;
  });
}

function map(values: Values, field: string, place: Place = top): Values {
  const value = values[field];
  if (value === undefined || value === null) return {};
  if (!isValues(value)) throw wrongType(value, field, place, "map[string]string");
  return value;
}

function maps(values: Values, field: string): Values[] {
  const value = values[field];
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrongType(value, field, top, "[]interface {}");
  return (value as readonly Value[]).map((item) => {
    if (!isValues(item)) throw wrongType(item, field, top, "struct");
    return item;
  });
}

function stringMap(values: Values, field: string, place: Place = top): StringMap {
  const entries = Object.entries(map(values, field, place));
  return Object.fromEntries(
    entries.map(([key, value]) => {
      if (typeof value !== "string" && value !== null) throw wrongType(value, field, place, "string");
      return [key, value ?? ""];
    }),
  );
}

/** encoding/json's text for a value of another type. */
function wrongType(value: Value, field: string, { struct, path }: Place, wanted: string): KustomizeError {
  const got = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  const where = `${struct}.${path === "" ? "" : `${path}.`}${field}`;
  return invalid(`json: cannot unmarshal ${got} into Go struct field ${where} of type ${wanted}`);
}

function isEmpty(value: Value): boolean {
  if (value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function invalid(problem: string, options?: ErrorOptions): KustomizeError {
  return new KustomizeError("invalid", `invalid Kustomization: ${problem}`, options);
}
