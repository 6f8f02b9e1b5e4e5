import { RE2JS } from "re2js";
import { groupOf, type HelmRelease, type KubeObject, versionOf } from "../api/index.ts";
import { diffJson, type JsonPatchOperation } from "../base/json-patch.ts";
import { parsePointer, valueAt } from "../base/json-pointer.ts";
import { isValues, type Value, type Values } from "../base/value.ts";
import { parseSelector } from "../kustomize/index.ts";

/** Fields that are left to others: pointers, and the objects that they are meant for. */
export type IgnoreRule = NonNullable<NonNullable<HelmRelease["spec"]["driftDetection"]>["ignore"]>[number];

/** The pointers to ignore in an object. Flux keeps rules by their target: of several rules without one only the last holds. */
export function ignoredPaths(object: KubeObject, rules: readonly IgnoreRule[]): readonly string[] {
  const last = rules.findLast(({ target }) => target === undefined);
  return rules
    .filter((rule) => rule.target !== undefined || rule === last)
    .filter(({ target }) => matches(object, target))
    .flatMap(({ paths }) => paths);
}

function matches(object: KubeObject, target: IgnoreRule["target"]): boolean {
  if (target === undefined) return true;
  const { labels = {}, annotations = {} } = object.metadata;
  if (!parseSelector(target.labelSelector ?? "")(labels)) return false;
  if (!parseSelector(target.annotationSelector ?? "")(annotations)) return false;
  const { namespace, name } = object.metadata;
  const actual = {
    group: groupOf(object.apiVersion),
    version: versionOf(object.apiVersion),
    kind: object.kind,
    namespace,
    name,
  };
  return (["group", "version", "kind", "namespace", "name"] as const).every((field) => {
    const pattern = target[field];
    return pattern === undefined || pattern === "" || matchesWhole(pattern, actual[field] ?? "");
  });
}

/** Matches the whole text, in linear time whatever the pattern. */
function matchesWhole(pattern: string, text: string): boolean {
  return RE2JS.compile(`^(?:${pattern})$`).matcher(text).find();
}

/** Compares what a dry run of the release would leave with what is live. Pure. */
export function compare(
  live: KubeObject,
  wanted: KubeObject,
  ignored: readonly string[],
): readonly JsonPatchOperation[] {
  const [before, after] = [live, wanted].map((object) => withoutPaths(object as unknown as Values, ignored)) as [
    Values,
    Values,
  ];
  const metadata = diffJson(labelsAndAnnotations(before), labelsAndAnnotations(after)).filter(
    ({ op }) => op === "add" || op === "replace",
  );
  return [...metadata, ...diffJson(content(before), content(after))];
}

function labelsAndAnnotations({ metadata }: Values): Values {
  const { name, labels, annotations } = (isValues(metadata) ? metadata : {}) as Record<string, Value | undefined>;
  // The name keeps metadata from being added as a whole, which would replace everything in it.
  return {
    metadata: {
      name: name ?? "",
      ...(annotations === undefined ? {} : { annotations }),
      ...(labels === undefined ? {} : { labels }),
    },
  };
}

function content({ metadata: _metadata, status: _status, ...rest }: Values): Values {
  return rest;
}

/** The value without what the pointers point to; what is not there is left out anyway. */
export function withoutPaths(value: Values, pointers: readonly string[]): Values {
  if (pointers.length === 0) return value;
  const copy = structuredClone(value);
  for (const pointer of pointers) {
    const place = placeOf(copy, pointer);
    if (place === undefined) continue;
    const { parent, key } = place;
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete parent[key];
  }
  return copy;
}

/** The value with another one where the pointer points to; where there is no such place, it is left as it is. */
export function withValue(value: Values, pointer: string, replacement: Value): Values {
  const copy = structuredClone(value);
  const place = placeOf(copy, pointer);
  if (place !== undefined) place.parent[place.key] = replacement;
  return copy;
}

/** The map or list that holds what the pointer points to, and its key there. */
function placeOf(document: Values, pointer: string) {
  const keys = parsePointer(pointer) ?? [];
  const key = keys.at(-1);
  const parent = valueAt(document, keys.slice(0, -1));
  if (key === undefined || typeof parent !== "object" || parent === null || !Object.hasOwn(parent, key))
    return undefined;
  return { parent: parent as Record<string, unknown>, key };
}
