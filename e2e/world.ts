import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Condition, findCondition, type HelmRelease, type KubeObject } from "../src/api/index.ts";
import { openChartFolder } from "./scenarios/chart-folder.ts";
import { installDefinitions } from "../src/cli/playground/playground.ts";
import { createCluster, startLifecycle } from "../src/cluster/index.ts";
import {
  allControllers,
  type ControllersOptions,
  runControllers,
  type RuntimeOptions,
} from "../src/controllers/index.ts";
import { createClient, createWatchCache, type Kind } from "../src/kube/index.ts";
import { openArtifactStore, serveArtifacts } from "../src/sources/index.ts";

export const helmRelease: Kind = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" };
export const helmRepository: Kind = { apiVersion: "source.toolkit.fluxcd.io/v1", kind: "HelmRepository" };

/** An embedded cluster with workloads and every controller, and a chart repository beside it. Ends with the test. */
export async function startWorld(
  t: TestContext,
  options: Partial<ControllersOptions> & Pick<RuntimeOptions, "notifications"> = {},
) {
  const { notifications, ...controllersOptions } = options;
  const folder = await mkdtemp(join(tmpdir(), "cox-e2e-"));
  const open = new AsyncDisposableStack();
  t.after(async () => {
    await open.disposeAsync();
    await rm(folder, { recursive: true, force: true });
  });
  const requests: string[] = [];
  const cluster = createCluster();
  open.defer(() => cluster.close());
  const lifecycle = await startLifecycle({ cluster });
  open.defer(() => lifecycle.stop());
  const client = createClient({
    server: "http://cluster.test",
    fetch: (request) => {
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return cluster.fetch(request);
    },
  });
  const cache = createWatchCache({ client });
  open.defer(() => cache[Symbol.asyncDispose]());
  await installDefinitions(client, cache);
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
  const charts = await openChartFolder();
  open.use(charts);
  const store = await openArtifactStore({ root: join(folder, "store") });
  const artifacts = await serveArtifacts(store);
  open.defer(() => artifacts.close());
  const start = () =>
    runControllers({
      client,
      cache,
      controllers: allControllers({ store, ...controllersOptions }),
      ...(notifications === undefined ? {} : { notifications }),
      log: { info: () => {}, error: () => {} },
      now: () => new Date(),
    });
  let controllers = await start();
  open.defer(() => controllers.stop());

  const world = {
    client,
    cache,
    requests,
    repositoryUrl: charts.repositoryUrl,
    publish: charts.publish,
    publishBytes: charts.publishBytes,
    /** Ends the controllers as a signal does. */
    stop: () => controllers.stop(),
    /** Begins with new ones. */
    start: async () => void (controllers = await start()),
    create: (kind: Kind, name: string, spec: unknown, more: Partial<KubeObject> = {}) =>
      client.create({
        ...more,
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        metadata: { name, namespace: "apps" },
        spec,
      } as KubeObject),
    patch: (kind: Kind, name: string, patch: unknown) =>
      client.patch({ ...kind, namespace: "apps", name }, patch, { type: "merge", fieldManager: "test" }),
    /** Watches an object until the condition holds; fails with its status when that takes too long. */
    async until<T extends KubeObject = HelmRelease>(
      kind: Kind,
      name: string,
      holds: (object: T) => boolean,
    ): Promise<T> {
      const kept = await cache.kind<T>(kind);
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      const timer = setTimeout(() => {
        const status = JSON.stringify(kept.get({ namespace: "apps", name })?.status, undefined, 1);
        reject(new Error(`${kind.kind} ${name} is not as awaited: ${status}`));
      }, 20_000);
      const unsubscribe = kept.subscribe(({ type, object }) => {
        if (type !== "DELETED" && object.metadata.name === name && holds(object)) resolve(object);
      });
      try {
        return await promise;
      } finally {
        clearTimeout(timer);
        unsubscribe();
      }
    },
    /** Waits until an object does not exist any more. */
    async untilGone(kind: Kind, name: string): Promise<void> {
      for (let turn = 0; turn < 400; turn += 1) {
        if ((await client.tryGet({ ...kind, namespace: "apps", name })) === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
      throw new Error(`${kind.kind} ${name} is still there`);
    },
    /** Waits for an event about an object; the line is `Type Reason: message`. Controllers write them a moment after what they tell of. */
    async untilEvent(name: string, expected: RegExp): Promise<string> {
      const lines: string[] = [];
      for (let turn = 0; turn < 100; turn += 1) {
        const { items } = await client.list({ apiVersion: "v1", kind: "Event" }, { namespace: "apps" });
        lines.splice(
          0,
          lines.length,
          ...items.filter((event) => (event.involvedObject as { readonly name: string }).name === name).map(lineOf),
        );
        const found = lines.find((line) => expected.test(line));
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`no event about ${name} is like ${expected}: ${lines.join("\n")}`);
    },
  };
  return world;
}

function lineOf(event: KubeObject): string {
  return `${event.type} ${event.reason}: ${event.message}`;
}

export function ready(object: KubeObject): Condition | undefined {
  return findCondition(
    (object.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions,
    "Ready",
  );
}

/** A HelmRelease of a chart of the world's repository. */
export function releaseSpec(
  chart: string,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    interval: "10m",
    timeout: "10s",
    chart: { spec: { chart, version: "*", interval: "10m", sourceRef: { kind: "HelmRepository", name: "charts" } } },
    ...more,
  };
}

/** The templates of a small chart: a Deployment whose image, size and settings come from values. */
export const webChart: Readonly<Record<string, string>> = {
  "values.yaml": "image: registry.example.com/web:1.0.0\nreplicas: 1\nsetting: one\n",
  "templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      containers: [{name: web, image: {{ .Values.image | quote }}}]
`,
  "templates/configmap.yaml": `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
data:
  setting: {{ .Values.setting | quote }}
`,
};
