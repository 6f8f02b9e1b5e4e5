import { type KubeObject, type ObjectReference, referenceTo } from "../../api/index.ts";
import type { JsonPatchOperation } from "../../base/json-patch.ts";
import { subjectOf } from "../runtime/index.ts";

/** How one object of the release differs from the cluster. */
export type Drift =
  | { readonly change: "removed"; readonly object: KubeObject }
  | { readonly change: "excluded"; readonly object: KubeObject }
  | { readonly change: "changed"; readonly object: KubeObject; readonly patch: readonly JsonPatchOperation[] };

const disabledMark = "helm.toolkit.fluxcd.io/driftDetection";

/** True when the object, wanted or live, asks to be left out. */
export function isExcluded(object: KubeObject): boolean {
  const { labels = {}, annotations = {} } = object.metadata;
  return labels[disabledMark] === "disabled" || annotations[disabledMark] === "disabled";
}

/** The lines of Flux's message: `Deployment/apps/web changed (0 additions, 1 changes, 0 removals)`. */
export function summarizeDrift(drift: readonly Drift[]): string {
  return drift.map(describe).join("\n");
}

function describe(drift: Drift): string {
  const subject = subjectOf(drift.object);
  if (drift.change !== "changed") return `${subject} ${drift.change}`;
  const count = (...kinds: readonly string[]): number => drift.patch.filter(({ op }) => kinds.includes(op)).length;
  return `${subject} changed (${count("add", "copy")} additions, ${count("replace", "move")} changes, ${count("remove")} removals)`;
}

/** Where a drifted object is found. */
export function driftedReference({ object }: Drift): ObjectReference {
  return referenceTo(object);
}
