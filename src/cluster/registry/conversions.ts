import type { Conversion } from "./resource.ts";

/** How a version of one of Kubernetes' own kinds is turned into the one that is stored; undefined where they are the same. */
export function conversionOf(
  apiVersion: string,
  kind: string,
): (Conversion & { readonly storageApiVersion: string }) | undefined {
  return conversions.get(`${apiVersion} ${kind}`);
}

const conversions = new Map<string, Conversion & { readonly storageApiVersion: string }>();
