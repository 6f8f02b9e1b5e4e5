import type { KubeObject } from "../../../api/index.ts";

/** Part of an object, of which little is known. */
export type Part = { readonly [field: string]: unknown };

export function partOf(value: unknown): Part {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Part) : {};
}

export function partsOf(value: unknown): readonly Part[] {
  return Array.isArray(value) ? value.map(partOf) : [];
}

export function specOf(object: KubeObject): Part {
  return partOf(object["spec"]);
}

/** Fills in what is absent; what is there, even empty, stays. */
export function fill(part: Part, defaults: Part): Part {
  const missing = Object.entries(defaults).filter(([name, value]) => value !== undefined && part[name] === undefined);
  return missing.length === 0 ? part : { ...part, ...Object.fromEntries(missing) };
}

/** As `fill`, where the empty text is as good as absent. */
export function fillEmpty(part: Part, defaults: Part): Part {
  const missing = Object.entries(defaults).filter(([name]) => part[name] === undefined || part[name] === "");
  return missing.length === 0 ? part : { ...part, ...Object.fromEntries(missing) };
}

/** Changes one field where it is there. */
export function change(part: Part, field: string, next: (value: unknown) => unknown): Part {
  return part[field] === undefined ? part : { ...part, [field]: next(part[field]) };
}

/** Changes each item of a list of maps, where it is there. */
export function changeEach(part: Part, field: string, next: (item: Part) => Part): Part {
  const items = part[field];
  return Array.isArray(items) ? { ...part, [field]: items.map((item) => next(partOf(item))) } : part;
}

export function withSpec(object: KubeObject, spec: Part): KubeObject {
  return { ...object, spec };
}
