import { sha256Sync } from "../../base/node/digest.ts";
import type { HelmRelease } from "../../api/index.ts";
import { identityOf } from "../runtime/index.ts";

const longest = 53; // Helm: a release name leaves room for a suffix in a DNS label of 63
const kept = 40;

/** The name under which helm knows the release. Flux: a name over 53 characters keeps 40 and gets 12 digits of its SHA-256. */
export function releaseNameOf(release: HelmRelease): string {
  const { releaseName, targetNamespace } = release.spec;
  const own = identityOf(release).name;
  const name = releaseName ?? (targetNamespace === undefined ? own : `${targetNamespace}-${own}`);
  return name.length <= longest ? name : `${name.slice(0, kept)}-${sha256Sync(name).slice(0, 12)}`;
}

/** Where the release's objects go. */
export function releaseNamespaceOf(release: HelmRelease): string {
  return release.spec.targetNamespace ?? identityOf(release).namespace;
}

/** Where helm's records of the release are kept. It does not follow the target namespace. */
export function storageNamespaceOf(release: HelmRelease): string {
  return release.spec.storageNamespace ?? identityOf(release).namespace;
}

/** The HelmChart that is made for a release with `spec.chart`: it lives beside the chart's source. */
export function helmChartNameOf(release: HelmRelease): { readonly namespace: string; readonly name: string } {
  const { namespace, name } = identityOf(release);
  return { namespace: release.spec.chart?.spec.sourceRef.namespace ?? namespace, name: `${namespace}-${name}` };
}
