import { type Condition, findCondition, type HelmRelease, type KubeObject } from "../../src/api/index.ts";
import type { Client, WatchCache } from "../../src/kube/index.ts";

/** Where the load goes, and what it is made of. */
export interface Load {
  readonly client: Client;
  readonly cache: WatchCache;
  readonly count: number;
  readonly repositoryUrl: string;
  readonly chart: string;
}

export const namespace = "load";
const helmRelease = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" } as const;
const patience = 900_000; // milliseconds

/** What the load needs before it begins: a namespace and a repository. */
export async function prepareLoad({ client, repositoryUrl }: Load): Promise<void> {
  await apply(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await apply(client, {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmRepository",
    metadata: { name: "charts", namespace },
    spec: { interval: "60m", url: repositoryUrl },
  });
}

/** Applies all releases at once, with a number of replicas, and waits until all are Ready as wanted. */
export async function release(load: Load, replicas: number, interval = "60m"): Promise<void> {
  const generations = new Map<string, number>();
  await inParallel(load.count, async (index) => {
    const applied = await apply(load.client, releaseObject(load, index, { replicas, interval }));
    generations.set(applied.metadata.name ?? "", applied.metadata.generation ?? 0);
  });
  await until(load, (object) => {
    const { status, metadata } = object;
    return isReady(object) && (status?.observedGeneration ?? -1) >= (generations.get(metadata.name ?? "") ?? 0);
  });
}

/** Applies releases whose Pods never become ready, and waits until each is being installed. */
export async function applyStuck(load: Load, count: number): Promise<void> {
  const image = "registry.example.com/does-not-exist";
  const values = { image: load.chart === "podinfo" ? { repository: image } : `${image}:1` };
  await inParallel(count, async (index) => {
    const object = releaseObject(load, index, { replicas: 1, interval: "60m" });
    const name = `stuck-${index}`;
    const spec = { ...(object.spec as object), releaseName: name, timeout: "60m", values };
    await apply(load.client, { ...object, metadata: { name, namespace }, spec });
  });
  const names = Array.from({ length: count }, (_, index) => `stuck-${index}`);
  await until(
    { ...load, names },
    ({ status }) => (status?.lastAttemptedReleaseAction ?? "") !== "" || isRunning(status),
  );
}

/** Asks every release for a reconcile, as `flux reconcile` does, and waits until all have handled it. */
export async function request(load: Load): Promise<void> {
  const token = new Date().toISOString();
  await inParallel(load.count, (index) =>
    load.client.patch(
      { ...helmRelease, namespace, name: nameOf(index) },
      { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token } } },
      { type: "merge", fieldManager: "flux-client-side-apply" },
    ),
  );
  await until(load, (object) => isReady(object) && object.status?.lastHandledReconcileAt === token);
}

function releaseObject(
  { chart }: Load,
  index: number,
  { replicas, interval }: { readonly replicas: number; readonly interval: string },
): KubeObject {
  const name = nameOf(index);
  const sourceRef = { kind: "HelmRepository", name: "charts" };
  return {
    ...helmRelease,
    metadata: { name, namespace },
    spec: {
      interval,
      releaseName: name,
      chart: { spec: { chart, version: ">=0.1.0", interval: "60m", sourceRef } },
      values: { replicaCount: replicas, ui: { message: `load ${index}` } },
    },
  };
}

function nameOf(index: number): string {
  return `load-${index}`;
}

function isRunning(status: HelmRelease["status"]): boolean {
  const conditions = status?.conditions as readonly Condition[] | undefined;
  return findCondition(conditions, "Reconciling")?.message.startsWith("Running 'install' action") === true;
}

function isReady({ status }: HelmRelease): boolean {
  return findCondition(status?.conditions as readonly Condition[] | undefined, "Ready")?.status === "True";
}

async function apply(client: Client, object: KubeObject): Promise<KubeObject> {
  return await client.apply(object, { fieldManager: "load", force: true });
}

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: 10 }, worker));
}

/** Waits until the condition holds for every release of the load, or for those that are named. */
async function until(
  load: Load & { readonly names?: readonly string[] },
  holds: (object: HelmRelease) => boolean,
): Promise<void> {
  using releases = await load.cache.kind<HelmRelease>(helmRelease, { namespace });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const missing = new Set(load.names ?? Array.from({ length: load.count }, (_, index) => nameOf(index)));
  const timer = setTimeout(() => reject(new Error(describe(missing, releases.list()))), patience);
  const unsubscribe = releases.subscribe(({ type, object }) => {
    if (type === "DELETED" || !holds(object)) return;
    missing.delete(object.metadata.name ?? "");
    if (missing.size === 0) resolve();
  });
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}

function describe(missing: ReadonlySet<string>, all: readonly HelmRelease[]): string {
  const one = all.find(({ metadata }) => missing.has(metadata.name ?? ""));
  return `${missing.size} releases are not as awaited, for example ${one?.metadata.name}: ${JSON.stringify(one?.status)}`;
}
