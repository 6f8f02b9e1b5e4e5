import type { HelmChart } from "../../api/index.ts";
import {
  type Artifact,
  type BuildOptions,
  type ChartBuild,
  effectiveValuesFiles,
  hashOfRevision,
  summaryOf,
} from "../../sources/index.ts";
import type { Status } from "./status.ts";

/** How the chart is to be made. Pure. */
export function planBuild(
  chart: HelmChart,
  source: { readonly kind: string; readonly artifact?: Artifact },
  status: Status,
): BuildOptions {
  const { spec, metadata } = chart;
  const versionMetadata = versionMetadataOf(chart, source);
  const isForced = metadata.generation !== status.observedGeneration;
  const { artifact, observedChartName, observedValuesFiles } = status;
  return {
    ...(spec.valuesFiles === undefined ? {} : { valuesFiles: spec.valuesFiles }),
    ...(spec.verify === undefined ? {} : { verify: true }),
    ...(spec.ignoreMissingValuesFiles === true ? { ignoreMissingValuesFiles: true } : {}),
    ...(versionMetadata === "" ? {} : { versionMetadata }),
    ...(artifact === undefined || observedChartName === undefined || isForced
      ? {}
      : {
          stored: {
            name: observedChartName,
            version: artifact.revision,
            ...(observedValuesFiles === undefined ? {} : { valuesFiles: observedValuesFiles }),
          },
        }),
  };
}

/** What tells builds of one version apart: the commit with strategy Revision, the generation with values files. */
function versionMetadataOf(
  { spec, metadata }: HelmChart,
  source: { readonly kind: string; readonly artifact?: Artifact },
): string {
  const parts: string[] = [];
  // Labels made from a version may have 63 characters: twelve of a hash are enough.
  if (spec.reconcileStrategy === "Revision" && source.kind !== "HelmRepository" && source.artifact !== undefined)
    parts.push(hashOfRevision(source.artifact.revision).slice(0, 12));
  if (effectiveValuesFiles(spec.valuesFiles).length > 0) parts.push(String(metadata.generation ?? 0));
  return parts.join(".");
}

export type Decision =
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "store"; readonly content: Uint8Array; readonly isNew: boolean; readonly because: string };

/** Chooses what to do with a build. Pure. */
export function decide(build: ChartBuild, status: Status): Decision {
  if (build.content === undefined)
    return { action: "keep", because: `artifact up-to-date with remote revision: '${build.version}'` };
  const isNew = build.name !== status.observedChartName || build.version !== status.artifact?.revision;
  return { action: "store", content: build.content, isNew, because: summaryOf(build) };
}
