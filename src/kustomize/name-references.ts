import { isValues, type Value, type Values } from "../base/value.ts";
import { changeFields, type FieldSpec } from "./field-path.ts";
import {
  effectiveNamespace,
  type Identity,
  identityOf,
  isClusterScoped,
  isSelected,
  type KindSelector,
} from "./identity.ts";
import { allIdentities, type Resource, withKeys } from "./resource.ts";
import { nameReferences } from "./name-reference-table.ts";

/** Points every reference at the present name of what it referred to. Changes nothing when nothing was renamed. */
export function fixNameReferences(resources: readonly Resource[]): readonly Resource[] {
  const renamed = resources.filter(isRenamed);
  if (renamed.length === 0) return resources;
  return resources.map((resource) => {
    let { object } = resource;
    for (const { to, fields } of nameReferences) {
      const candidates = renamed.filter((each) => allIdentities(each).some((identity) => isSelected(identity, to)));
      if (candidates.length > 0) object = fixFields(resource, object, fields, { to, candidates });
    }
    // References do not change what a resource is called, so it keeps its identities.
    return object === resource.object ? resource : { ...resource, object };
  });
}

function isRenamed(resource: Resource): boolean {
  const now = identityOf(resource.object);
  return resource.earlier.some((before) => before.name !== now.name || before.namespace !== now.namespace);
}

interface Referents {
  readonly to: KindSelector;
  readonly candidates: readonly Resource[];
}

function fixFields(resource: Resource, object: Values, fields: readonly FieldSpec[], referents: Referents): Values {
  const own = allIdentities(resource);
  return changeFields(object, identityOf(object), fields, (current) => fixValue(current, own, referents));
}

function fixValue(current: Value | undefined, referrer: readonly Identity[], referents: Referents): Value | undefined {
  if (typeof current === "string") return findBeside(current, referrer, referents)?.name ?? current;
  if (Array.isArray(current)) {
    return (current as readonly Value[]).map((item) => fixValue(item, referrer, referents) ?? item);
  }
  if (!isValues(current)) return current;
  // A map names its namespace itself: the subjects of role bindings, the services of webhooks.
  const { name, namespace, kind } = current;
  if (typeof name !== "string") return current;
  if (typeof kind === "string" && kind !== referents.to.kind) return current;
  const spaces = typeof namespace === "string" ? [namespace] : referrer.map(effectiveNamespaceOrAny);
  const found = find(name, spaces, referents);
  if (found === undefined) return current;
  return withKeys(current, {
    name: found.name,
    ...(found.namespace === "" || namespace === undefined ? {} : { namespace: found.namespace }),
  });
}

/** What went by a name and is now in the namespace where the referrer is. */
function findBeside(name: string, referrer: readonly Identity[], { to, candidates }: Referents): Identity | undefined {
  const here = referrer.at(-1);
  const beside = candidates.filter(({ object }) => {
    const there = identityOf(object);
    if (here === undefined || isClusterScoped(there) || isClusterScoped(here)) return true;
    return effectiveNamespace(there) === effectiveNamespace(here);
  });
  const any = beside.flatMap((each) => allIdentities(each).map(effectiveNamespace));
  return find(name, any, { to, candidates: beside });
}

/** Undefined stands for cluster-scoped referrers, which may name things in any namespace. */
function effectiveNamespaceOrAny(identity: Identity): string | undefined {
  return isClusterScoped(identity) ? undefined : effectiveNamespace(identity);
}

function find(
  name: string,
  namespaces: readonly (string | undefined)[],
  { to, candidates }: Referents,
): Identity | undefined {
  const fitting = candidates.filter((candidate) =>
    allIdentities(candidate).some(
      (identity) =>
        identity.name === name &&
        isSelected(identity, to) &&
        (isClusterScoped(identity) ||
          namespaces.some((each) => each === undefined || each === effectiveNamespace(identity))),
    ),
  );
  const names = new Map(fitting.map((each) => [identityOf(each.object).name, identityOf(each.object)]));
  // Two things went by that name: kustomize looks at their prefixes, we leave the reference as it is.
  return names.size === 1 ? [...names.values()][0] : undefined;
}
