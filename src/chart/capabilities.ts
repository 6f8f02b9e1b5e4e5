import { ChartError } from "./errors.ts";
import type { Capabilities, KubeVersion } from "./types.ts";

/**
 * What `.Capabilities` shows without a cluster: the newest Kubernetes that Helm 4.2 was built with and the group versions of its
 * client library, or the version that the user names and the group versions that the user adds.
 */
export function offlineCapabilities(
  options: { readonly kubeVersion?: string; readonly apiVersions?: readonly string[] } = {},
): Capabilities {
  return {
    kubeVersion: options.kubeVersion === undefined ? defaultKubeVersion : parseKubeVersion(options.kubeVersion),
    apiVersions: [...clientApiVersions, ...(options.apiVersions ?? [])],
  };
}

/** Reads a Kubernetes version as `--kube-version` takes it. Throws ChartError with Kubernetes' text. */
export function parseKubeVersion(text: string): KubeVersion {
  const match = /^\s*v?([0-9]+(?:\.[0-9]+)*)/.exec(text);
  if (match === null) throw invalid(`could not parse ${JSON.stringify(text)} as version`);
  const parts = match[1]!.split(".").map((part) => BigInt(part));
  const [major, minor] = parts;
  if (major === undefined || minor === undefined) throw invalid(`illegal version string ${JSON.stringify(text)}`);
  return {
    version: text.startsWith("v") ? text : `v${text}`,
    normalized: `v${parts.join(".")}`,
    major: String(major),
    minor: String(minor),
  };
}

function invalid(message: string): ChartError {
  return new ChartError("IncompatibleKubeVersion", message);
}

const defaultKubeVersion: KubeVersion = { version: "v1.36.0", normalized: "v1.36.0", major: "1", minor: "36" };

// Helm 4.2.4: `helm template` of a chart that prints .Capabilities.APIVersions.
const clientApiVersions: readonly string[] = [
  "v1",
  "admissionregistration.k8s.io/v1",
  "admissionregistration.k8s.io/v1alpha1",
  "admissionregistration.k8s.io/v1beta1",
  "internal.apiserver.k8s.io/v1alpha1",
  "apps/v1",
  "apps/v1beta1",
  "apps/v1beta2",
  "authentication.k8s.io/v1",
  "authentication.k8s.io/v1alpha1",
  "authentication.k8s.io/v1beta1",
  "authorization.k8s.io/v1",
  "authorization.k8s.io/v1beta1",
  "autoscaling/v1",
  "autoscaling/v2",
  "batch/v1",
  "batch/v1beta1",
  "certificates.k8s.io/v1",
  "certificates.k8s.io/v1beta1",
  "certificates.k8s.io/v1alpha1",
  "coordination.k8s.io/v1alpha2",
  "coordination.k8s.io/v1beta1",
  "coordination.k8s.io/v1",
  "discovery.k8s.io/v1",
  "discovery.k8s.io/v1beta1",
  "events.k8s.io/v1",
  "events.k8s.io/v1beta1",
  "extensions/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1beta2",
  "flowcontrol.apiserver.k8s.io/v1beta3",
  "networking.k8s.io/v1",
  "networking.k8s.io/v1beta1",
  "node.k8s.io/v1",
  "node.k8s.io/v1alpha1",
  "node.k8s.io/v1beta1",
  "policy/v1",
  "policy/v1beta1",
  "rbac.authorization.k8s.io/v1",
  "rbac.authorization.k8s.io/v1beta1",
  "rbac.authorization.k8s.io/v1alpha1",
  "resource.k8s.io/v1",
  "resource.k8s.io/v1beta2",
  "resource.k8s.io/v1beta1",
  "resource.k8s.io/v1alpha3",
  "scheduling.k8s.io/v1alpha2",
  "scheduling.k8s.io/v1beta1",
  "scheduling.k8s.io/v1",
  "storage.k8s.io/v1beta1",
  "storage.k8s.io/v1",
  "storage.k8s.io/v1alpha1",
  "storagemigration.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1",
];
