import { groupOf, type KubeObject, type ObjectReference } from "../api/index.ts";
import { isValues } from "../base/value.ts";
import { type Client, explainUnready, readinessOf, type UnreadyReason } from "../kube/index.ts";
import { mapConcurrently } from "./concurrent.ts";
import { ReleaseError } from "./errors.ts";
import { buildObjects, type ReleaseObject, referenceOf } from "./objects.ts";
import type { ReleaseRecord } from "./record.ts";

const mostObjects = 5;
const mostLookedAt = 200;
const patience = 10_000;
const longestText = 8 * 1024;

interface Asking {
  readonly client: Client;
  readonly signal?: AbortSignal;
}

/**
 * Why a wait for these objects failed, down to the last lines of their containers; `unready` names those that were missing where the waiter
 * knows. Bounded in number and time, and never worse than nothing: what cannot be read is left out. Values of the Secrets among the objects
 * do not show.
 */
export async function explainWait(
  asking: Asking,
  objects: readonly ReleaseObject[],
  unready: readonly ObjectReference[],
): Promise<readonly UnreadyReason[]> {
  const named = new Set(unready.map(nameOf));
  const missing = objects.filter((target) => named.has(nameOf(referenceOf(target))));
  return await explainObjects(asking, missing.length > 0 ? missing : await findUnready(asking, objects), objects);
}

function nameOf({ apiVersion, kind, namespace = "", name }: ObjectReference): string {
  return [apiVersion, kind, namespace, name].join("/");
}

async function explainObjects(
  { client, signal }: Asking,
  unready: readonly ReleaseObject[],
  objects: readonly ReleaseObject[],
): Promise<readonly UnreadyReason[]> {
  const time = AbortSignal.timeout(patience);
  const until = signal === undefined ? time : AbortSignal.any([signal, time]);
  const explained = await mapConcurrently(unready.slice(0, mostObjects), async (target) => {
    const reasons = await explainUnready(client, referenceOf(target), { signal: until });
    return reasons.filter(({ text }) => text !== "");
  });
  return withoutSecrets(explained.flat(), objects);
}

async function findUnready(
  { client, signal }: Asking,
  objects: readonly ReleaseObject[],
): Promise<readonly ReleaseObject[]> {
  const abort = signal === undefined ? {} : { signal };
  const stateful = objects.filter(({ object }) => hasReadiness(object)).slice(0, mostLookedAt);
  const found = await mapConcurrently(stateful, async (target) => {
    const live = await client.tryGet(referenceOf(target), abort).catch(() => undefined);
    return live !== undefined && readinessOf(live, { jobs: "complete" }).status !== "Current" ? [target] : [];
  });
  return found.flat();
}

/** Why a release's live objects, and its hooks that failed, are not as they should be. Empty when all are, or nothing tells. */
export async function explainRelease(asking: Asking, record: ReleaseRecord): Promise<readonly UnreadyReason[]> {
  const { client } = asking;
  const { manifest, namespace, hooks } = record;
  const failed = hooks.filter(({ last_run }) => last_run.phase === "Failed").map((hook) => hook.manifest ?? "");
  const build = (text: string): Promise<readonly ReleaseObject[]> =>
    buildObjects({ client, manifest: text, namespace }).catch(() => []);
  const [objects, ...jobs] = await Promise.all([manifest, ...failed].map(build));
  const all = [...(objects ?? []), ...jobs.flat()];
  return await explainObjects(asking, await findUnready(asking, all), all);
}

/** What a failed action knows of the reasons; empty for any other error. */
export function reasonsOf(thrown: unknown): readonly UnreadyReason[] {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if (error instanceof ReleaseError && error.reasons.length > 0) return error.reasons;
  }
  return [];
}

/** Reasons as lines: `Pod/apps/web-1: container "web" exited with code 1 (Error)`, and what it printed, indented. */
export function formatReasons(reasons: readonly UnreadyReason[]): string {
  const text = reasons
    .flatMap(({ object: { kind, namespace, name }, text: why, log = [] }) => {
      const subject = [kind, namespace ?? "", name].filter((part) => part !== "").join("/");
      return [`${subject}: ${why}`, ...log.map((line) => `    ${line}`)];
    })
    .join("\n");
  return text.length > longestText ? `${text.slice(0, longestText)}...` : text;
}

const withoutState: ReadonlySet<string> = new Set(["ConfigMap", "Secret", "ServiceAccount", "Namespace"]);

function hasReadiness({ apiVersion, kind }: KubeObject): boolean {
  return !(groupOf(apiVersion) === "" && withoutState.has(kind)) && groupOf(apiVersion) !== "rbac.authorization.k8s.io";
}

/** A value that is shorter stands in too many words to be hidden. */
const shortestSecret = 6;

/** The same reasons; where they quote a value of the Secrets among the objects, there are asterisks. */
export function withoutSecrets(
  reasons: readonly UnreadyReason[],
  objects: readonly ReleaseObject[],
): readonly UnreadyReason[] {
  const values = objects.flatMap(({ object }) => secretValues(object)).filter(({ length }) => length >= shortestSecret);
  if (values.length === 0) return reasons;
  // The longest first, for one may be part of another.
  const sorted = values.toSorted((a, b) => b.length - a.length);
  const hide = (text: string): string => sorted.reduce((hidden, value) => hidden.replaceAll(value, "*****"), text);
  return reasons.map(({ object, text, log }) => ({
    object,
    text: hide(text),
    ...(log === undefined ? {} : { log: log.map(hide) }),
  }));
}

function secretValues(object: KubeObject): readonly string[] {
  if (groupOf(object.apiVersion) !== "" || object.kind !== "Secret") return [];
  const strings = (map: unknown): readonly string[] =>
    isValues(map) ? Object.values(map).filter((value) => typeof value === "string") : [];
  const encoded = strings(object["data"]);
  const plain = [
    ...encoded.map((value) => Buffer.from(value, "base64").toString("utf8")),
    ...strings(object["stringData"]),
  ];
  // A log quotes lines: of a value with several, each is a secret.
  return [...encoded, ...plain.flatMap((value) => [value, ...value.split("\n").map((line) => line.trim())])];
}
