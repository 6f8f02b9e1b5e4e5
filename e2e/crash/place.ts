import type { KubeObject } from "../../src/api/index.ts";
import type { Chart } from "../../src/chart/index.ts";
import { chartFromFiles } from "../../src/chart/load/files.ts";
import { createClient, type Fetch } from "../../src/kube/index.ts";
import { openTestApi, type TestApi } from "../../src/kube/testing/api.ts";
import { createSecretStorage, hasCode, type ReleaseContext, type ReleaseRecord } from "../../src/release/index.ts";
import type { ChartFiles } from "./charts.ts";

/** The release's name. */
export const name = "web";

/** A namespace of an API, the embedded one or that of COX_TEST_KUBECONFIG, and what actions need to work in it. */
export interface Place extends AsyncDisposable {
  readonly api: TestApi;
  readonly namespace: string;
  /** An API group of its own: definitions belong to the whole cluster. */
  readonly group: string;
  /** What an action needs, through a fetch that may not be the API's own. */
  readonly contextOn: (fetch: Fetch, signal?: AbortSignal) => ReleaseContext;
}

export async function openPlace(): Promise<Place> {
  const api = await openTestApi();
  const { namespace, server } = api;
  const group = `${namespace}.example.com`;
  const now = (): Date => new Date();
  return {
    api,
    namespace,
    group,
    contextOn(fetch, signal) {
      const client = createClient({ fetch, server });
      const storage = createSecretStorage({ client, namespace, now });
      return { client, storage, now, fieldManager: "helm", ...(signal === undefined ? {} : { signal }) };
    },
    async [Symbol.asyncDispose]() {
      const definition = { ...kinds.definition, name: `things.${group}` };
      await api.client.delete(definition).catch(() => {});
      await api[Symbol.asyncDispose]();
    },
  };
}

const encoder = new TextEncoder();

export async function loadChart(files: ChartFiles): Promise<Chart> {
  const entries = Object.entries(files).map(([path, text]) => ({ name: path, data: encoder.encode(text) }));
  return await chartFromFiles(entries, () => Promise.reject(new Error("a chart without subcharts")));
}

const kinds = {
  definition: { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" },
  configMap: { apiVersion: "v1", kind: "ConfigMap" },
  service: { apiVersion: "v1", kind: "Service" },
  deployment: { apiVersion: "apps/v1", kind: "Deployment" },
};

/** What a release left in the cluster: its objects without what differs from run to run, and its revisions. */
export interface State {
  readonly objects: readonly string[];
  readonly revisions: readonly ReleaseRecord[];
}

export async function readState({ api, namespace, group, contextOn }: Place): Promise<State> {
  const thing = { apiVersion: `${group}/v1`, kind: "Thing" };
  const lists = await Promise.all(
    [kinds.configMap, kinds.service, kinds.deployment, thing].map(async (kind) => {
      const found = await api.client.list(kind, { namespace }).catch(() => ({ items: [] as KubeObject[] }));
      return found.items.map((item) => ({ ...kind, ...item }) as KubeObject);
    }),
  );
  const objects = lists.flat().filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
  return {
    objects: objects.map((object) => describe(object).replaceAll(namespace, "NAMESPACE")),
    revisions: await readRevisions(contextOn(api.fetch)),
  };
}

export async function readRevisions({ storage }: ReleaseContext): Promise<readonly ReleaseRecord[]> {
  try {
    return (await storage.history(name)).toSorted((a, b) => a.version - b.version);
  } catch (error) {
    if (hasCode(error, "NotFound")) return [];
    throw error;
  }
}

/** `1 superseded, 2 deployed` */
export function describeRevisions(revisions: readonly ReleaseRecord[]): string {
  return revisions.map(({ version, info }) => `${version} ${info.status}`).join(", ");
}

function describe({ status: _, metadata, ...rest }: KubeObject): string {
  const { name: own = "", labels = {}, annotations = {}, managedFields = [] } = metadata;
  const owners = managedFields
    .filter(({ subresource }) => subresource === undefined)
    .map(({ manager, operation, fieldsV1 }) => ({ manager, operation, fieldsV1 }))
    .filter(({ manager }) => manager === "helm");
  const marks = Object.entries(annotations).filter(([key]) => !key.startsWith("deployment.kubernetes.io/"));
  const text = JSON.stringify({ own, labels, annotations: Object.fromEntries(marks), owners, rest }, sortedKeys);
  return text.replace(/"clusterIPs?":(\["[^"]*"\]|"[^"]*")/g, '"clusterIP":""');
}

function sortedKeys(_: string, part: unknown): unknown {
  if (part === null || typeof part !== "object" || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
