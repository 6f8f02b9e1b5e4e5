import { isValues, type Value, type Values } from "../base/value.ts";
import { KustomizeError } from "./errors.ts";
import { formatIdentity, type Identity, identityOf, isSameIdentity } from "./identity.ts";

/** One object on its way through a build. */
export interface Resource {
  readonly object: Values;
  /** What it was called before, the first name first: patches and references may use any of them. */
  readonly earlier: readonly Identity[];
  /** Set for what a generator made. */
  readonly generated?: Generated;
}

export interface Generated {
  readonly behavior: "create" | "merge" | "replace";
  readonly needsHash: boolean;
}

export function newResource(object: Values, generated?: Generated): Resource {
  return { object, earlier: [], ...(generated === undefined ? {} : { generated }) };
}

/** The identity under which a resource was read. */
export function originalIdentity(resource: Resource): Identity {
  return resource.earlier[0] ?? identityOf(resource.object);
}

export function allIdentities(resource: Resource): readonly Identity[] {
  return [...resource.earlier, identityOf(resource.object)];
}

/** A resource with a changed object; when that changes its identity, the old one is remembered. */
export function withObject(resource: Resource, object: Values): Resource {
  const before = identityOf(resource.object);
  const after = identityOf(object);
  const isRenamed = before.name !== after.name || before.namespace !== after.namespace || before.kind !== after.kind;
  return { ...resource, object, earlier: isRenamed ? [...resource.earlier, before] : resource.earlier };
}

/** Adds resources to others; throws KustomizeError when one is there already. */
export function append(resources: readonly Resource[], more: readonly Resource[]): readonly Resource[] {
  const taken = new Map<string, Identity[]>();
  const all = [...resources, ...more];
  for (const { object } of all) {
    const identity = identityOf(object);
    const same = taken.get(identity.name);
    if (same === undefined) taken.set(identity.name, [identity]);
    else if (same.some((other) => isSameIdentity(identity, other))) {
      const name = formatIdentity(identity);
      throw new KustomizeError("conflict", `may not add resource with an already registered id: ${name}`);
    } else same.push(identity);
  }
  return all;
}

export function mapOf(value: Value | undefined): Values {
  return isValues(value) ? value : {};
}

/** A map with some keys set; `undefined` takes a key away. Keys are data, `__proto__` too. */
export function withKeys(map: Values, changes: Readonly<Record<string, Value | undefined>>): Values {
  const entries = new Map<string, Value>(Object.entries(map));
  for (const [key, value] of Object.entries(changes)) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  return Object.fromEntries(entries);
}
