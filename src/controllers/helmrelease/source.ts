import { identityOf } from "../runtime/index.ts";
import {
  findCondition,
  type Condition,
  type HelmRelease,
  type KubeObject,
  type ObjectReference,
} from "../../api/index.ts";
import { CodedError } from "../../base/errors.ts";
import { compareVersions, formatVersion, tryParseVersion } from "../../base/semver.ts";
import type { Chart } from "../../chart/index.ts";
import type { Artifact } from "../../sources/index.ts";
import { helmChartNameOf } from "./names.ts";

/** A source as far as a release needs it: all kinds of sources tell of their artifact in the same words. */
export interface Source extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
    readonly artifact?: Artifact;
  };
}

export class ChartMutateError extends CodedError<"ChartMutateError"> {}

const sourceApi = "source.toolkit.fluxcd.io/v1";

/** The source that holds the chart: what `chartRef` names, or the HelmChart that is made from `chart`. */
export function sourceReferenceOf(release: HelmRelease): ObjectReference {
  const { chartRef } = release.spec;
  if (chartRef === undefined) return { apiVersion: sourceApi, kind: "HelmChart", ...helmChartNameOf(release) };
  const namespace = chartRef.namespace ?? identityOf(release).namespace;
  return { apiVersion: sourceApi, kind: chartRef.kind, namespace, name: chartRef.name };
}

/** Says why a source can not be used yet; undefined when it can. Flux: isSourceReady. */
export function whySourceNotReady(source: Source): string | undefined {
  const { namespace, name } = identityOf(source);
  const prefix = `${source.kind} '${namespace}/${name}' is not ready: `;
  const { status = {}, metadata } = source;
  const stalled = findCondition(status.conditions, "Stalled");
  const ready = findCondition(status.conditions, "Ready");
  if (source.kind !== "ExternalArtifact" && metadata.generation !== status.observedGeneration) {
    return `${prefix}${ready?.status === "False" ? ready.message : "latest generation of object has not been reconciled"}`;
  }
  if (stalled?.status === "True") return `${prefix}${stalled.message}`;
  if (status.artifact === undefined) return `${prefix}does not have an artifact`;
  return undefined;
}

/**
 * Gives a chart that came by digest a version that tells which build it is: `1.2.3+abcdef123456`. Throws ChartMutateError where the tag of
 * the artifact names another version than the chart, or its revision is none.
 */
export function withSourceRevision(
  chart: Chart,
  source: Source,
  { tracksDigests }: { readonly tracksDigests: boolean },
): { readonly chart: Chart; readonly ociDigest: string } {
  const revision = source.status?.artifact?.revision ?? "";
  if (!hasRevisionDigest(source, revision)) return { chart, ociDigest: "" };
  const { version } = chart.metadata;
  const own = tryParseVersion(version);
  if (own === undefined) throw mutateError(`invalid chart version ${version}`);
  const [tag = "", digest = tag, ...more] = revision.split("@");
  const tagged = tryParseVersion(revision.includes("@") ? tag.replaceAll("_", "+") : revision);
  if (tagged !== undefined && (!revision.includes("@") || more.length > 0 || compareVersions(tagged, own) !== 0))
    throw mutateError(`artifact revision ${tag} does not match chart version ${version}`);
  const whole = tagged === undefined ? revision : digest;
  const [, hex = "", ...rest] = whole.split(":");
  if (hex.length < shortDigest || rest.length > 0) throw mutateError(`invalid artifact revision ${whole}`);
  if (!tracksDigests) return { chart, ociDigest: whole };
  const marked = formatVersion({ ...own, metadata: hex.slice(0, shortDigest) });
  return { chart: { ...chart, metadata: { ...chart.metadata, version: marked } }, ociDigest: whole };
}

const shortDigest = 12;

// Flux: the revision of an ExternalArtifact may be a version, which says nothing about a build.
function hasRevisionDigest({ kind }: Source, revision: string): boolean {
  return kind === "OCIRepository" || (kind === "ExternalArtifact" && revision.includes(":"));
}

function mutateError(message: string): ChartMutateError {
  return new ChartMutateError("ChartMutateError", message);
}
