import type { ReleaseRecord } from "./record.ts";

/** Server-side apply, or what the revision that this one follows was written with. */
export type ServerSideApply = boolean | "auto";

/** Resolves `auto` as Helm does: a revision that does not say was written client-side. */
export function usesServerSide(wanted: ServerSideApply, previous: ReleaseRecord): boolean {
  return wanted === "auto" ? previous.apply_method === "ssa" : wanted;
}
