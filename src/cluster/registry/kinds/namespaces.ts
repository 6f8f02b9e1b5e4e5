import { forbidden } from "../../../api/index.ts";
import type { Strategy } from "../resource.ts";
import { partOf, specOf } from "./object.ts";

const label = "kubernetes.io/metadata.name";
const kept = new Set(["default", "kube-system", "kube-public"]);

export const namespace: Partial<Strategy> = {
  nameRule: "label",
  applyDefaults(object) {
    const { name, labels } = object.metadata;
    if (name === undefined || labels?.[label] === name) return object;
    return { ...object, metadata: { ...object.metadata, labels: { ...labels, [label]: name } } };
  },
  prepareForCreate: (object) => ({ ...object, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } }),
  prepareForUpdate: (next, old) => ({ ...next, spec: { ...specOf(next), finalizers: specOf(old)["finalizers"] } }),
  admitDelete(object, resource) {
    const { name = "" } = object.metadata;
    if (kept.has(name)) throw forbidden(resource, name, "this namespace may not be deleted");
  },
  markDeleted: (object) => ({ ...object, status: { ...partOf(object["status"]), phase: "Terminating" } }),
  fields: { "status.phase": (object) => String(partOf(object["status"])["phase"] ?? "") },
};
