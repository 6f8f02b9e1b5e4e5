import { findCondition, type Condition, type HelmRelease, type KubeObject } from "../../api/index.ts";
import type { Values } from "../../base/value.ts";
import { parseSelector } from "../../kustomize/index.ts";
import { identityOf, type Wake } from "../runtime/index.ts";
import { valuesSelection } from "./observe.ts";
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
  return [...sources, ...(["ConfigMap", "Secret"] as const).map((kind) => wakeByReading(kind, isWatched))];
}

/** A source wakes its releases when its artifact appears or changes, and when it becomes ready. */
function wakeBySource(kind: string): Wake {
  return {
    kind: { apiVersion: "source.toolkit.fluxcd.io/v1", kind },
    // The artifact that is being installed may become ready a moment later: that is no reason to end the wait for it.
    interrupts: ({ object, previous }) => hasNewArtifact(object, previous),
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
  if (now?.artifact === undefined) return false;
  return hasNewArtifact(object, previous) || (isReady(now) && !isReady((previous as Source | undefined)?.status));
}

function hasNewArtifact(object: KubeObject, previous: KubeObject | undefined): boolean {
  const now = (object as Source).status?.artifact;
  const before = (previous as Source | undefined)?.status?.artifact;
  return now !== undefined && (now.revision !== before?.revision || now.digest !== before.digest);
}

function isReady(status: { readonly conditions?: readonly Condition[] } | undefined): boolean {
  return findCondition(status?.conditions, "Ready")?.status === "True";
}

// Who changes several maps wants one upgrade: what comes within this time is taken together.
const quiet = 200; // milliseconds

/** A map wakes the releases that read a key of it when what the key holds changes. */
function wakeByReading(kind: "ConfigMap" | "Secret", isWatched: (labels: Values) => boolean): Wake {
  return {
    kind: { apiVersion: "v1", kind },
    selection: valuesSelection(kind),
    quiet,
    keys: ({ object, previous, deleted }, own) => {
      // Most maps are read by nobody: the content is looked at last.
      const readers = (own as readonly HelmRelease[]).flatMap((release) => {
        const keys = keysRead(release, { kind, ...identityOf(object) });
        return keys.length === 0 ? [] : [{ release, keys }];
      });
      if (readers.length === 0 || !isWatched(object.metadata.labels ?? {})) return [];
      const [before, now] = [previous, deleted ? undefined : object].map(
        (one) => (one?.data ?? {}) as Readonly<Record<string, unknown>>,
      );
      // A map that appears is news even where the key is missing: the release says so in other words then.
      const isThere = (previous === undefined) === deleted;
      return readers
        .filter(({ keys }) => !isThere || keys.some((key) => before?.[key] !== now?.[key]))
        .map(({ release }) => identityOf(release));
    },
  };
}

/** The keys of a map that a release reads: for its values, or to reach its cluster. */
function keysRead(
  { metadata, spec }: HelmRelease,
  map: { readonly kind: string; readonly namespace: string; readonly name: string },
): readonly string[] {
  if ((metadata.namespace ?? "") !== map.namespace) return [];
  const { secretRef, configMapRef } = spec.kubeConfig ?? {};
  const values = (spec.valuesFrom ?? [])
    .filter(({ kind, name }) => kind === map.kind && name === map.name)
    .map(({ valuesKey }) => (valuesKey === undefined || valuesKey === "" ? "values.yaml" : valuesKey));
  const secret =
    map.kind === "Secret" && secretRef?.name === map.name
      ? secretRef.key === undefined || secretRef.key === ""
        ? ["value", "value.yaml"]
        : [secretRef.key]
      : [];
  const config = map.kind === "ConfigMap" && configMapRef?.name === map.name ? configKeys : [];
  return [...values, ...secret, ...config];
}

const configKeys = ["provider", "cluster", "address", "ca.crt", "audiences", "serviceAccountName"];
