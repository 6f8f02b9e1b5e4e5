import type { KubeObject } from "../api/index.ts";
import type { Resource } from "./registry/resource.ts";

interface Served {
  readonly object: KubeObject;
  json?: string;
}

// One entry for each stored object and apiVersion: a list of ten thousand and a watch of five hundred share the work.
const served = new WeakMap<KubeObject, Map<string, Served>>();

function servedOf(resource: Resource, stored: KubeObject): Served {
  let versions = served.get(stored);
  if (versions === undefined) {
    versions = new Map();
    served.set(stored, versions);
  }
  const key = `${resource.apiVersion} ${resource.kind}`;
  let found = versions.get(key);
  if (found === undefined) {
    found = { object: convert(resource, stored) };
    versions.set(key, found);
  }
  return found;
}

function convert(resource: Resource, stored: KubeObject): KubeObject {
  if (stored.apiVersion === resource.apiVersion) return stored;
  if (resource.conversion !== undefined) return resource.conversion.fromStorage(stored);
  return { ...stored, apiVersion: resource.apiVersion };
}

/** A stored object as one version shows it. */
export function toServed(resource: Resource, stored: KubeObject): KubeObject {
  return servedOf(resource, stored).object;
}

/** The JSON of a stored object as one version shows it, made once. */
export function toJson(resource: Resource, stored: KubeObject): string {
  const found = servedOf(resource, stored);
  found.json ??= JSON.stringify(found.object);
  return found.json;
}

/** An object of a served version as it is stored. */
export function toStorage(resource: Resource, object: KubeObject): KubeObject {
  if (resource.conversion !== undefined) return resource.conversion.toStorage(object);
  if (object.apiVersion === resource.storageApiVersion) return object;
  return { ...object, apiVersion: resource.storageApiVersion };
}
