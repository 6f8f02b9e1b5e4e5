import type { Identity } from "./identity.ts";

/** Lists whose items have identities, by the name of their field: Kubernetes' `patchMergeKey` and `list-map-keys`. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  resourceClaims: ["name"],
  schedulingGates: ["name"],
  conditions: ["type"],
  ownerReferences: ["uid"],
  webhooks: ["name"],
};

const containerLists = ["containers", "initContainers", "ephemeralContainers"];
const builtInGroups = new Set(["", "apps", "batch", "autoscaling", "policy", "extensions"]);

/** True for kinds whose schema is Kubernetes' own; only their lists merge. */
export function hasKnownSchema({ group }: Identity): boolean {
  return builtInGroups.has(group) || group.endsWith(".k8s.io");
}

/** The keys by which items of a list are told apart, or undefined when a patch replaces the list. */
export function mergeKeysOf(identity: Identity, field: string, parent: string): readonly string[] | undefined {
  if (!hasKnownSchema(identity)) return undefined;
  if (field === "ports") {
    if (containerLists.includes(parent)) return ["containerPort", "protocol"];
    return identity.kind === "Service" && parent === "spec" ? ["port", "protocol"] : undefined;
  }
  // A ServiceAccount's list of them is atomic.
  if (field === "imagePullSecrets") return identity.kind === "ServiceAccount" ? undefined : ["name"];
  if (field === "secrets") return identity.kind === "ServiceAccount" ? ["name"] : undefined;
  return Object.hasOwn(mergeKeys, field) ? mergeKeys[field] : undefined;
}
