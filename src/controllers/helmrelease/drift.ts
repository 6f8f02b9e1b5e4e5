import { RE2JS } from "re2js";
import type { HelmRelease, KubeObject, ObjectReference } from "../../api/index.ts";
import { groupOf, referenceTo, versionOf } from "../../api/index.ts";
import { diffJson, type JsonPatchOperation } from "../../base/json-patch.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { parseSelector } from "../../kustomize/index.ts";
import { subjectOf } from "../runtime/index.ts";

type IgnoreRule = NonNullable<NonNullable<HelmRelease["spec"]["driftDetection"]>["ignore"]>[number];

/** How one object of the release differs from the cluster. */
export type Drift =
  | { readonly change: "removed"; readonly object: KubeObject }
  | { readonly change: "excluded"; readonly object: KubeObject }
  | { readonly change: "changed"; readonly object: KubeObject; readonly patch: readonly JsonPatchOperation[] };

const disabledMark = "helm.toolkit.fluxcd.io/driftDetection";

/** True when the object, wanted or live, asks to be left out. */
export function isExcluded(object: KubeObject): boolean {
  const { labels = {}, annotations = {} } = object.metadata;
  return labels[disabledMark] === "disabled" || annotations[disabledMark] === "disabled";
}

/** The pointers to ignore in an object. Flux keeps rules in a map by target: of several rules with the same target only the last one holds. */
export function ignoredPaths(object: KubeObject, rules: readonly IgnoreRule[]): readonly string[] {
  const byTarget = new Map(rules.map((rule) => [JSON.stringify(rule.target ?? {}), rule]));
  return [...byTarget.values()].filter(({ target }) => matches(object, target)).flatMap(({ paths }) => paths);
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

function withoutPaths(value: Values, pointers: readonly string[]): Values {
  if (pointers.length === 0) return value;
  const copy = structuredClone(value) as Record<string, Value>;
  for (const pointer of pointers) {
    const keys = pointer
      .split("/")
      .slice(1)
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop();
    let parent: unknown = copy;
    for (const key of keys)
      parent =
        typeof parent === "object" && parent !== null && Object.hasOwn(parent, key)
          ? (parent as Record<string, unknown>)[key]
          : undefined;
    if (last === undefined || typeof parent !== "object" || parent === null || !Object.hasOwn(parent, last)) continue;
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete (parent as Record<string, unknown>)[last];
  }
  return copy;
}

/** The lines of Flux's message: `Deployment/apps/web changed (0 additions, 1 changes, 0 removals)`. */
export function summarizeDrift(drift: readonly Drift[]): string {
  return drift.map(describe).join("\n");
}

function describe(drift: Drift): string {
  const subject = subjectOf(drift.object);
  if (drift.change !== "changed") return `${subject} ${drift.change}`;
  const count = (...kinds: readonly string[]): number => drift.patch.filter(({ op }) => kinds.includes(op)).length;
  return `${subject} changed (${count("add", "copy")} additions, ${count("replace", "move")} changes, ${count("remove")} removals)`;
}

/** Where a drifted object is found. */
export function driftedReference({ object }: Drift): ObjectReference {
  return referenceTo(object);
}
