import { builtinResources, schemaOf, type BuiltinResource } from "../../api/index.ts";
import { columnsOf } from "./tables/index.ts";
import { conversionOf } from "./conversions.ts";
import type { Resource } from "./resource.ts";
import { strategyOf } from "./strategies.ts";

/** Kubernetes' own resources, in the order of discovery. */
export const builtins: readonly Resource[] = builtinResources.map(toResource);

/** Where the objects of Kubernetes' own kinds are kept. */
export function bucketOf(group: string, plural: string): string {
  // Both event groups show the same objects.
  if (group === "events.k8s.io") return "/events";
  return `${group}/${plural}`;
}

function toResource(found: BuiltinResource): Resource {
  const { group, version, kind, plural } = found;
  const apiVersion = group === "" ? version : `${group}/${version}`;
  const conversion = conversionOf(apiVersion, kind);
  return {
    group,
    version,
    apiVersion,
    kind,
    listKind: `${kind}List`,
    plural,
    singular: found.singular,
    namespaced: found.namespaced,
    shortNames: found.shortNames,
    categories: found.categories,
    verbs: found.verbs,
    subresources: found.subresources.map((subresource) => ({
      name: subresource.name,
      kind: subresource.kind,
      group: subresource.group ?? group,
      version: subresource.version ?? version,
      verbs: subresource.verbs,
    })),
    bucket: bucketOf(group, plural),
    storageApiVersion: conversion?.storageApiVersion ?? apiVersion,
    ...(conversion === undefined ? {} : { conversion }),
    get schema() {
      return schemaOf({ group, version, kind });
    },
    strategy: strategyOf(
      group,
      kind,
      found.subresources.some(({ name }) => name === "status"),
    ),
    columns: columnsOf(group, kind),
    custom: false,
  };
}
