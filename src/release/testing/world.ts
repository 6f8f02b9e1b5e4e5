import type { KubeObject } from "../../api/index.ts";
import type { Values } from "../../base/value.ts";
import type { Chart } from "../../chart/index.ts";
import { type Cluster, createCluster } from "../../cluster/index.ts";
import { type Client, createClient } from "../../kube/index.ts";
import type { ReleaseContext } from "../context.ts";
import type { ReleaseRecord } from "../record.ts";
import { createSecretStorage } from "../storage/drivers.ts";

/** An API server in this process, and what actions need to work on it. Nothing in it runs workloads. */
export interface World extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly context: ReleaseContext;
  /** `<revision> <status>` of every record as it was stored, in order. */
  readonly stored: readonly string[];
  readonly tryGet: (kind: string, name: string) => Promise<KubeObject | undefined>;
}

/** Tests in the order of their needs: a cluster, a client, Secrets in the namespace `default`. */
export function createWorld(overrides: Partial<ReleaseContext> = {}): World {
  const cluster = createCluster();
  const client = createClient({ fetch: cluster.fetch, server: "http://cluster.local" });
  const now = (): Date => new Date();
  const stored: string[] = [];
  const context: ReleaseContext = {
    client,
    storage: createSecretStorage({ client, namespace: "default", now }),
    now,
    fieldManager: "helm",
    onRecord: ({ version, info }: ReleaseRecord) => void stored.push(`${version} ${info.status}`),
    ...overrides,
  };
  return {
    cluster,
    client,
    context,
    stored,
    tryGet: (kind, name) => client.tryGet({ apiVersion: apiVersions[kind] ?? "v1", kind, name, namespace: "default" }),
    [Symbol.asyncDispose]: () => cluster.close(),
  };
}

const apiVersions: Readonly<Record<string, string>> = { Deployment: "apps/v1", Job: "batch/v1" };

/** A chart of these templates. */
export function createChart(
  templates: Readonly<Record<string, string>>,
  options: {
    readonly version?: string;
    readonly values?: Values;
    readonly files?: Readonly<Record<string, string>>;
  } = {},
): Chart {
  const toFile = ([name, text]: readonly [string, string]) => ({ name, data: new TextEncoder().encode(text) });
  const { version = "1.0.0", values = {}, files = {} } = options;
  return {
    metadata: { name: "web", version, apiVersion: "v2", appVersion: "9" },
    lock: null,
    templates: Object.entries(templates).map(([name, text]) => toFile([`templates/${name}`, text])),
    values,
    schema: null,
    files: Object.entries(files).map(toFile),
    dependencies: [],
    raw: [],
  };
}

/** A ConfigMap whose data is `key: value`. */
export function configMap(name: string, value: string, annotations = ""): string {
  const meta = annotations === "" ? "" : `  annotations:\n${annotations.replace(/^/gm, "    ")}\n`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${meta}data:\n  key: ${JSON.stringify(value)}\n`;
}
