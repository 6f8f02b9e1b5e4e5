import { serve } from "../../src/base/node/serve.ts";
import { findCondition, type Condition, type KubeObject } from "../../src/api/index.ts";
import type { Client } from "../../src/kube/index.ts";
import type { ChartFolder } from "../scenarios/chart-folder.ts";
import { chart } from "../scenarios/release.ts";

/** A receiver of notifications on loopback. */
export async function openReceiver(port = 0) {
  const received: { readonly contentType: string; readonly method: string; readonly body: unknown }[] = [];
  const server = await serve(
    async (request) => {
      const contentType = request.headers.get("content-type") ?? "";
      received.push({ contentType, method: request.method, body: await request.json() });
      return new Response(null, { status: 202 });
    },
    { host: "127.0.0.1", port },
  );
  return { received, url: server.url, [Symbol.asyncDispose]: () => server.close() };
}

type Receiver = Awaited<ReturnType<typeof openReceiver>>;

/** A release that is installed and whose values go away; gives what the receiver was told, each thing once, without what differs each time. */
export async function playNotifications(options: {
  readonly client: Client;
  readonly namespace: string;
  readonly charts: ChartFolder;
  readonly receiver: Receiver;
}): Promise<readonly unknown[]> {
  const { client, namespace, charts, receiver } = options;
  const release = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease", namespace, name: "web" };
  const until = async (holds: (ready: Condition | undefined) => boolean): Promise<void> => {
    for (let turn = 0; turn < 600; turn += 1) {
      const { status } = (await client.get(release)) as KubeObject & {
        readonly status?: { readonly conditions?: readonly Condition[] };
      };
      if (holds(findCondition(status?.conditions ?? [], "Ready"))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error("the release is not as awaited");
  };
  await charts.publish("web", "1.0.0", chart());
  const create = (apiVersion: string, kind: string, name: string, spec: unknown, annotations = {}) =>
    client.create({ apiVersion, kind, metadata: { name, namespace, annotations }, spec });
  const repository = { interval: "1h", url: charts.repositoryUrl };
  await create("source.toolkit.fluxcd.io/v1", "HelmRepository", "charts", repository);
  const spec = {
    interval: "1h",
    chart: { spec: { chart: "web", sourceRef: { kind: "HelmRepository", name: "charts" }, interval: "1h" } },
  };
  const annotations = { "event.toolkit.fluxcd.io/team": "shop", "example.com/other": "x" };
  await create(release.apiVersion, release.kind, release.name, spec, annotations);
  await until((ready) => ready?.status === "True");
  const valuesFrom = [{ kind: "ConfigMap", name: "absent" }];
  await client.patch(release, { spec: { valuesFrom } }, { type: "merge" });
  await until((ready) => ready?.reason === "ValuesError");
  // What is told is told a moment later.
  for (let known = -1; known !== receiver.received.length; ) {
    known = receiver.received.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const about = receiver.received.filter(
    ({ body }) =>
      (body as { readonly involvedObject: { readonly namespace: string } }).involvedObject.namespace === namespace,
  );
  const masked = about.map((one) => mask(JSON.stringify(one), { namespace, url: charts.repositoryUrl }));
  return [...new Set(masked)].toSorted().map((text) => JSON.parse(text) as unknown);
}

function mask(text: string, { namespace, url }: { readonly namespace: string; readonly url: string }): string {
  return text
    .replaceAll(url, "<repository>")
    .replaceAll(new RegExp(`\\b${namespace}\\b`, "g"), "<namespace>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "<seconds>")
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<uid>")
    .replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"<version>"')
    .replaceAll(/"reportingInstance":"[^"]+"/g, '"reportingInstance":"<host>"')
    .replace(/of size [0-9.]+k?B/, "of size")
    .replaceAll(/sha256:[0-9a-f]{64}/g, "sha256:<hex>");
}
