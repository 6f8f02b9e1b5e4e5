import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../api/index.ts";
import { inventoryOf } from "./inventory.ts";
import type { ReleaseRecord } from "./record.ts";

const manifest = `---
# Source: web/templates/a.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:web
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: one, namespace: elsewhere}
- apiVersion: v1
  kind: ConfigMap
  metadata: {name: two}
---
apiVersion: v1
kind: Pod
metadata:
  name: hook
  annotations: {helm.sh/hook: test}
---
apiVersion: example.com/v1
kind: Unknown
metadata: {name: x}
---
# nothing
`;

const record: ReleaseRecord = {
  name: "web",
  namespace: "apps",
  version: 1,
  manifest,
  hooks: [],
  info: { status: "deployed" },
  chart: { metadata: null, lock: null, templates: null, values: null, schema: null, schemamodtime: "", files: null },
  labels: {},
};

const clusterScoped = new Set(["ClusterRole", "CustomResourceDefinition"]);
const client = {
  resource: async ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) => {
    if (kind === "Unknown") throw noMatch(apiVersion, kind);
    const namespaced = !clusterScoped.has(kind);
    return { group: "", version: "", kind, plural: "", namespaced, shortNames: [], categories: [], verbs: [] };
  },
};

function noMatch(apiVersion: string, kind: string): ApiError {
  const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
  return new ApiError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    reason: "NoMatch",
    message,
  });
}

test("inventoryOf() lists objects by Flux's ids, hooks left out and lists flattened, then the chart's definitions", async () => {
  const data = new TextEncoder().encode(
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\n",
  );
  const { entries, warnings } = await inventoryOf(record, {
    client,
    crds: [{ name: "crds/things.yaml", path: "web/crds/things.yaml", data }],
  });
  assert.deepEqual(entries, [
    { id: "apps_web_apps_Deployment", v: "v1" },
    { id: "_system__web_rbac.authorization.k8s.io_ClusterRole", v: "v1" },
    { id: "elsewhere_one__ConfigMap", v: "v1" },
    { id: "apps_two__ConfigMap", v: "v1" },
    { id: "_x_example.com_Unknown", v: "v1" },
    { id: "_things.example.com_apiextensions.k8s.io_CustomResourceDefinition", v: "v1" },
  ]);
  assert.deepEqual(warnings, [
    'failed to determine if Unknown is namespace scoped, skipping namespace: no matches for kind "Unknown" in version "example.com/v1"',
  ]);
});
