import type { StructuralSchema } from "../../api/index.ts";
import type { Resource } from "../registry/resource.ts";

type Json = { readonly [key: string]: unknown };

/** `/openapi/v3`: where the document of each group version is. `revision` changes whenever what is served does. */
export function openApiIndex(resources: readonly Resource[], revision: string): object {
  const roots = new Set(resources.map(rootOf));
  const paths = [...roots].map((root) => [
    root,
    { serverRelativeURL: `/openapi/v3/${root}?hash=${hashOf(`${root} ${revision}`)}` },
  ]);
  return { paths: Object.fromEntries(paths) };
}

function rootOf({ group, version }: Resource): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** FNV-1a: clients compare it only. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, "0").toUpperCase();
}

/** The OpenAPI v3 document of one group version, with what kubectl and helm read of it; undefined where nothing is served. */
export function openApiDocument(resources: readonly Resource[], root: string): object | undefined {
  const served = resources.filter((resource) => rootOf(resource) === root);
  if (served.length === 0) return undefined;
  const components = createComponents();
  const paths: [string, Json][] = [];
  for (const resource of served) {
    const name = `${reversed(resource.group)}.${resource.version}.${resource.kind}`;
    const gvk = { group: resource.group, version: resource.version, kind: resource.kind };
    components.add(name, resource.schema ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true }, [gvk]);
    const namespace = resource.namespaced ? "/namespaces/{namespace}" : "";
    const collection = `/${root}${namespace}/${resource.plural}`;
    paths.push([collection, collectionOperations(resource, name, gvk)]);
    paths.push([`${collection}/{name}`, objectOperations(resource, name, gvk)]);
  }
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.36.3" },
    paths: Object.fromEntries(paths),
    components: { schemas: components.schemas() },
  };
}

function reversed(group: string): string {
  if (group === "") return "io.k8s.api.core";
  return group.includes(".") ? group.split(".").reverse().join(".") : `io.k8s.api.${group}`;
}

const parameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) => ({
  name,
  in: "query",
  schema: { type: "string", uniqueItems: true },
}));
const answer = (name: string) => ({
  "200": { description: "OK", content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } },
});

function operation(action: string, gvk: Json, name: string, more: Json = {}): Json {
  return { "x-kubernetes-action": action, "x-kubernetes-group-version-kind": gvk, responses: answer(name), ...more };
}

function collectionOperations({ verbs }: Resource, name: string, gvk: Json): Json {
  return {
    ...(verbs.includes("list") ? { get: operation("list", gvk, name) } : {}),
    ...(verbs.includes("create") ? { post: operation("post", gvk, name, { parameters }) } : {}),
    ...(verbs.includes("deletecollection") ? { delete: operation("deletecollection", gvk, name) } : {}),
  };
}

function objectOperations({ verbs }: Resource, name: string, gvk: Json): Json {
  const force = { name: "force", in: "query", schema: { type: "boolean", uniqueItems: true } };
  return {
    ...(verbs.includes("get") ? { get: operation("get", gvk, name) } : {}),
    ...(verbs.includes("update") ? { put: operation("put", gvk, name, { parameters }) } : {}),
    ...(verbs.includes("patch")
      ? { patch: operation("patch", gvk, name, { parameters: [...parameters, force] }) }
      : {}),
    ...(verbs.includes("delete") ? { delete: operation("delete", gvk, name) } : {}),
  };
}

interface Components {
  add(name: string, schema: StructuralSchema, kinds: readonly Json[]): void;
  schemas(): Json;
}

/** Names the schemas of a document; one that holds itself is written once and referred to. */
function createComponents(): Components {
  const written = new Map<string, Json>();
  const cyclic = new Map<StructuralSchema, string>();
  const open = new Set<StructuralSchema>();

  const write = (schema: StructuralSchema): Json => {
    if (open.has(schema)) {
      const known = cyclic.get(schema);
      const name = known ?? `recursive.${cyclic.size + 1}`;
      cyclic.set(schema, name);
      return { $ref: `#/components/schemas/${name}` };
    }
    open.add(schema);
    const { properties, items, additionalProperties, ...rest } = schema;
    const json: Json = {
      ...rest,
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties).map(([name, property]) => [name, write(property)]),
            ),
          }),
      ...(items === undefined ? {} : { items: write(items) }),
      ...(additionalProperties === undefined
        ? {}
        : {
            additionalProperties:
              typeof additionalProperties === "object" ? write(additionalProperties) : additionalProperties,
          }),
    };
    open.delete(schema);
    const name = cyclic.get(schema);
    if (name !== undefined) written.set(name, json);
    return json;
  };

  return {
    add(name, schema, kinds) {
      written.set(name, { ...write(schema), "x-kubernetes-group-version-kind": kinds });
    },
    schemas: () => Object.fromEntries(written),
  };
}
