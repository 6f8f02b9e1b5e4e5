import { sha256Hex } from "../../base/node/digest.ts";
import type { HelmRelease } from "../../api/index.ts";

const longest = 53; // Helm: a release name leaves room for a suffix in a DNS label of 63
const kept = 40;

/** The name under which helm knows the release. Flux: a name over 53 characters keeps 40 and gets 12 digits of its SHA-256. */
export function releaseNameOf({ metadata, spec }: HelmRelease): string {
  const name = spec.releaseName ?? (spec.targetNamespace === undefined ? metadata.name : `${spec.targetNamespace}-${metadata.name}`);
  return name.length <= longest ? name : `${name.slice(0, kept)}-${sha256Hex(name).slice(0, 12)}`;
}

/** Where the release's objects go. */
export function releaseNamespaceOf({ metadata, spec }: HelmRelease): string {
  return spec.targetNamespace ?? metadata.namespace;
}

/** Where helm's records of the release are kept. It does not follow the target namespace. */
export function storageNamespaceOf({ metadata, spec }: HelmRelease): string {
  return spec.storageNamespace ?? metadata.namespace;
}

/** The namespace of the chart's source, and so of the HelmChart that is made for the release. */
export function sourceNamespaceOf({ metadata, spec }: HelmRelease): string {
  return spec.chart?.spec.sourceRef.namespace ?? metadata.namespace;
}

/** The HelmChart that is made for a release with `spec.chart`. */
export function helmChartNameOf({ metadata }: HelmRelease): string {
  return `${metadata.namespace}-${metadata.name}`;
}
