import { ChartError } from "../errors.ts";

export type Draft = 4 | 6 | 7 | 2019 | 2020;

export interface SchemaObject {
  readonly [keyword: string]: unknown;
}

/** A schema is an object of keywords, or a boolean that takes everything or nothing. */
export type SchemaNode = SchemaObject | boolean;

/** A JSON Schema with its references resolved. */
export interface SchemaDocument {
  readonly root: SchemaNode;
  readonly draft: (node: SchemaObject) => Draft;
  /** Where `$ref`, `$dynamicRef` or `$recursiveRef` of a node points. */
  readonly target: (node: SchemaObject, keyword: RefKeyword) => SchemaNode;
}

export type RefKeyword = "$ref" | "$dynamicRef" | "$recursiveRef";

/** What Helm calls values.schema.json. */
export const schemaUrl = "file:///values.schema.json";
const newestDraft: Draft = 2020;

const drafts: Readonly<Record<string, Draft>> = {
  "json-schema.org/draft-04/schema": 4,
  "json-schema.org/draft-06/schema": 6,
  "json-schema.org/draft-07/schema": 7,
  "json-schema.org/draft/2019-09/schema": 2019,
  "json-schema.org/draft/2020-12/schema": 2020,
  "json-schema.org/schema": 2020,
};

interface Holder {
  /** The draft in which the keyword came to hold schemas. Before that it means nothing. */
  readonly since: Draft;
  readonly shapes: readonly ("schema" | "list" | "map")[];
}

/** The keywords that hold schemas. */
const holders: ReadonlyMap<string, Holder> = new Map([
  ...holding("schema", 4, ["not", "additionalProperties", "additionalItems"]),
  ...holding("schema", 6, ["contains", "propertyNames"]),
  ...holding("schema", 7, ["if", "then", "else"]),
  ...holding("schema", 2019, ["unevaluatedProperties", "unevaluatedItems"]),
  ...holding("list", 4, ["allOf", "anyOf", "oneOf"]),
  ...holding("list", 2020, ["prefixItems"]),
  ...holding("map", 4, ["properties", "patternProperties", "dependencies", "definitions"]),
  ...holding("map", 2019, ["dependentSchemas", "$defs"]),
  ["items", { since: 4, shapes: ["schema", "list"] }],
]);

interface Place {
  readonly draft: Draft;
  readonly base: string;
}

/** Reads the JSON of values.schema.json. Throws ChartError for what is no JSON and no schema. */
export function parseSchema(text: string): SchemaNode {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (cause) {
    throw new ChartError("SchemaViolation", `invalid JSON in values.schema.json: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (!isSchema(root)) throw new ChartError("SchemaViolation", "values.schema.json is neither an object nor a boolean");
  return root;
}

/** The draft that a schema is written in. Throws ChartError for one that is not known. */
export function draftOfSchema(root: SchemaNode): Draft {
  return (typeof root === "object" ? draftOf(root) : undefined) ?? newestDraft;
}

/**
 * Resolves the references of a schema, within itself and the documents beside it. Throws ChartError for an unknown draft, and for
 * references that do not resolve.
 */
export function readSchema(
  root: SchemaNode,
  { url: rootUrl = schemaUrl, beside = [] }: { readonly url?: string; readonly beside?: readonly SchemaNode[] } = {},
): SchemaDocument {
  const places = new Map<SchemaObject, Place>();
  const byUrl = new Map<string, SchemaNode>([[rootUrl, root]]);
  const waiting = [root, ...beside].map((node) => ({ node, place: { draft: newestDraft, base: rootUrl } as Place }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node } = next;
    if (typeof node === "boolean" || places.has(node)) continue;
    const place = enter(node, next.place, byUrl);
    places.set(node, place);
    for (const child of children(node, place.draft)) waiting.push({ node: child, place });
  }

  const targets = new Map<SchemaObject, Map<string, SchemaNode>>();
  const target = (node: SchemaObject, keyword: RefKeyword): SchemaNode => {
    const known = targets.get(node)?.get(keyword);
    if (known !== undefined) return known;
    const found = resolve(node, keyword);
    const ofNode = targets.get(node) ?? new Map<string, SchemaNode>();
    targets.set(node, ofNode.set(keyword, found));
    return found;
  };
  const placeOf = (node: SchemaObject): Place => places.get(node) ?? { draft: newestDraft, base: rootUrl };
  const resolve = (node: SchemaObject, keyword: RefKeyword): SchemaNode => {
    const reference = String(node[keyword]);
    const place = placeOf(node);
    const [url, fragment] = splitFragment(join(place.base, reference));
    const resource = byUrl.get(url);
    if (resource === undefined) throw unresolved(url);
    if (fragment === "") return resource;
    const found = fragment.startsWith("/") ? atPointer(resource, fragment) : byUrl.get(`${url}#${fragment}`);
    if (!isSchema(found))
      throw new ChartError(
        "SchemaViolation",
        fragment.startsWith("/")
          ? `json-pointer in "${url}#${fragment}" not found`
          : `anchor in "${url}#${fragment}" not found in schema "${url}"`,
      );
    // What only a reference reaches takes its draft and base from the place of the reference.
    if (typeof found === "object" && !places.has(found)) places.set(found, place);
    return found;
  };
  checkReferences(root, { target, draft: (node) => placeOf(node).draft });
  return { root, draft: (node) => placeOf(node).draft, target };
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSchema(value: unknown): value is SchemaNode {
  return typeof value === "boolean" || isObject(value);
}

function enter(node: SchemaObject, outer: Place, byUrl: Map<string, SchemaNode>): Place {
  const draft = draftOf(node) ?? outer.draft;
  const id = node[draft === 4 ? "id" : "$id"];
  let base = outer.base;
  if (typeof id === "string" && !(draft < 2019 && typeof node.$ref === "string")) {
    const [url, fragment] = splitFragment(join(outer.base, id));
    if (url !== outer.base) byUrl.set(url, node);
    base = url;
    if (draft < 2019 && fragment !== "" && !fragment.startsWith("/")) byUrl.set(`${url}#${fragment}`, node);
  }
  for (const keyword of ["$anchor", "$dynamicAnchor"]) {
    const anchor = node[keyword];
    if (draft >= 2019 && typeof anchor === "string") byUrl.set(`${base}#${anchor}`, node);
  }
  return { draft, base };
}

function draftOf(node: SchemaObject): Draft | undefined {
  if (typeof node.$schema !== "string") return undefined;
  const name = node.$schema.replace(/^https?:\/\//, "").replace(/#$/, "");
  const draft = Object.hasOwn(drafts, name) ? drafts[name] : undefined;
  if (draft === undefined) throw unresolved(node.$schema.replace(/#$/, ""));
  return draft;
}

function holding(shape: Holder["shapes"][number], since: Draft, names: readonly string[]): [string, Holder][] {
  return names.map((name) => [name, { since, shapes: [shape] }]);
}

function children(node: SchemaObject, draft: Draft, isAsked?: (keyword: string) => boolean): SchemaNode[] {
  const found: SchemaNode[] = [];
  for (const keyword of Object.keys(node)) {
    const holder = holders.get(keyword);
    if (holder === undefined || draft < holder.since || isAsked?.(keyword) === false) continue;
    const value = node[keyword];
    for (const shape of holder.shapes) {
      for (const child of inside(value, shape)) if (isSchema(child)) found.push(child);
    }
  }
  return found;
}

function inside(value: unknown, shape: Holder["shapes"][number]): readonly unknown[] {
  if (shape === "schema") return [value];
  if (shape === "list") return Array.isArray(value) ? value : [];
  return isObject(value) ? Object.values(value) : [];
}

/** Every reference that validation can reach must resolve, whether values ask for it or not. */
function checkReferences(root: SchemaNode, { target, draft }: Pick<SchemaDocument, "target" | "draft">): void {
  const seen = new Set<SchemaNode>();
  const waiting: SchemaNode[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node === "boolean" || seen.has(node)) continue;
    seen.add(node);
    for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"] as const)
      if (typeof node[keyword] === "string") waiting.push(target(node, keyword));
    for (const child of children(node, draft(node), isApplied)) waiting.push(child);
  }
}

function isApplied(keyword: string): boolean {
  return keyword !== "definitions" && keyword !== "$defs";
}

// Helm fetches remote references. A chart must not make us do that.
function unresolved(url: string): ChartError {
  return new ChartError("SchemaViolation", `failing loading "${url}": references to other documents are not followed`);
}

function splitFragment(url: string): [string, string] {
  const hash = url.indexOf("#");
  if (hash < 0) return [url, ""];
  let fragment = url.slice(hash + 1);
  try {
    fragment = decodeURIComponent(fragment);
  } catch {
    // A malformed escape stands for itself, and then finds nothing.
  }
  return [url.slice(0, hash), fragment];
}

function join(base: string, reference: string): string {
  if (reference.startsWith("#")) return base + reference;
  return URL.parse(reference, base)?.href ?? reference;
}

function atPointer(node: unknown, pointer: string): unknown {
  let current: unknown = node;
  for (const step of pointer.split("/").slice(1)) {
    const key = step.replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(current)) current = /^[0-9]+$/.test(key) ? current[Number(key)] : undefined;
    else current = isObject(current) && Object.hasOwn(current, key) ? current[key] : undefined;
  }
  return current;
}
