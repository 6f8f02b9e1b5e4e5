import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import {
  GitRepository,
  HelmChart,
  HelmRepository,
  type KubeObject,
  OCIRepository,
  Bucket,
  toCrd,
} from "../../../api/index.ts";
import { createCluster } from "../../../cluster/index.ts";
import { createClient, createWatchCache } from "../../../kube/index.ts";
import { openArtifactStore, serveArtifacts } from "../../../sources/index.ts";
import { type ReconcileReport, runControllers } from "../../runtime/index.ts";
import { sourceControllers } from "../index.ts";
import type { SourceOptions } from "../ports.ts";

export interface RecordedEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An embedded cluster with the source controllers running on it, and a folder for what tests serve. */
export async function startWorld(t: TestContext, options: Pick<SourceOptions, "cloud" | "rootSource"> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "cox-world-"));
  const cluster = createCluster();
  const writes: string[] = [];
  const client = createClient({
    server: "http://cluster.test",
    fetch: (request) => {
      if (request.method !== "GET") writes.push(`${request.method} ${new URL(request.url).pathname}`);
      return cluster.fetch(request);
    },
  });
  for (const kind of [GitRepository, HelmRepository, HelmChart, OCIRepository, Bucket])
    await client.create(toCrd(kind));
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
  const cache = createWatchCache({ client });
  const store = await openArtifactStore({ root: join(folder, "store") });
  const server = await serveArtifacts(store);
  const reports: ReconcileReport[] = [];
  const waiting = new Set<() => void>();
  const controllers = await runControllers({
    client,
    cache,
    controllers: sourceControllers({ store, ...options }),
    log: { info: () => undefined, error: () => undefined },
    now: () => new Date(),
    onReconciled: (report) => {
      reports.push(report);
      for (const wake of waiting) wake();
    },
  });
  t.after(async () => {
    await controllers.stop();
    await cache[Symbol.asyncDispose]();
    await server.close();
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    folder,
    client,
    store,
    writes,
    reports,
    /** Creates an object in namespace `apps`. */
    create: <T extends KubeObject>(
      kind: { readonly apiVersion: string; readonly kind: string },
      name: string,
      spec: unknown,
    ) =>
      client.create<T>({
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name, namespace: "apps" },
        spec,
      } as unknown as T),
    get: <T extends KubeObject>(kind: { readonly apiVersion: string; readonly kind: string }, name: string) =>
      client.get<T>({ apiVersion: kind.apiVersion, kind: kind.kind, namespace: "apps", name }),
    /** Asks for another look at an object, as `flux reconcile` does. */
    async ask({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }, name: string) {
      const metadata = { annotations: { "reconcile.fluxcd.io/requestedAt": "now" } };
      const reference = { apiVersion, kind, namespace: "apps", name };
      await client.patch(reference, { metadata }, { type: "merge", fieldManager: "test" });
    },
    /** Watches the object until the condition holds. */
    async until<T extends KubeObject>(
      kind: { readonly apiVersion: string; readonly kind: string },
      name: string,
      holds: (object: T) => boolean,
      timeout = 30_000,
    ): Promise<T> {
      const signal = AbortSignal.timeout(timeout);
      const kept = await cache.kind<T>({ apiVersion: kind.apiVersion, kind: kind.kind });
      return new Promise((resolve, reject) => {
        let unsubscribe: (() => void) | undefined;
        signal.addEventListener("abort", () => {
          unsubscribe?.();
          reject(
            new Error(
              `${kind.kind} ${name} is not there yet: ${JSON.stringify(kept.get({ namespace: "apps", name })?.status)}`,
            ),
          );
        });
        unsubscribe = kept.subscribe(({ object }) => {
          if (object.metadata.name !== name || !holds(object)) return;
          resolve(object);
          queueMicrotask(() => unsubscribe?.());
        });
      });
    },
    /** What was recorded about an object, oldest first. */
    async events(name: string, kind?: string): Promise<readonly RecordedEvent[]> {
      const { items } = await client.list<KubeObject>({ apiVersion: "v1", kind: "Event" }, { namespace: "apps" });
      return items
        .filter((event) => {
          const about = event["involvedObject"] as { readonly kind: string; readonly name: string };
          return about.name === name && (kind === undefined || about.kind === kind);
        })
        .toSorted((a, b) => (String(a.metadata.name) < String(b.metadata.name) ? -1 : 1))
        .map((event) => ({
          type: String(event["type"]),
          reason: String(event["reason"]),
          message: String(event["message"]),
          count: Number(event["count"]),
          annotations: event.metadata.annotations ?? {},
        }));
    },
  };
}

export type World = Awaited<ReturnType<typeof startWorld>>;
