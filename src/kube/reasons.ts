import { groupOf, type KubeObject, type ObjectReference, referenceTo } from "../api/index.ts";
import { conditionsOf, valueAt } from "./readiness.ts";
import type { Client } from "./types.ts";

/** Why an object is not ready, at the place where the cause is. */
export interface UnreadyReason {
  readonly object: ObjectReference;
  /** A sentence: `container "web" is waiting: ImagePullBackOff: Back-off pulling image "x"`. */
  readonly text: string;
  /** What the container printed last, oldest first. */
  readonly log?: readonly string[];
}

export interface ExplainOptions {
  readonly signal?: AbortSignal;
  /** How many Pods are told of. */
  readonly pods?: number;
  /** How many of its last lines a container that ended is quoted with. */
  readonly logLines?: number;
}

const mostPods = 3;
const mostLogLines = 10;
const longestLog = 4 * 1024;
const longestText = 1024;

/**
 * Looks for the cause of an object not being ready, down to its Pods' containers. An explanation never makes things worse: what
 * cannot be read is left out, and nothing is thrown.
 */
export async function explainUnready(
  client: Client,
  reference: ObjectReference,
  options: ExplainOptions = {},
): Promise<readonly UnreadyReason[]> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const object = await attempt(client.tryGet(reference, signal));
  if (object === undefined) return [];
  const own = ownReasons(object);
  const pods = await podsOf(client, object, options.signal);
  const unready = pods.filter((pod) => !isDone(pod) || restarts(pod)).slice(0, options.pods ?? mostPods);
  const below = await Promise.all(unready.map((pod) => podReasons(client, pod, options)));
  const reasons = [...own, ...below.flat()];
  return reasons.length > 0 ? reasons : await warningsOf(client, object, options.signal);
}

async function attempt<T>(asking: Promise<T>): Promise<T | undefined> {
  return await asking.catch(() => undefined);
}

/** Conditions that say what went wrong, for the kinds whose controllers write such. */
function ownReasons(object: KubeObject): readonly UnreadyReason[] {
  const telling = conditionsOf(object).filter(
    ({ type, status, reason }) =>
      (type === "ReplicaFailure" && status === "True") ||
      (type === "Failed" && status === "True") ||
      (type === "Progressing" && status === "False") ||
      (type === "Ready" && status === "False" && object.kind !== "Pod") ||
      (type === "NamesAccepted" && status === "False" && reason !== ""),
  );
  return telling.map(({ reason, message }) => ({ object: referenceTo(object), text: joined(reason, message) }));
}

const workloads: ReadonlySet<string> = new Set([
  "apps/Deployment",
  "apps/StatefulSet",
  "apps/DaemonSet",
  "apps/ReplicaSet",
  "batch/Job",
]);

async function podsOf(
  client: Client,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<readonly KubeObject[]> {
  const group = groupOf(object.apiVersion);
  if (group === "" && object.kind === "Pod") return [object];
  if (!workloads.has(`${group}/${object.kind}`)) return [];
  const selector = valueAt(object, "spec", "selector", "matchLabels");
  const { namespace } = object.metadata;
  if (namespace === undefined || typeof selector !== "object" || selector === null) return [];
  const labelSelector = Object.entries(selector)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  const found = await attempt(
    client.list(
      { apiVersion: "v1", kind: "Pod" },
      { namespace, labelSelector, ...(signal === undefined ? {} : { signal }) },
    ),
  );
  const pods = found?.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined) ?? [];
  // The newest belong to the newest revision, which is the one that is waited for.
  return pods.toSorted((a, b) =>
    (a.metadata.creationTimestamp ?? "") < (b.metadata.creationTimestamp ?? "") ? 1 : -1,
  );
}

function isDone(pod: KubeObject): boolean {
  if (valueAt(pod, "status", "phase") === "Succeeded") return true;
  return conditionsOf(pod).some(({ type, status }) => type === "Ready" && status === "True");
}

/** A container that crashes again and again is ready now and then. */
function restarts(pod: KubeObject): boolean {
  const ended = (status: unknown): unknown => valueAt(status, "lastState", "terminated", "exitCode");
  return containersOf(pod).some((status) => Number(ended(status) ?? 0) !== 0);
}

async function podReasons(client: Client, pod: KubeObject, options: ExplainOptions): Promise<readonly UnreadyReason[]> {
  const object = referenceTo(pod);
  const unscheduled = conditionsOf(pod).find(({ type, status }) => type === "PodScheduled" && status === "False");
  if (unscheduled !== undefined)
    return [{ object, text: `is not scheduled: ${joined(unscheduled.reason, unscheduled.message)}` }];
  const troubles = containersOf(pod).flatMap((container) => troubleOf(container));
  const reasons = await Promise.all(
    troubles.map(async ({ container, text, ended }): Promise<UnreadyReason> => {
      const lines =
        ended === undefined
          ? []
          : await lastLines(client, pod, { container, previous: ended === "before", ...options });
      return { object, text, ...(lines.length === 0 ? {} : { log: lines }) };
    }),
  );
  if (reasons.length > 0) return reasons;
  const message = valueAt(pod, "status", "message");
  const reason = valueAt(pod, "status", "reason");
  const text = joined(typeof reason === "string" ? reason : "", typeof message === "string" ? message : "");
  if (text !== "") return [{ object, text }];
  const unready = conditionsOf(pod).find(({ type, status }) => type === "Ready" && status === "False");
  return unready === undefined ? [] : [{ object, text: joined(unready.reason, unready.message) }];
}

function containersOf(pod: KubeObject): readonly unknown[] {
  return ["initContainerStatuses", "containerStatuses"].flatMap((field) => {
    const statuses = valueAt(pod, "status", field);
    return Array.isArray(statuses) ? statuses : [];
  });
}

interface Trouble {
  readonly container: string;
  readonly text: string;
  /** Where its log is, if it ended: in this run, or in the one before. */
  readonly ended?: "now" | "before";
}

function troubleOf(status: unknown): readonly Trouble[] {
  const container = String(valueAt(status, "name") ?? "");
  const field = (...path: readonly string[]): string => {
    const value = valueAt(status, ...path);
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const subject = `container ${JSON.stringify(container)}`;
  const waiting = field("state", "waiting", "reason");
  const exited = (state: string): string => {
    const restarts = Number(field("restartCount") || "0");
    const times = restarts === 0 ? "" : `, restarted ${restarts} ${restarts === 1 ? "time" : "times"}`;
    return `${subject} exited with code ${field(state, "terminated", "exitCode")} (${field(state, "terminated", "reason")})${times}`;
  };
  if (waiting !== "" && field("lastState", "terminated", "exitCode") !== "") {
    return [{ container, text: `${exited("lastState")}: ${waiting}`, ended: "before" }];
  }
  if (waiting !== "" && !startingUp.has(waiting)) {
    return [{ container, text: `${subject} is waiting: ${joined(waiting, field("state", "waiting", "message"))}` }];
  }
  const before = field("lastState", "terminated", "exitCode");
  if (field("state", "running", "startedAt") !== "" && before !== "" && before !== "0") {
    return [{ container, text: exited("lastState"), ended: "before" }];
  }
  const code = field("state", "terminated", "exitCode");
  if (code !== "" && code !== "0") return [{ container, text: exited("state"), ended: "now" }];
  return [];
}

const startingUp: ReadonlySet<string> = new Set(["ContainerCreating", "PodInitializing"]);

async function lastLines(
  client: Client,
  { metadata: { namespace = "", name = "" } }: KubeObject,
  options: ExplainOptions & { readonly container: string; readonly previous: boolean },
): Promise<readonly string[]> {
  const { container, previous, signal, logLines: tailLines = mostLogLines } = options;
  if (tailLines === 0) return [];
  const given = { container, previous, tailLines, limitBytes: longestLog, ...(signal === undefined ? {} : { signal }) };
  const text = (await attempt(client.logs({ namespace, name }, given))) ?? "";
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-tailLines);
}

/** The last warning that somebody left about the object. */
async function warningsOf(
  client: Client,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<readonly UnreadyReason[]> {
  const { name = "", namespace = "default", uid } = object.metadata;
  const fieldSelector = `involvedObject.name=${name},involvedObject.kind=${object.kind},type=Warning`;
  const found = await attempt(
    client.list(
      { apiVersion: "v1", kind: "Event" },
      { namespace, fieldSelector, ...(signal === undefined ? {} : { signal }) },
    ),
  );
  const own = found?.items.filter((event) => valueAt(event, "involvedObject", "uid") === uid) ?? [];
  const time = (event: KubeObject): string =>
    String(valueAt(event, "lastTimestamp") ?? event.metadata.creationTimestamp ?? "");
  const last = own.toSorted((a, b) => (time(a) < time(b) ? 1 : -1))[0];
  if (last === undefined) return [];
  return [{ object: referenceTo(object), text: joined(String(last["reason"] ?? ""), String(last["message"] ?? "")) }];
}

function joined(reason: string, message: string): string {
  const text = reason === "" || message === "" ? reason + message : `${reason}: ${message}`;
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}
