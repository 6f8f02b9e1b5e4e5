import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { createClient, createWatchCache } from "../../kube/index.ts";
import { runControllers, type RuntimeOptions } from "./controller.ts";
import { describeTrigger, triggerOf } from "./interruption.ts";
import { createMetrics } from "./metrics.ts";
import type { Context, Controller, Outcome } from "./types.ts";

const configMap = { apiVersion: "v1", kind: "ConfigMap" } as const;

/** A controller of ConfigMaps on an embedded cluster, which tells whose turn it was. */
async function start(
  t: TestContext,
  options: Partial<RuntimeOptions> & {
    readonly reconcile?: (object: KubeObject, context: Context) => Promise<Outcome>;
    readonly controller?: Partial<Controller>;
  },
) {
  const cluster = createCluster();
  const client = createClient({ server: "http://cluster.test", fetch: cluster.fetch });
  const cache = createWatchCache({ client });
  for (const name of ["apps", "other"])
    await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  const lines: Readonly<Record<string, unknown>>[] = [];
  const waiting = new Map<string, () => void>();
  const seen = new Set<string>();
  const { reconcile = async () => ({ outcome: "done" }) as const, controller: more, ...rest } = options;
  const controller: Controller = {
    manager: "helm-controller",
    kind: configMap,
    ...more,
    reconcile: async (object, context) => {
      const { name = "" } = object.metadata;
      try {
        return await reconcile(object, context);
      } finally {
        seen.add(name);
        waiting.get(name)?.();
      }
    },
  };
  const controllers = await runControllers({
    client,
    cache,
    controllers: [controller],
    now: () => new Date(0),
    log: {
      info: (msg, fields) => void lines.push({ level: "info", msg, ...fields }),
      error: (msg, fields) => void lines.push({ level: "error", msg, ...fields }),
    },
    ...rest,
  });
  t.after(async () => {
    await controllers.stop();
    await cache[Symbol.asyncDispose]();
    await cluster.close();
  });
  return {
    client,
    lines,
    seen,
    create: (name: string, labels: Readonly<Record<string, string>> = {}, namespace = "apps") =>
      client.create({ ...configMap, metadata: { name, namespace, labels } }),
    until: (name: string) =>
      new Promise<void>((resolve) => {
        if (seen.has(name)) resolve();
        else waiting.set(name, resolve);
      }),
  };
}

test("runControllers() leaves the objects of other shards alone", async (t) => {
  const { seen, create, until } = await start(t, { labelSelector: "shard=one" });
  await create("theirs", { shard: "two" });
  await create("ours", { shard: "one" });
  await until("ours");
  assert.deepEqual([...seen], ["ours"]);
});

test("runControllers() stays in its namespace when it is told to", async (t) => {
  const { seen, create, until } = await start(t, { namespace: "apps" });
  await create("outside", {}, "other");
  await create("inside");
  await until("inside");
  assert.ok(!seen.has("outside"));
});

test("runControllers() logs with the fields of controller-runtime, and counts", async (t) => {
  const metrics = createMetrics();
  const { lines, create, until } = await start(t, {
    observer: metrics,
    reconcile: async ({ metadata }, { log }) => {
      if (metadata.name !== "bad") return { outcome: "done" };
      log.info("looking");
      throw new Error("it broke");
    },
  });
  await create("bad");
  await until("bad");
  await new Promise((resolve) => setImmediate(resolve));
  const told = lines.filter(({ name }) => name === "bad");
  for (const line of told) assert.match(String(line["reconcileID"]), /^[0-9a-f-]{36}$/);
  const ConfigMap = { name: "bad", namespace: "apps" };
  const fields = { controller: "configmap", controllerGroup: "", controllerKind: "ConfigMap", ConfigMap, ...ConfigMap };
  assert.deepEqual(
    told.map(({ reconcileID: _, ...line }) => line),
    [
      { level: "info", msg: "looking", ...fields },
      { level: "error", msg: "Reconciler error", ...fields, error: "it broke" },
    ],
  );
  assert.match(metrics.format(), /controller_runtime_reconcile_total\{controller="configmap",result="error"\} 1/);
});

test("runControllers() asks for the server's version once for many reconciles", async (t) => {
  let asked = 0;
  const { create, until } = await start(t, {
    reconcile: async (_, { client }) => {
      const answer = client.version();
      asked += client.version() === answer ? 0 : 1;
      await answer;
      return { outcome: "done" };
    },
  });
  await create("a");
  await create("b");
  await Promise.all([until("a"), until("b")]);
  assert.equal(asked, 0);
});

const secret = { apiVersion: "v1", kind: "Secret" } as const;
const wakes = [
  { kind: secret, keys: () => [{ namespace: "apps", name: "a" }], interrupts: () => true },
  { kind: { ...secret, kind: "Service" }, keys: () => [{ namespace: "apps", name: "a" }], interrupts: () => false },
];
const triggers: readonly { readonly name: string; readonly object: KubeObject; readonly want: string | undefined }[] = [
  {
    name: "by what it depends on",
    object: { ...secret, metadata: { name: "s", namespace: "apps" } },
    want: "Secret/apps/s",
  },
  {
    name: "not by what only wakes it",
    object: { ...secret, kind: "Service", metadata: { name: "s", namespace: "apps" }, spec: { ports: [{ port: 1 }] } },
    want: undefined,
  },
];
for (const cancelsWaits of [true, false])
  for (const { name, object, want } of triggers)
    test(`runControllers() ends waits ${name}${cancelsWaits ? "" : ", and not at all by default"}`, async (t) => {
      const passes: (string | undefined)[] = [];
      const began = Promise.withResolvers<Context>();
      const go = Promise.withResolvers<void>();
      const { client, create, until } = await start(t, {
        controller: { wakes, cancelsWaits },
        reconcile: async ({ metadata }, context) => {
          if (metadata.name !== "a") return { outcome: "done" };
          began.resolve(context);
          if (passes.length === 0) await go.promise;
          const trigger = triggerOf(context);
          passes.push(trigger && describeTrigger(trigger));
          return { outcome: "done" };
        },
      });
      await create("a");
      await began.promise;
      await client.create(object);
      const kind = await (await began.promise).cache.kind(object);
      // The watch has told everybody as soon as it has told the last one who asked.
      await new Promise<void>((resolve) => void kind.subscribe(() => resolve(), { namespace: "apps", name: "s" }));
      go.resolve();
      await until("a");
      assert.equal(passes[0], cancelsWaits ? want : undefined);
      // Whatever it was, it asked for another look.
      while (passes.length < 2) await new Promise((resolve) => setImmediate(resolve));
      assert.equal(passes[1], undefined);
    });
