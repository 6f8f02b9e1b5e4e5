import { identityOf } from "../runtime/index.ts";
import {
  findCondition,
  type Condition,
  type HelmRelease,
  type KubeObject,
  type ObjectReference,
} from "../../api/index.ts";
import { CodedError } from "../../base/errors.ts";
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
 * the artifact names another version than the chart.
 */
export function withSourceRevision(
  chart: Chart,
  source: Source,
): { readonly chart: Chart; readonly ociDigest: string } {
  const revision = source.status?.artifact?.revision ?? "";
  if (source.kind !== "OCIRepository" && source.kind !== "ExternalArtifact") return { chart, ociDigest: "" };
  const at = revision.lastIndexOf("@");
  const digest = at < 0 ? revision : revision.slice(at + 1);
  const tag = at < 0 ? "" : revision.slice(0, at).replaceAll("_", "+");
  const { version } = chart.metadata;
  if (source.kind === "OCIRepository" && /^v?\d+\.\d+\.\d+/.test(tag) && tag !== version)
    throw new ChartMutateError("ChartMutateError", `artifact revision ${tag} does not match chart version ${version}`);
  const short = digest.slice(digest.indexOf(":") + 1).slice(0, 12);
  if (short === "") return { chart, ociDigest: "" };
  return {
    chart: { ...chart, metadata: { ...chart.metadata, version: `${version.split("+")[0]}+${short}` } },
    ociDigest: digest,
  };
}
