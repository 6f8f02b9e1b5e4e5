import type { KubeObject } from "../../../api/index.ts";
import { ageColumn, ageOf, type Column, humanDuration, nameColumn } from "../columns.ts";
import { partOf, partsOf, specOf } from "../kinds/object.ts";
import {
  column,
  containersColumn,
  formatLabels,
  imagesColumn,
  integer,
  numberAt,
  selectorColumn,
  statusOf,
  templateColumns,
  textAt,
  wide,
} from "./column.ts";

const ofStatus = (field: string) => (object: KubeObject) => numberAt(statusOf(object), field);
const desired = (object: KubeObject): number => Number(specOf(object)["replicas"] ?? 0);

export const deploymentColumns: readonly Column[] = [
  nameColumn,
  column("Ready", (object) => `${ofStatus("readyReplicas")(object)}/${desired(object)}`),
  integer("Up-to-date", ofStatus("updatedReplicas")),
  integer("Available", ofStatus("availableReplicas")),
  ageColumn,
  ...templateColumns,
].map((found) => (found.type === "integer" ? { ...found, type: "string" } : found));

export const replicaSetColumns: readonly Column[] = [
  nameColumn,
  integer("Desired", desired),
  integer("Current", ofStatus("replicas")),
  integer("Ready", ofStatus("readyReplicas")),
  ageColumn,
  ...templateColumns,
];

export const replicationControllerColumns: readonly Column[] = [
  ...replicaSetColumns.slice(0, -1),
  wide("Selector", (object) => formatLabels(specOf(object)["selector"])),
];

export const statefulSetColumns: readonly Column[] = [
  nameColumn,
  column("Ready", (object) => `${ofStatus("readyReplicas")(object)}/${desired(object)}`),
  ageColumn,
  containersColumn,
  imagesColumn,
];

export const daemonSetColumns: readonly Column[] = [
  nameColumn,
  integer("Desired", ofStatus("desiredNumberScheduled")),
  integer("Current", ofStatus("currentNumberScheduled")),
  integer("Ready", ofStatus("numberReady")),
  integer("Up-to-date", ofStatus("updatedNumberScheduled")),
  integer("Available", ofStatus("numberAvailable")),
  column("Node Selector", (object) => formatLabels(partOf(partOf(specOf(object)["template"])["spec"])["nodeSelector"])),
  ageColumn,
  ...templateColumns,
];

export const jobColumns: readonly Column[] = [
  nameColumn,
  column("Status", jobStatus),
  column("Completions", completions),
  column("Duration", duration),
  ageColumn,
  ...templateColumns,
];

function jobStatus(job: KubeObject): string {
  const has = (wanted: string): boolean =>
    partsOf(statusOf(job)["conditions"]).some(({ type, status }) => type === wanted && status === "True");
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (has("Suspended")) return "Suspended";
  if (has("FailureTarget")) return "FailureTarget";
  if (has("SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

function completions(job: KubeObject): string {
  const { completions: wanted, parallelism } = specOf(job);
  const succeeded = numberAt(statusOf(job), "succeeded");
  if (wanted !== undefined && wanted !== null) return `${succeeded}/${String(wanted)}`;
  return Number(parallelism ?? 0) > 1 ? `${succeeded}/1 of ${String(parallelism)}` : `${succeeded}/1`;
}

function duration(job: KubeObject, now: Date): string {
  const { startTime, completionTime } = statusOf(job);
  if (typeof startTime !== "string") return "";
  const end = typeof completionTime === "string" ? Date.parse(completionTime) : now.getTime();
  return humanDuration(end - Date.parse(startTime));
}

export const cronJobColumns: readonly Column[] = [
  nameColumn,
  column("Schedule", (object) => textAt(specOf(object), "schedule")),
  column("Timezone", (object) => textAt(specOf(object), "timeZone", "<none>")),
  column("Suspend", (object) => (specOf(object)["suspend"] === true ? "True" : "False"), "boolean"),
  integer("Active", (object) => partsOf(statusOf(object)["active"]).length),
  column("Last Schedule", (object, now) => {
    const last = statusOf(object)["lastScheduleTime"];
    return last === undefined ? "<none>" : ageOf(last, now);
  }),
  ageColumn,
  containersColumn,
  imagesColumn,
  selectorColumn,
];

export const autoscalerColumns: readonly Column[] = [
  nameColumn,
  column("Reference", (object) => {
    const target = partOf(specOf(object)["scaleTargetRef"]);
    return `${textAt(target, "kind")}/${textAt(target, "name")}`;
  }),
  column("Targets", targets),
  column("MinPods", (object) => textAt(specOf(object), "minReplicas", "<unset>")),
  column("MaxPods", (object) => numberAt(specOf(object), "maxReplicas")),
  column("Replicas", ofStatus("currentReplicas")),
  ageColumn,
];

function targets(object: KubeObject): string {
  if (object.apiVersion === "autoscaling/v1") {
    const wanted = specOf(object)["targetCPUUtilizationPercentage"];
    const current = statusOf(object)["currentCPUUtilizationPercentage"];
    if (wanted === undefined) return "<none>";
    return `cpu: ${current === undefined ? "<unknown>" : `${String(current)}%`}/${String(wanted)}%`;
  }
  const metrics = partsOf(specOf(object)["metrics"]);
  if (metrics.length === 0) return "<none>";
  const current = partsOf(statusOf(object)["currentMetrics"]);
  const texts = metrics.slice(0, 2).map((metric, index) => {
    const type = textAt(metric, "type");
    const field = `${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
    const source = partOf(metric[field]);
    const target = partOf(source["target"]);
    const name = textAt(source, "name") || textAt(partOf(source["metric"]), "name");
    const now = partOf(partOf(partOf(current[index])[field])["current"]);
    const percent = target["averageUtilization"];
    const value =
      percent === undefined ? textAt(target, "averageValue") || textAt(target, "value") : `${String(percent)}%`;
    const actual =
      percent === undefined
        ? textAt(now, "averageValue", "<unknown>")
        : now["averageUtilization"] === undefined
          ? "<unknown>"
          : `${String(now["averageUtilization"])}%`;
    return type === "Resource" || type === "ContainerResource" ? `${name}: ${actual}/${value}` : `${actual}/${value}`;
  });
  return metrics.length > 2 ? `${texts.join(", ")} + ${metrics.length - 2} more...` : texts.join(", ");
}

export const disruptionBudgetColumns: readonly Column[] = [
  nameColumn,
  column("Min Available", (object) => textAt(specOf(object), "minAvailable", "N/A")),
  column("Max Unavailable", (object) => textAt(specOf(object), "maxUnavailable", "N/A")),
  integer("Allowed Disruptions", ofStatus("disruptionsAllowed")),
  ageColumn,
];
