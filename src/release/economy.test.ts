import assert from "node:assert/strict";
import { test } from "node:test";
import { createCluster } from "../cluster/index.ts";
import { createClient, type Fetch } from "../kube/index.ts";
import { install } from "./install.ts";
import { rollback } from "./rollback.ts";
import { createSecretStorage } from "./storage/drivers.ts";
import { configMap, createChart } from "./testing/world.ts";
import { uninstall } from "./uninstall.ts";
import { upgrade } from "./upgrade.ts";

const service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n";
const chart = createChart(
  { "a.yaml": configMap("one", "{{ .Values.text }}"), "b.yaml": service },
  { values: { text: "1" } },
);

/** The life of a release of two objects, and what each action asks: `r` for a read, `w` for a write. */
const life: readonly {
  readonly name: string;
  readonly act: (context: Parameters<typeof install>[0]) => Promise<unknown>;
  readonly want: string;
}[] = [
  {
    // The version, the history, a look at each object; the revision, each object, the revision.
    name: "install()",
    act: (context) => install(context, { name: "web", namespace: "default", chart, values: {} }),
    want: "rrrr wwww",
  },
  {
    // The version and the history; the revision, each object, and both revisions.
    name: "upgrade() without a change",
    act: (context) => upgrade(context, { name: "web", chart, values: {}, maxHistory: 10 }),
    want: "rr wwwww",
  },
  {
    // An object that is new to the release is looked for, and a former one before it is deleted.
    name: "upgrade() that adds one and drops one",
    act: (context) => {
      const other = createChart({ "a.yaml": configMap("two", "2"), "b.yaml": service });
      return upgrade(context, { name: "web", chart: other, values: {}, maxHistory: 10 });
    },
    want: "rrr www r www",
  },
  {
    // Managed fields may have to be handed over, so each object is looked at; one is applied already.
    name: "rollback()",
    act: (context) => rollback(context, { name: "web", revision: 1, maxHistory: 10 }),
    want: "rr w r w rr www",
  },
  { name: "uninstall()", act: (context) => uninstall(context, { name: "web" }), want: "rr wwwwwww" },
  {
    // In a namespace that is new nothing has to be looked for.
    name: "install() into a new namespace",
    act: (context) => install(context, { name: "web", namespace: "fresh", chart, values: {}, createNamespace: true }),
    want: "rrr wwwww",
  },
];

test("actions ask no more of the API than they have to", async () => {
  const cluster = createCluster();
  let asked = "";
  const fetch: Fetch = (request) => {
    asked += request.method === "GET" ? "r" : "w";
    return cluster.fetch(request);
  };
  const client = createClient({ fetch, server: "http://cluster" });
  const now = (): Date => new Date();
  const storage = createSecretStorage({ client, namespace: "default", now });
  const context = { client, storage, now, fieldManager: "helm" };
  const seen: Record<string, string> = {};
  for (const { name, act } of life) {
    asked = "";
    await act(context);
    seen[name] = asked.replace(/(r)(?=w)|(w)(?=r)/g, "$& ");
  }
  await cluster.close();
  assert.deepEqual(seen, Object.fromEntries(life.map(({ name, want }) => [name, want])));
});
