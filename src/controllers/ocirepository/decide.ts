import type { OCIRepository } from "../../api/index.ts";
import { chartLayerType } from "../../sources/index.ts";
import type { Status } from "./status.ts";

/** What of a repository is wanted; digest counts before semver, semver before tag. */
export type Wanted =
  | { readonly by: "digest"; readonly digest: string }
  | { readonly by: "semver"; readonly range: string; readonly filter?: string; readonly isChart: boolean }
  | { readonly by: "tag"; readonly tag: string };

/** Reads what an object asks for. Pure. */
export function wantedOf({ spec }: OCIRepository): Wanted {
  const { digest = "", semver = "", semverFilter = "", tag = "" } = spec.ref ?? {};
  if (digest !== "") return { by: "digest", digest };
  if (semver !== "")
    return {
      by: "semver",
      range: semver,
      isChart: spec.layerSelector?.mediaType === chartLayerType,
      ...(semverFilter === "" ? {} : { filter: semverFilter }),
    };
  return { by: "tag", tag: tag === "" ? "latest" : tag };
}

export type Decision =
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "store"; readonly isNewRevision: boolean; readonly because: string };

/** Chooses what to do with what the registry has. Pure. */
export function decide(
  { spec }: OCIRepository,
  seen: { readonly revision: string; readonly reference: string },
  status: Status,
): Decision {
  const { revision, reference } = seen;
  const isNewRevision = status.artifact?.revision !== revision;
  if (isNewRevision)
    return { action: "store", isNewRevision, because: `new revision '${revision}' for '${reference}'` };
  const isSame =
    spec.ignore === status.observedIgnore &&
    spec.layerSelector?.mediaType === status.observedLayerSelector?.mediaType &&
    spec.layerSelector?.operation === status.observedLayerSelector?.operation;
  if (!isSame)
    return { action: "store", isNewRevision, because: "the content of the artifact is configured differently" };
  return { action: "keep", because: `artifact up-to-date with remote revision: '${revision}'` };
}
