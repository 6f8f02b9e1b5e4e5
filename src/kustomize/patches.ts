import { applyJsonPatch, type JsonPatchOperation, JsonPatchError, parseJsonPatch } from "../base/json-patch.ts";
import { goQuote } from "../base/go-quote.ts";
import { isValues, type Value, type Values } from "../base/value.ts";
import { formatYaml, parseYaml } from "../base/yaml/index.ts";
import { KustomizeError, within } from "./errors.ts";
import { formatIdentity, identityOf, isSameIdentity } from "./identity.ts";
import { parseResources } from "./parse-resources.ts";
import { allIdentities, mapOf, type Resource, withKeys, withObject } from "./resource.ts";
import { compileTarget, type PatchTarget } from "./selector.ts";
import { mergeStrategic } from "./strategic-merge.ts";

/** A strategic merge patch or a JSON patch, as text, and what it is for. */
export interface Patch {
  readonly patch: string;
  readonly target?: PatchTarget;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

/** Reads one patch and applies it to what it is for. Throws KustomizeError with kustomize's texts. */
export function applyPatch(resources: readonly Resource[], patch: Patch): readonly Resource[] {
  const read = within(configuring(patch), () => readPatch(patch.patch, `[patch: ${goQuote(patch.patch)}]`));
  return applyReadPatch(resources, read, patch);
}

/** What kustomize says it was doing when a patch cannot be read. */
export function configuring({ patch, path, target, options }: Partial<Patch> & { readonly path?: string }): string {
  const given = Object.entries(target ?? {}).filter(([, value]) => value !== undefined && value !== "");
  const config = formatYaml({
    ...(options === undefined || Object.keys(options).length === 0 ? {} : { options: { ...options } }),
    ...(patch === undefined ? {} : { patch }),
    ...(path === undefined ? {} : { path }),
    ...(target === undefined ? {} : { target: Object.fromEntries(given) }),
  });
  return `trouble configuring builtin PatchTransformer with config: \`\n${config}\``;
}

/** A patch whose text has been understood, with the name it has in errors. */
export type ReadPatch =
  | { readonly kind: "strategic"; readonly objects: readonly Values[]; readonly source: string }
  | { readonly kind: "json"; readonly operations: readonly JsonPatchOperation[]; readonly source: string };

/** Tells a strategic merge patch from a JSON patch. Throws KustomizeError when it is neither, or both. */
export function readPatch(text: string, source: string): ReadPatch {
  const objects = attempt(() => parseResources(text));
  const operations = attempt(() => readOperations(text.trim()));
  if (objects !== undefined && objects.length > 0 && operations !== undefined && operations.length > 0) {
    throw new KustomizeError("invalid", `illegally qualifies as both an SM and JSON patch: ${source}`);
  }
  if (objects !== undefined) return { kind: "strategic", objects, source };
  if (operations !== undefined) return { kind: "json", operations, source };
  throw new KustomizeError("invalid", `unable to parse SM or JSON patch from ${source}`);
}

/** Applies what readPatch gave. */
export function applyReadPatch(
  resources: readonly Resource[],
  read: ReadPatch,
  reach: Omit<Patch, "patch">,
): readonly Resource[] {
  const { target } = reach;
  if (read.kind === "json") {
    if (target === undefined) {
      throw new KustomizeError("invalid", `must specify a target for JSON patch ${read.source}`);
    }
    const isTarget = compileTarget(target);
    return resources.map((resource) => (isTarget(resource) ? applyOperations(resource, read.operations) : resource));
  }
  const [first] = read.objects;
  if (first === undefined) return resources;
  if (target !== undefined) {
    if (read.objects.length > 1) {
      const problem =
        "Multiple Strategic-Merge Patches in one `patches` entry is not allowed to set `patches.target` field";
      throw new KustomizeError("invalid", `${problem}: ${read.source}`);
    }
    const isTarget = compileTarget(target);
    return resources.flatMap((resource) => (isTarget(resource) ? mergeInto(resource, first, reach) : [resource]));
  }
  return read.objects.reduce<readonly Resource[]>(
    (current, object) => mergeIntoNamed(current, object, reach),
    resources,
  );
}

function readOperations(text: string): JsonPatchOperation[] {
  // kustomize: what begins with a bracket is JSON to the letter, the rest is YAML.
  return parseJsonPatch(text.startsWith("[") ? JSON.parse(text) : parseYaml(text, { integers: "bigint" }));
}

function attempt<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function applyOperations(resource: Resource, operations: readonly JsonPatchOperation[]): Resource {
  try {
    const patched = applyJsonPatch(resource.object, operations);
    if (!isValues(patched)) throw new KustomizeError("invalid", "a JSON patch must leave an object");
    return withObject(resource, patched);
  } catch (cause) {
    if (!(cause instanceof JsonPatchError)) throw cause;
    throw new KustomizeError("invalid", cause.message, { cause });
  }
}

function mergeIntoNamed(
  resources: readonly Resource[],
  object: Values,
  reach: Omit<Patch, "patch">,
): readonly Resource[] {
  const wanted = identityOf(object);
  const isNamed = (resource: Resource) => allIdentities(resource).some((each) => isSameIdentity(each, wanted));
  const matches = resources.filter(isNamed);
  if (matches.length !== 1) {
    const name = formatIdentity(wanted);
    const found = matches.length === 0 ? "no matches" : "multiple matches";
    throw new KustomizeError(
      matches.length === 0 ? "missing" : "conflict",
      `no resource matches strategic merge patch ${goQuote(name)}: ${found} for Id ${name}; failed to find unique target for patch ${name}`,
    );
  }
  return resources.flatMap((resource) => (isNamed(resource) ? mergeInto(resource, object, reach) : [resource]));
}

/** The patched resource, or nothing when the patch deletes it. What it is called stays, unless the patch may change that. */
function mergeInto(resource: Resource, patch: Values, { options = {} }: Omit<Patch, "patch">): readonly Resource[] {
  const before = resource.object;
  const merged = mergeStrategic(before, patch);
  if (merged === undefined) return [];
  const old = mapOf(before.metadata);
  const named = mapOf(merged.metadata);
  const metadata = withKeys(named, {
    name: options.allowNameChange === true ? named.name : old.name,
    namespace: old.namespace,
  });
  const kind: Record<string, Value | undefined> =
    options.allowKindChange === true ? {} : { apiVersion: before.apiVersion, kind: before.kind };
  return [withObject(resource, withKeys(merged, { ...kind, metadata }))];
}
