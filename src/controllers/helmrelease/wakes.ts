import { findCondition, type Condition, type HelmRelease, type KubeObject } from "../../api/index.ts";
import { isEqualJson } from "../../base/json-patch.ts";
import type { Value, Values } from "../../base/value.ts";
import { parseSelector } from "../../kustomize/index.ts";
import { identityOf, type Wake } from "../runtime/index.ts";
import { readsFrom, valuesSelection } from "./observe.ts";
import type { HelmReleaseOptions } from "./ports.ts";
import { type Source, sourceReferenceOf } from "./source.ts";

/** What wakes a release besides itself: its source, and the maps that its values come from. Throws for labels that are no selector. */
export function wakesOf({
  watchConfigs,
  featureGates,
}: Pick<HelmReleaseOptions, "watchConfigs" | "featureGates">): readonly Wake[] {
  const sources = ["HelmChart", "OCIRepository", "ExternalArtifact"].map(wakeBySource);
  if (featureGates?.has("DisableConfigWatchers") === true) return sources;
  const isWatched = watchConfigs === undefined ? () => true : parseSelector(watchConfigs.labelled);
  return [...sources, ...["ConfigMap", "Secret"].map((kind) => wakeByValues(kind, isWatched))];
}

/** A source wakes its releases when its artifact appears or changes, and when it becomes ready. */
function wakeBySource(kind: string): Wake {
  return {
    kind: { apiVersion: "source.toolkit.fluxcd.io/v1", kind },
    keys: ({ object, previous, deleted }, own) => {
      if (deleted || !hasNews(object, previous)) return [];
      const { namespace, name } = identityOf(object);
      return (own as readonly HelmRelease[])
        .filter((release) => {
          const reference = sourceReferenceOf(release);
          return reference.kind === kind && reference.namespace === namespace && reference.name === name;
        })
        .map(identityOf);
    },
  };
}

function hasNews(object: KubeObject, previous: KubeObject | undefined): boolean {
  const now = (object as Source).status;
  const before = (previous as Source | undefined)?.status;
  if (now?.artifact === undefined) return false;
  if (before?.artifact?.revision !== now.artifact.revision || before.artifact.digest !== now.artifact.digest)
    return true;
  return isReady(now) && !isReady(before);
}

function isReady(status: { readonly conditions?: readonly Condition[] } | undefined): boolean {
  return findCondition(status?.conditions, "Ready")?.status === "True";
}

/** A map wakes the releases whose values come from it when its content changes. */
function wakeByValues(kind: string, isWatched: (labels: Values) => boolean): Wake {
  return {
    kind: { apiVersion: "v1", kind },
    selection: valuesSelection(kind),
    keys: ({ object, previous, deleted }, own) => {
      // Most maps are read by nobody: the content is looked at last.
      const readers = (own as readonly HelmRelease[]).filter((release) => readsFrom(release, object));
      if (readers.length === 0 || !isWatched(object.metadata.labels ?? {})) return [];
      const isSame = !deleted && previous !== undefined && isEqualJson(object.data as Value, previous.data as Value);
      return isSame ? [] : readers.map(identityOf);
    },
  };
}
