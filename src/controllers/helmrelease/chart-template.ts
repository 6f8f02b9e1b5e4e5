import { identityOf } from "../runtime/index.ts";
import type { HelmRelease, KubeObject } from "../../api/index.ts";
import { helmChartNameOf } from "./names.ts";

/** The HelmChart that a release with `spec.chart` wants, with the labels that name its owner. */
export function helmChartFor(release: HelmRelease): KubeObject | undefined {
  const { chart, interval } = release.spec;
  if (chart === undefined) return undefined;
  const { spec, metadata } = chart;
  const owner = identityOf(release);
  const { kind, name } = spec.sourceRef;
  return {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmChart",
    metadata: {
      ...helmChartNameOf(release),
      labels: {
        ...metadata?.labels,
        "helm.toolkit.fluxcd.io/name": owner.name,
        "helm.toolkit.fluxcd.io/namespace": owner.namespace,
      },
      ...(metadata?.annotations === undefined ? {} : { annotations: metadata.annotations }),
    },
    spec: {
      chart: spec.chart,
      version: spec.version ?? "*",
      sourceRef: { kind, name },
      interval: spec.interval ?? interval,
      ...(spec.reconcileStrategy === undefined ? {} : { reconcileStrategy: spec.reconcileStrategy }),
      ...(spec.valuesFiles === undefined ? {} : { valuesFiles: spec.valuesFiles }),
      ...(spec.ignoreMissingValuesFiles === undefined
        ? {}
        : { ignoreMissingValuesFiles: spec.ignoreMissingValuesFiles }),
      ...(spec.verify === undefined ? {} : { verify: spec.verify }),
    },
  };
}
