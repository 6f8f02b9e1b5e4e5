import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../api/index.ts";
import { createCluster } from "../../cluster/index.ts";
import { createClient } from "../../kube/index.ts";
import type { Context } from "../runtime/index.ts";
import { applyStages } from "./act.ts";

const object: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "default", name: "web" } };

test("applyStages() names the object that it may not look at, and says what it has done before", async (t) => {
  const cluster = createCluster();
  t.after(() => cluster.close());
  const refusal = { kind: "Status", status: "Failure", reason: "Forbidden", code: 403, message: "no access" };
  const client = createClient({
    server: "http://cluster.test",
    fetch: async (request) =>
      request.method === "GET" && request.url.endsWith("/configmaps/web")
        ? Response.json(refusal, { status: 403 })
        : await cluster.fetch(request),
  });
  const context = { client, busy: (work: () => Promise<unknown>) => work() } as unknown as Context;
  const options = { timeout: 1000, force: false, overriddenManagers: [], ignore: [], migrates: false };
  const first = { ...object, metadata: { ...object.metadata, name: "first" } };
  await assert.rejects(applyStages([[first, object]], context, options), {
    code: "ReconciliationFailed",
    message: "ConfigMap/default/web dry-run failed: no access\nConfigMap/default/first created",
  });
});
