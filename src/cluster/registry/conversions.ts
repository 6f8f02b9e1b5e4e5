import type { KubeObject } from "../../api/index.ts";
import { type Part, partOf, partsOf, specOf } from "./kinds/object.ts";
import type { Conversion } from "./resource.ts";

/** How a version of one of Kubernetes' own kinds is turned into the one that is stored; undefined where they are the same. */
export function conversionOf(
  apiVersion: string,
  kind: string,
): (Conversion & { readonly storageApiVersion: string }) | undefined {
  return conversions.get(`${apiVersion} ${kind}`);
}

type Found = Conversion & { readonly storageApiVersion: string };

const conversions = new Map<string, Found>([
  ["events.k8s.io/v1 Event", { storageApiVersion: "v1", fromStorage: toModernEvent, toStorage: toCoreEvent }],
  [
    "autoscaling/v1 HorizontalPodAutoscaler",
    { storageApiVersion: "autoscaling/v2", fromStorage: toFirstAutoscaler, toStorage: toSecondAutoscaler },
  ],
]);

const renamedEventFields = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
] as const;

function toModernEvent(event: KubeObject): KubeObject {
  return { ...renamed(event, new Map(renamedEventFields)), apiVersion: "events.k8s.io/v1" };
}

function toCoreEvent(event: KubeObject): KubeObject {
  return { ...renamed(event, new Map(renamedEventFields.map(([core, modern]) => [modern, core]))), apiVersion: "v1" };
}

function renamed(object: KubeObject, names: ReadonlyMap<string, string>): KubeObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [names.get(name) ?? name, value]),
  ) as KubeObject;
}

const metricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
const behaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";

/** autoscaling/v1 has a field for the CPU target alone; everything else it does not know travels in annotations. */
function toFirstAutoscaler(object: KubeObject): KubeObject {
  const { metrics, behavior, ...spec } = specOf(object);
  const list = partsOf(metrics);
  const cpu = list.find((metric) => isCpu(metric));
  const rest = list.filter((metric) => metric !== cpu);
  const target = partOf(partOf(cpu?.["resource"])["target"])["averageUtilization"];
  const annotations = {
    ...object.metadata.annotations,
    ...(rest.length === 0 ? {} : { [metricsAnnotation]: JSON.stringify(rest) }),
    ...(behavior === undefined ? {} : { [behaviorAnnotation]: JSON.stringify(behavior) }),
  };
  const { currentMetrics: _, ...status } = partOf(object["status"]);
  return {
    ...object,
    apiVersion: "autoscaling/v1",
    metadata: Object.keys(annotations).length === 0 ? object.metadata : { ...object.metadata, annotations },
    spec: target === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: target },
    ...(object["status"] === undefined ? {} : { status: { currentReplicas: 0, ...status } }),
  };
}

function isCpu(metric: Part): boolean {
  const resource = partOf(metric["resource"]);
  return (
    metric["type"] === "Resource" && resource["name"] === "cpu" && partOf(resource["target"])["type"] === "Utilization"
  );
}

function toSecondAutoscaler(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = specOf(object);
  const {
    [metricsAnnotation]: others,
    [behaviorAnnotation]: behavior,
    ...annotations
  } = object.metadata.annotations ?? {};
  const cpu = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: target ?? 80 } },
  };
  const rest = partsOf(tryParseJson(others));
  const metrics = target === undefined && rest.length > 0 ? rest : [cpu, ...rest];
  const { annotations: _, ...metadata } = object.metadata;
  return {
    ...object,
    apiVersion: "autoscaling/v2",
    metadata: Object.keys(annotations).length === 0 ? metadata : { ...metadata, annotations },
    spec: { ...spec, metrics, ...(behavior === undefined ? {} : { behavior: tryParseJson(behavior) }) },
  };
}

function tryParseJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
