import { ApiError, badRequest, conflict, type KubeObject, notFound, type Status } from "../../api/index.ts";
import { readBody } from "../http/body.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondStatus } from "../http/respond.ts";
import { partOf, partsOf, specOf } from "../registry/kinds/object.ts";
import { parseLabelSelector } from "../selectors.ts";
import { toDeleteOptions } from "../verbs/delete-options.ts";
import { remove } from "../verbs/delete.ts";
import { update } from "../verbs/update.ts";
import { decodeObject } from "../write/decode.ts";
import { managerOf } from "../write/manager.ts";
import { timestamp } from "../write/metadata.ts";
import { passingResource } from "./scale-resource.ts";

const created: Status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 };

/** GET of what a container has printed, as plain text. */
export function getLog(call: Call): Response {
  const { core, path, query } = call;
  const name = path.name!;
  const namespace = path.namespace!;
  const pod = core.store.get("/pods", keyOf(namespace, name))?.object;
  if (pod === undefined) throw notFound(call.resource, name);
  const container = containerOf(pod, query.get("container") ?? "");
  const previous = query.get("previous") === "true";
  const text = core.logs({ namespace, name, container, previous });
  if (text === undefined) throw badRequest(missingLog(pod, container, previous));
  return new Response(cut(text, query), {
    headers: { "content-type": "text/plain", "cache-control": "no-cache, private" },
  });
}

function containerOf(pod: KubeObject, asked: string): string {
  const spec = specOf(pod);
  const name = pod.metadata.name ?? "";
  const containers = partsOf(spec["containers"]).map((container) => String(container["name"]));
  const inits = partsOf(spec["initContainers"]).map((container) => String(container["name"]));
  if (asked === "") {
    if (containers.length === 1) return containers[0]!;
    const preferred = pod.metadata.annotations?.["kubectl.kubernetes.io/default-container"];
    if (preferred !== undefined && containers.includes(preferred)) return preferred;
    const others = inits.length === 0 ? "" : ` or one of the init containers: [${inits.join(" ")}]`;
    throw badRequest(
      `a container name must be specified for pod ${name}, choose one of: [${containers.join(" ")}]${others}`,
    );
  }
  if (containers.includes(asked) || inits.includes(asked)) return asked;
  throw badRequest(`container ${asked} is not valid for pod ${name}`);
}

function missingLog(pod: KubeObject, container: string, previous: boolean): string {
  const name = pod.metadata.name ?? "";
  if (previous)
    return `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`;
  const statuses = partsOf(partOf(pod["status"])["containerStatuses"]);
  const status = statuses.find((known) => known["name"] === container);
  const reason = partOf(partOf(status?.["state"])["waiting"])["reason"];
  const why =
    reason === undefined
      ? "ContainerCreating"
      : reason === "ErrImagePull" || reason === "ImagePullBackOff"
        ? "trying and failing to pull image"
        : String(reason);
  return `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${why}`;
}

function cut(text: string, query: URLSearchParams): string {
  let found = text;
  const tail = Number(query.get("tailLines") ?? "-1");
  if (query.has("tailLines") && Number.isInteger(tail) && tail >= 0) {
    const lines = found.split("\n");
    const isEnded = lines.at(-1) === "";
    if (isEnded) lines.pop();
    found = tail === 0 ? "" : lines.slice(-tail).join("\n") + (isEnded ? "\n" : "");
  }
  const limit = Number(query.get("limitBytes") ?? "0");
  return limit > 0 ? found.slice(0, limit) : found;
}

/** POST of an eviction: a deletion that respects disruption budgets. */
export async function evict(call: Call): Promise<Response> {
  const eviction = decodeObject(call, await readBody(call.request), passingResource("policy", "v1", "Eviction"));
  const name = call.path.name!;
  const pod = call.core.store.get("/pods", keyOf(call.path.namespace, name))?.object;
  if (pod === undefined) throw notFound(call.resource, name);
  refuseDisruption(call, pod);
  const given = partOf(eviction["deleteOptions"]);
  await remove(call, name, toDeleteOptions(given, call.query));
  return respondStatus(call, created);
}

function refuseDisruption(call: Call, pod: KubeObject): void {
  const { store } = call.core;
  const phase = partOf(pod["status"])["phase"];
  if (
    phase === "Pending" ||
    phase === "Succeeded" ||
    phase === "Failed" ||
    pod.metadata.deletionTimestamp !== undefined
  )
    return;
  const budgets = store.list("policy/poddisruptionbudgets", { prefix: `${call.path.namespace}/` }).items;
  for (const { object: budget } of budgets) {
    if (!selects(specOf(budget)["selector"], pod)) continue;
    const { disruptionsAllowed, currentHealthy, desiredHealthy } = partOf(budget["status"]);
    if (Number(disruptionsAllowed ?? 0) > 0) continue;
    const needs = `The disruption budget ${budget.metadata.name ?? ""} needs ${Number(desiredHealthy ?? 0)} healthy pods and has ${Number(currentHealthy ?? 0)} currently`;
    throw new ApiError({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Cannot evict pod as it would violate the pod's disruption budget.",
      reason: "TooManyRequests",
      details: { causes: [{ reason: "DisruptionBudget", message: needs }] },
      code: 429,
    });
  }
}

function selects(selector: unknown, pod: KubeObject): boolean {
  if (selector === undefined || selector === null) return false;
  const { matchLabels, matchExpressions } = partOf(selector);
  const terms = [
    ...Object.entries(partOf(matchLabels)).map(([key, value]) => `${key}=${String(value)}`),
    ...partsOf(matchExpressions).map(({ key, operator, values }) => {
      const list = Array.isArray(values) ? values.map(String).join(",") : "";
      if (operator === "In") return `${String(key)} in (${list})`;
      if (operator === "NotIn") return `${String(key)} notin (${list})`;
      return operator === "Exists" ? String(key) : `!${String(key)}`;
    }),
  ];
  return parseLabelSelector(terms.join(","))(pod.metadata.labels ?? {});
}

/** POST of a binding: puts a Pod on a node. */
export async function bind(call: Call): Promise<Response> {
  const binding = decodeObject(call, await readBody(call.request), passingResource("", "v1", "Binding"));
  const nodeName = String(partOf(binding["target"])["name"] ?? "");
  const name = call.path.name ?? binding.metadata.name ?? "";
  const onPod = { ...call, resource: podsOf(call), path: { ...call.path, plural: "pods", name } };
  await update(onPod, {
    kind: "CreateOptions",
    manager: managerOf(call, "CreateOptions"),
    subresource: "binding",
    produce(pod) {
      const bound = specOf(pod)["nodeName"];
      if (pod.metadata.deletionTimestamp !== undefined) {
        throw conflict(
          { group: "", plural: "pods/binding" },
          name,
          `pod ${name} is being deleted, cannot be assigned to a host`,
        );
      }
      if (bound !== undefined && bound !== "") {
        throw conflict(
          { group: "", plural: "pods/binding" },
          name,
          `pod ${name} is already assigned to node ${JSON.stringify(bound)}`,
        );
      }
      const status = partOf(pod["status"]);
      const condition = {
        type: "PodScheduled",
        status: "True",
        lastProbeTime: null,
        lastTransitionTime: timestamp(call.core.now()),
      };
      const others = partsOf(status["conditions"]).filter(({ type }) => type !== "PodScheduled");
      const annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations };
      return {
        ...pod,
        metadata: Object.keys(annotations).length === 0 ? pod.metadata : { ...pod.metadata, annotations },
        spec: { ...specOf(pod), nodeName },
        status: { ...status, conditions: [...others, condition] },
      };
    },
  });
  return respondStatus(call, created);
}

function podsOf(call: Call): Call["resource"] {
  return call.core.registry.find("", "v1", "pods")!;
}
