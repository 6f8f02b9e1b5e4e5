/**
 * Writes what the embedded API knows of Kubernetes' own kinds, read from a real kube-apiserver:
 *   node tools/generate-builtin.ts --server https://127.0.0.1:6443 --token TOKEN
 * `resources.json` holds discovery, `schemas.json` the structure of each kind without its prose.
 */
import { request as httpsRequest } from "node:https";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const { values: flags } = parseArgs({ options: { server: { type: "string" }, token: { type: "string" } } });
if (flags.server === undefined) throw new Error("--server is required: the URL of a kube-apiserver");
const server = flags.server;
const folder = new URL("../src/api/builtin/", import.meta.url);

// A control plane for recordings signs its own certificate, which is why this is not `fetch`.
function get(path: string): Promise<JsonObject> {
  const { promise, resolve, reject } = Promise.withResolvers<JsonObject>();
  const headers = { accept: "application/json", authorization: `Bearer ${flags.token ?? ""}` };
  httpsRequest(new URL(path, server), { headers, rejectUnauthorized: false }, (response) => {
    let body = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      body += chunk;
    });
    response.on("end", () => {
      if (response.statusCode === 200) resolve(JSON.parse(body) as JsonObject);
      else reject(new Error(`cannot read ${path}: the server answered ${response.statusCode}`));
    });
  })
    .on("error", reject)
    .end();
  return promise;
}

interface DiscoveredResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly group?: string;
  readonly version?: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

function resourcesOf(group: string, version: string, found: readonly DiscoveredResource[]): Json[] {
  return found
    .filter(({ name }) => !name.includes("/"))
    .map((resource) => ({
      group,
      version,
      kind: resource.kind,
      plural: resource.name,
      singular: resource.singularName,
      namespaced: resource.namespaced,
      shortNames: resource.shortNames ?? [],
      categories: resource.categories ?? [],
      verbs: resource.verbs,
      subresources: found
        .filter(({ name }) => name.startsWith(`${resource.name}/`))
        .map((subresource) => ({
          name: subresource.name.slice(resource.name.length + 1),
          kind: subresource.kind,
          verbs: subresource.verbs,
          ...(subresource.group === undefined ? {} : { group: subresource.group }),
          ...(subresource.version === undefined ? {} : { version: subresource.version }),
        })),
    }));
}

const kept = new Set([
  "type",
  "format",
  "required",
  "enum",
  "default",
  "nullable",
  "x-kubernetes-list-type",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-map-type",
  "x-kubernetes-patch-strategy",
  "x-kubernetes-patch-merge-key",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-embedded-resource",
  "x-kubernetes-group-version-kind",
]);

const shorten = (name: string): string => name.replace(/^io\.k8s\./, "");

function reduce(schema: JsonObject): JsonObject {
  const result: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(schema)) if (kept.has(keyword)) result[keyword] = value;
  const one = Array.isArray(schema.allOf) && schema.allOf.length === 1 ? (schema.allOf[0] as JsonObject) : schema;
  if (typeof one.$ref === "string") result.$ref = shorten(one.$ref.slice("#/components/schemas/".length));
  if (schema.format === "int-or-string") {
    delete result.format;
    result["x-kubernetes-int-or-string"] = true;
  }
  const { properties, items, additionalProperties } = schema as {
    readonly properties?: JsonObject;
    readonly items?: JsonObject;
    readonly additionalProperties?: JsonObject | boolean;
  };
  if (properties !== undefined) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, reduce(property as JsonObject)]),
    );
  }
  if (items !== undefined) result.items = reduce(items);
  if (typeof additionalProperties === "object") result.additionalProperties = reduce(additionalProperties);
  else if (additionalProperties !== undefined) result.additionalProperties = additionalProperties;
  // OpenAPI: an object that names no properties is free-form.
  if (result.type === "object" && properties === undefined && additionalProperties === undefined) {
    result["x-kubernetes-preserve-unknown-fields"] = true;
  }
  return result;
}

function reduceDefinition(name: string, schema: JsonObject): JsonObject {
  // A quantity is a string or any number on the wire; OpenAPI says it with oneOf.
  if (name === "io.k8s.apimachinery.pkg.api.resource.Quantity") {
    return { format: "quantity", "x-kubernetes-int-or-string": true };
  }
  // Anything, owned as a whole.
  if (name === "io.k8s.apimachinery.pkg.runtime.RawExtension") {
    return { "x-kubernetes-map-type": "atomic", "x-kubernetes-preserve-unknown-fields": true };
  }
  return reduce(schema);
}

/** The definitions of a group version that its kinds use, and the kinds. */
async function schemasOf(path: string, definitions: Map<string, Json>, kinds: Map<string, string>): Promise<void> {
  const document = await get(`/openapi/v3/${path}`);
  const schemas = (document.components as JsonObject).schemas as JsonObject;
  const wanted: string[] = [];
  for (const [name, schema] of Object.entries(schemas)) {
    const claims = (schema as JsonObject)["x-kubernetes-group-version-kind"] as readonly JsonObject[] | undefined;
    // Options and events of the wire itself claim one kind in each group: they are not stored kinds.
    if (claims?.length !== 1 || (name.endsWith("List") && "items" in ((schema as JsonObject).properties as object)))
      continue;
    const [{ group, version, kind }] = claims as unknown as readonly [{ group: string; version: string; kind: string }];
    kinds.set(`${group}/${version}/${kind}`, shorten(name));
    wanted.push(name);
  }
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (definitions.has(shorten(name))) continue;
    const reduced = reduceDefinition(name, schemas[name] as JsonObject);
    definitions.set(shorten(name), reduced);
    for (const [, reference] of JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (reference !== undefined) wanted.push(reference);
    }
  }
}

const resources: Json[] = [];
const definitions = new Map<string, Json>();
const kinds = new Map<string, string>();
const groups = (await get("/apis")).groups as unknown as readonly {
  readonly name: string;
  readonly versions: readonly { readonly version: string }[];
}[];
const declared = (await get("/apis/apiextensions.k8s.io/v1/customresourcedefinitions")).items as unknown as readonly {
  readonly spec: { readonly group: string };
}[];
const custom = new Set(declared.map(({ spec }) => spec.group));
for (const { name, versions } of [{ name: "", versions: [{ version: "v1" }] }, ...groups]) {
  if (custom.has(name)) continue;
  for (const { version } of versions) {
    const path = name === "" ? `api/${version}` : `apis/${name}/${version}`;
    const discovered = (await get(`/${path}`)).resources as unknown as readonly DiscoveredResource[];
    resources.push(...resourcesOf(name, version, discovered));
    await schemasOf(path, definitions, kinds);
  }
}

const sorted = <T>(map: ReadonlyMap<string, T>): Record<string, T> =>
  Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(new URL("resources.json", folder), `${JSON.stringify(resources)}\n`);
// Each definition is a text of its own: a program that needs one kind parses a few of them, not all.
const texts = new Map([...definitions].map(([name, definition]) => [name, JSON.stringify(definition)]));
writeFileSync(
  new URL("schemas.json", folder),
  `${JSON.stringify({ kinds: sorted(kinds), definitions: sorted(texts) })}\n`,
);
console.log(`${resources.length} resources, ${kinds.size} kinds, ${definitions.size} definitions`);
