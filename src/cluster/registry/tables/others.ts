import type { KubeObject } from "../../../api/index.ts";
import { ageColumn, ageOf, type Column, nameColumn } from "../columns.ts";
import { partOf, partsOf, specOf } from "../kinds/object.ts";
import { column, integer, numberAt, statusOf, textAt, wide } from "./column.ts";

export const configMapColumns: readonly Column[] = [
  nameColumn,
  column(
    "Data",
    (object) => Object.keys(partOf(object["data"])).length + Object.keys(partOf(object["binaryData"])).length,
  ),
  ageColumn,
];

export const secretColumns: readonly Column[] = [
  nameColumn,
  column("Type", (object) => textAt(object, "type")),
  column("Data", (object) => Object.keys(partOf(object["data"])).length),
  ageColumn,
];

export const namespaceColumns: readonly Column[] = [
  nameColumn,
  column("Status", (object) => textAt(statusOf(object), "phase")),
  ageColumn,
];

export const nameAndAge: readonly Column[] = [nameColumn, ageColumn];

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: "RWO",
  ReadOnlyMany: "ROX",
  ReadWriteMany: "RWX",
  ReadWriteOncePod: "RWOP",
};

function accessModes(modes: unknown): string {
  const found = Array.isArray(modes) ? modes.map(String) : [];
  return Object.keys(shortModes)
    .filter((mode) => found.includes(mode))
    .map((mode) => shortModes[mode])
    .join(",");
}

function storageClassOf(object: KubeObject): string {
  const old = object.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"];
  return old ?? textAt(specOf(object), "storageClassName");
}

const phase = (object: KubeObject): string =>
  object.metadata.deletionTimestamp === undefined ? textAt(statusOf(object), "phase") : "Terminating";

export const claimColumns: readonly Column[] = [
  nameColumn,
  column("Status", phase),
  column("Volume", (object) => textAt(specOf(object), "volumeName")),
  column("Capacity", (object) => textAt(partOf(statusOf(object)["capacity"]), "storage")),
  column("Access Modes", (object) => accessModes(statusOf(object)["accessModes"])),
  column("StorageClass", storageClassOf),
  column("VolumeAttributesClass", (object) => textAt(specOf(object), "volumeAttributesClassName", "<unset>")),
  ageColumn,
  wide("VolumeMode", (object) => textAt(specOf(object), "volumeMode", "<unset>")),
];

export const volumeColumns: readonly Column[] = [
  nameColumn,
  column("Capacity", (object) => textAt(partOf(specOf(object)["capacity"]), "storage")),
  column("Access Modes", (object) => accessModes(specOf(object)["accessModes"])),
  column("Reclaim Policy", (object) => textAt(specOf(object), "persistentVolumeReclaimPolicy")),
  column("Status", phase),
  column("Claim", (object) => {
    const claim = partOf(specOf(object)["claimRef"]);
    return claim["name"] === undefined ? "" : `${textAt(claim, "namespace")}/${textAt(claim, "name")}`;
  }),
  column("StorageClass", storageClassOf),
  column("VolumeAttributesClass", (object) => textAt(specOf(object), "volumeAttributesClassName", "<unset>")),
  column("Reason", (object) => textAt(statusOf(object), "reason")),
  ageColumn,
  wide("VolumeMode", (object) => textAt(specOf(object), "volumeMode", "<unset>")),
];

export const nodeColumns: readonly Column[] = [
  nameColumn,
  column("Status", nodeStatus),
  column("Roles", roles),
  ageColumn,
  column("Version", (object) => textAt(partOf(statusOf(object)["nodeInfo"]), "kubeletVersion")),
  wide("Internal-IP", (object) => addressOf(object, "InternalIP")),
  wide("External-IP", (object) => addressOf(object, "ExternalIP")),
  wide("OS-Image", (object) => textAt(partOf(statusOf(object)["nodeInfo"]), "osImage", "<unknown>")),
  wide("Kernel-Version", (object) => textAt(partOf(statusOf(object)["nodeInfo"]), "kernelVersion", "<unknown>")),
  wide("Container-Runtime", (object) =>
    textAt(partOf(statusOf(object)["nodeInfo"]), "containerRuntimeVersion", "<unknown>"),
  ),
];

function nodeStatus(node: KubeObject): string {
  const ready = partsOf(statusOf(node)["conditions"]).find(({ type }) => type === "Ready");
  const words = [ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady"];
  if (specOf(node)["unschedulable"] === true) words.push("SchedulingDisabled");
  return words.join(",");
}

function roles(node: KubeObject): string {
  const prefix = "node-role.kubernetes.io/";
  const found = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(prefix) && key.length > prefix.length) return [key.slice(prefix.length)];
    return key === "kubernetes.io/role" && value !== "" ? [value] : [];
  });
  return found.length === 0 ? "<none>" : [...new Set(found)].sort().join(",");
}

function addressOf(node: KubeObject, wanted: string): string {
  const found = partsOf(statusOf(node)["addresses"]).find(({ type }) => type === wanted);
  return found === undefined ? "<none>" : textAt(found, "address");
}

export const eventColumns: readonly Column[] = [
  column("Last Seen", lastSeen),
  column("Type", (object) => textAt(object, "type")),
  column("Reason", (object) => textAt(object, "reason")),
  column("Object", (object) => {
    const about = subjectOf(object);
    return `${textAt(about, "kind").toLowerCase()}/${textAt(about, "name")}`;
  }),
  wide("Subobject", (object) => textAt(subjectOf(object), "fieldPath")),
  wide("Source", (object) => {
    const source = partOf(object["source"] ?? object["deprecatedSource"]);
    const component =
      textAt(source, "component") || textAt(object, "reportingComponent") || textAt(object, "reportingController");
    const host = textAt(source, "host") || textAt(object, "reportingInstance");
    return host === "" ? component : `${component}, ${host}`;
  }),
  column("Message", (object) => (textAt(object, "message") || textAt(object, "note")).trim()),
  wide("First Seen", (object, now) => ageOf(firstOf(object), now)),
  wide("Count", countOf),
  { ...nameColumn, priority: 1 },
];

function subjectOf(event: KubeObject): ReturnType<typeof partOf> {
  return partOf(event["involvedObject"] ?? event["regarding"]);
}

function firstOf(event: KubeObject): unknown {
  return event["firstTimestamp"] ?? event["deprecatedFirstTimestamp"] ?? event["eventTime"];
}

function countOf(event: KubeObject): number {
  const series = event["series"];
  if (series !== undefined) return numberAt(partOf(series), "count");
  return Number(event["count"] ?? event["deprecatedCount"] ?? 1) || 1;
}

function lastSeen(event: KubeObject, now: Date): string {
  const last = event["lastTimestamp"] ?? event["deprecatedLastTimestamp"] ?? firstOf(event);
  const series = partOf(event["series"]);
  return ageOf(series["lastObservedTime"] ?? last, now);
}

export const apiServiceColumns: readonly Column[] = [
  nameColumn,
  column("Service", (object) => {
    const { service } = specOf(object);
    return service === undefined || service === null
      ? "Local"
      : `${textAt(partOf(service), "namespace")}/${textAt(partOf(service), "name")}`;
  }),
  column("Available", (object) => {
    const available = partsOf(statusOf(object)["conditions"]).find(({ type }) => type === "Available");
    if (available === undefined) return "Unknown";
    return available["status"] === "True" ? "True" : `${String(available["status"])} (${textAt(available, "reason")})`;
  }),
  ageColumn,
];

export const controllerRevisionColumns: readonly Column[] = [
  nameColumn,
  column("Controller", (object) => {
    const owner = object.metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return "<none>";
    const group = owner.apiVersion.includes("/") ? owner.apiVersion.split("/")[0] : "";
    return `${owner.kind.toLowerCase()}${group === "" ? "" : `.${group}`}/${owner.name}`;
  }),
  column("Revision", (object) => numberAt(object, "revision")),
  ageColumn,
];

export const bindingColumns: readonly Column[] = [
  nameColumn,
  column("Role", (object) => {
    const role = partOf(object["roleRef"]);
    return `${textAt(role, "kind")}/${textAt(role, "name")}`;
  }),
  ageColumn,
  wide("Users", (object) => subjects(object, "User")),
  wide("Groups", (object) => subjects(object, "Group")),
  wide("ServiceAccounts", (object) => subjects(object, "ServiceAccount")),
];

function subjects(binding: KubeObject, kind: string): string {
  return partsOf(binding["subjects"])
    .filter((subject) => subject["kind"] === kind)
    .map((subject) =>
      kind === "ServiceAccount"
        ? `${textAt(subject, "namespace")}/${textAt(subject, "name")}`
        : textAt(subject, "name"),
    )
    .join(", ");
}

const isDefault = "storageclass.kubernetes.io/is-default-class";

export const storageClassColumns: readonly Column[] = [
  {
    ...nameColumn,
    cell: ({ metadata }) => `${metadata.name ?? ""}${metadata.annotations?.[isDefault] === "true" ? " (default)" : ""}`,
  },
  column("Provisioner", (object) => textAt(object, "provisioner")),
  column("ReclaimPolicy", (object) => textAt(object, "reclaimPolicy", "Delete")),
  column("VolumeBindingMode", (object) => textAt(object, "volumeBindingMode", "Immediate")),
  column("AllowVolumeExpansion", (object) => object["allowVolumeExpansion"] === true),
  ageColumn,
];

export const priorityClassColumns: readonly Column[] = [
  nameColumn,
  integer("Value", (object) => numberAt(object, "value")),
  column("Global-Default", (object) => object["globalDefault"] === true, "boolean"),
  ageColumn,
  column("PreemptionPolicy", (object) => textAt(object, "preemptionPolicy")),
];

export const leaseColumns: readonly Column[] = [
  nameColumn,
  column("Holder", (object) => textAt(specOf(object), "holderIdentity")),
  ageColumn,
];

export const webhookColumns: readonly Column[] = [
  nameColumn,
  integer("Webhooks", (object) => partsOf(object["webhooks"]).length),
  ageColumn,
];

export const quotaColumns: readonly Column[] = [
  nameColumn,
  column("Request", (object) => quota(object, (name) => !name.startsWith("limits."))),
  column("Limit", (object) => quota(object, (name) => name.startsWith("limits."))),
  ageColumn,
];

function quota(object: KubeObject, wanted: (name: string) => boolean): string {
  const used = partOf(statusOf(object)["used"]);
  return Object.entries(partOf(statusOf(object)["hard"]))
    .filter(([name]) => wanted(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${textAt(used, name)}/${String(hard)}`)
    .join(", ");
}

export const runtimeClassColumns: readonly Column[] = [
  nameColumn,
  column("Handler", (object) => textAt(object, "handler")),
  ageColumn,
];
