import { emptySet, type FieldPath, type FieldSet, setOf } from "./field-set.ts";
import { fieldElement } from "./path-element.ts";

const path = (...names: readonly string[]): FieldPath => names.map(fieldElement);

const status = setOf(path("status"));
const spec = setOf(path("spec"));
const specAndMetadata = setOf(path("spec"), path("metadata"));

/** What a write to the status of these kinds may change besides the status is not the same everywhere. */
const statusWrites = new Map<string, FieldSet>([
  ["apps/Deployment", setOf(path("spec"), path("metadata", "labels"))],
  ["/Pod", setOf(path("spec"), path("metadata", "deletionTimestamp"), path("metadata", "ownerReferences"))],
  ["certificates.k8s.io/CertificateSigningRequest", setOf(path("spec"), path("status", "conditions"))],
]);

const wholeMetadata = new Set([
  "admissionregistration.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "resource.k8s.io",
  "storage.k8s.io",
]);

/**
 * The fields that a server resets in a write to a resource or to one of its subresources, which is why the writer never owns
 * them. `builtin` is false for the kinds of CRDs.
 */
export function resetFieldsOf(target: {
  readonly group: string;
  readonly kind: string;
  readonly subresource: string;
  readonly builtin: boolean;
  readonly hasStatus: boolean;
}): FieldSet {
  const { group, kind, subresource, hasStatus } = target;
  if (!hasStatus) return emptySet;
  if (subresource === "approval") return setOf(path("spec"), path("status", "certificate"));
  if (subresource !== "status") {
    return kind === "CertificateSigningRequest" && target.builtin ? setOf(path("spec"), path("status")) : status;
  }
  if (!target.builtin || wholeMetadata.has(group) || kind === "ServiceCIDR") return specAndMetadata;
  return statusWrites.get(`${group}/${kind}`) ?? spec;
}
