import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Kustomization, KubeObject } from "../src/api/index.ts";
import { type ControllersOptions, parseFeatureGates } from "../src/controllers/index.ts";
import { parseYaml } from "../src/base/yaml/index.ts";
import { startWithGit } from "./git-world.ts";
import { ready } from "./world.ts";

const kustomization = { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" } as const;
const map = { apiVersion: "v1", kind: "ConfigMap" } as const;

/** A world with a Git repository of these files, and what a person sees of it. */
async function startWith(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  options: Partial<ControllersOptions> = {},
) {
  const world = await startWithGit(t, files, options);
  return {
    ...world,
    settled: (name: string) => world.until<Kustomization>(kustomization, name, isSettled),
    read: async (name: string): Promise<KubeObject> => await world.client.get({ ...map, namespace: "apps", name }),
  };
}

/** The end of a pass, other than the one that found no artifact yet. */
function isSettled(object: Kustomization): boolean {
  const told = ready(object);
  return told !== undefined && told.status !== "Unknown" && !told.message.includes("Source artifact not found");
}

const settings = (name: string, more = ""): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n  greeting: "\${greeting:=hello} \${who}"\n  price: "$$5"\n  secret: "\${password}"\n`;

test("a Kustomization puts variables in", { timeout: 60_000 }, async (t) => {
  const left = "  annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}\n";
  const world = await startWith(t, {
    "a/a.yaml": settings("a"),
    "a/b.yaml": settings("b", left),
    "b/c.yaml": settings("c"),
  });
  const { client } = world;
  await client.create({
    ...map,
    metadata: { name: "vars", namespace: "apps" },
    data: { who: "map\n", greeting: "hi" },
  });
  const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "vars", namespace: "apps" } };
  await client.create({ ...secret, data: { password: btoa("battery-staple") } });
  const substituteFrom = ["ConfigMap", "Secret"].map((kind) => ({ kind, name: "vars" }));
  await world.apply("a", { path: "a", postBuild: { substituteFrom, substitute: { who: "inline" } } });
  assert.equal(ready(await world.settled("a"))?.status, "True");
  assert.deepEqual((await world.read("a")).data, { greeting: "hi inline", price: "$5", secret: "battery-staple" });
  const untouched = { greeting: "${greeting:=hello} ${who}", price: "$$5", secret: "${password}" };
  assert.deepEqual((await world.read("b")).data, untouched);
  await world.apply("c", { path: "b" });
  await world.settled("c");
  assert.deepEqual((await world.read("c")).data, untouched);

  // Flux 2.9: a variable that nobody sets is refused, unless its gate is turned off.
  await world.apply("always", { path: "b", namePrefix: "x-", postBuild: { substituteStrategy: "Always" } });
  assert.match(
    ready(await world.settled("always"))?.message ?? "",
    /envsubst error: variable substitution failed: variable not set \(strict mode\): "(who|password)"$/,
  );
});

test("a Kustomization puts nothing in for unknown variables where the gate says so", { timeout: 60_000 }, async (t) => {
  const featureGates = parseFeatureGates(["StrictPostBuildSubstitutions=false"]);
  const world = await startWith(t, { "b/c.yaml": settings("c") }, { featureGates });
  await world.apply("always", { path: "b", namePrefix: "x-", postBuild: { substituteStrategy: "Always" } });
  await world.settled("always");
  assert.deepEqual((await world.read("x-c")).data, { greeting: "hello", price: "$5", secret: "" });
});

const refusals: readonly {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly want: RegExp;
}[] = [
  {
    name: "variables-are-missing",
    spec: { postBuild: { substituteFrom: [{ kind: "Secret", name: "absent" }] } },
    want: /^BuildFailed: substitute from 'Secret\/absent' error: secrets "absent" not found$/,
  },
  {
    name: "a-variable-has-a-bad-name",
    spec: { postBuild: { substitute: { "a-b": "c" } } },
    want: /^BuildFailed: post build failed for 'ConfigMap\.v1\.\[noGrp\]\/a': envsubst error: 'a-b' var name is invalid, must match /,
  },
  {
    name: "no-kubeconfig",
    spec: { kubeConfig: { secretRef: { name: "absent" } } },
    want: /^ReconciliationFailed: could not get KubeConfig secret 'apps\/absent': secrets "absent" not found$/,
  },
  {
    name: "bad-health-check",
    spec: { healthCheckExprs: [{ apiVersion: "a.example.com/v1", kind: "A", current: "status.a ==" }] },
    want: /^InvalidCELExpression: Reconciliation failed terminally due to configuration error: failed to create custom status evaluator for healthchecks\[0\]: /,
  },
  {
    name: "bad-dependency",
    spec: { dependsOn: [{ name: "no-kubeconfig", readyExpr: "dep.status ==" }] },
    want: /^InvalidCELExpression: Reconciliation failed terminally due to configuration error: terminal error: failed to evaluate dependency no-kubeconfig: /,
  },
  {
    name: "unready-dependency",
    spec: { dependsOn: [{ name: "no-kubeconfig", readyExpr: "dep.metadata.name == 'other'" }] },
    want: /^DependencyNotReady: dependency 'apps\/no-kubeconfig' is not ready according to readyExpr eval$/,
  },
];
test("a Kustomization says what is wrong", { timeout: 60_000 }, async (t) => {
  const world = await startWith(t, { "a/a.yaml": settings("a") });
  for (const { name, spec } of refusals) await world.apply(name, { path: "a", ...spec });
  for (const { name, want } of refusals)
    await t.test(name, async () => {
      const object = await world.settled(name);
      const told = ready(object);
      assert.match(`${told?.reason}: ${told?.message}`, want);
    });
});

test("a Kustomization judges custom resources, and goes on when its dependency is as wanted", {
  timeout: 60_000,
}, async (t) => {
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Gadget, listKind: GadgetList, plural: gadgets, singular: gadget}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
`;
  const gadget = (size: number): string =>
    `apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: a}\nspec: {size: ${size}}\n`;
  const world = await startWith(t, {
    "a/crd.yaml": definition,
    "a/gadget.yaml": gadget(3),
    "b/gadget.yaml": gadget(0),
  });
  const healthCheckExprs = [
    { apiVersion: "example.com/v1", kind: "Gadget", current: "spec.size > 2", failed: "spec.size == 0" },
  ];
  await world.apply("a", { path: "a", wait: true, healthCheckExprs });
  assert.equal(ready(await world.settled("a"))?.status, "True");
  await world.client.create({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name: "deployer", namespace: "apps" },
  });
  const dependsOn = [{ name: "a", readyExpr: "dep.status.inventory.entries.size() == 2 && self.metadata.name == 'b'" }];
  await world.apply("b", { path: "b", nameSuffix: "-b", wait: true, timeout: "5s", healthCheckExprs, dependsOn });
  const failed = await world.settled("b");
  assert.match(
    ready(failed)?.message ?? "",
    /^health check failed after \S+: failed early due to stalled resources: \[Gadget\/apps\/a-b status: 'Failed'\]/,
  );
});

test("a new revision ends a Kustomization's health checks where the gate says so", { timeout: 60_000 }, async (t) => {
  const deployment = (image: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "registry.example.com/${image}"}]}}
`;
  const world = await startWith(
    t,
    { "a/a.yaml": deployment("does-not-exist") },
    {
      featureGates: new Set(["CancelHealthCheckOnNewRevision"]),
    },
  );
  const at = (revision: string | undefined) => (object: Kustomization) =>
    object.status?.lastAttemptedRevision !== revision && ready(object)?.status === "True";
  await world.apply("a", { path: "a", wait: true, timeout: "10m" });
  const waiting = await world.until<Kustomization>(kustomization, "a", ({ status }) =>
    (status?.conditions ?? []).some(({ type, status: is }) => type === "Healthy" && is === "Unknown"),
  );
  await world.commit({ "a/a.yaml": deployment("web:1.0.0") });
  const metadata = { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } };
  await world.patch({ apiVersion: "source.toolkit.fluxcd.io/v1", kind: "GitRepository" }, "app", { metadata });
  await world.until<Kustomization>(kustomization, "a", at(waiting.status?.lastAttemptedRevision));
  await world.untilEvent(
    "a",
    /^Normal HealthCheckCanceled: Health checks canceled due to new reconciliation triggered by GitRepository\/apps\/app$/,
  );
});

test("a Kustomization undoes what kubectl and overridden managers changed", { timeout: 60_000 }, async (t) => {
  const merged = "  annotations: {kustomize.toolkit.fluxcd.io/ssa: Merge}\n";
  const files = { "a/a.yaml": settings("a"), "a/b.yaml": settings("b", merged) };
  const world = await startWith(t, files, { overriddenManagers: ["intruder"] });
  await world.apply("a", { path: "a" });
  await world.settled("a");
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  for (const fieldManager of ["kubectl-edit", "intruder", "operator"])
    for (const name of ["a", "b"])
      await world.client.patch(
        { ...map, namespace: "apps", name },
        { metadata: { annotations }, data: { [fieldManager]: "x" } },
        { type: "merge", fieldManager },
      );
  await world.patch(kustomization, "a", { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } } });
  await world.until<Kustomization>(kustomization, "a", ({ status }) => status?.lastHandledReconcileAt === "1");
  const [a, b] = [await world.read("a"), await world.read("b")];
  const keys = ["greeting", "operator", "price", "secret"];
  assert.deepEqual(Object.keys(a.data as object).toSorted(), keys);
  assert.equal(a.metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"], undefined);
  assert.deepEqual(Object.keys(b.data as object).toSorted(), [...keys, "intruder", "kubectl-edit"].toSorted());
  assert.equal(b.metadata.annotations?.["kubectl.kubernetes.io/last-applied-configuration"], "{}");
});

// What Flux's own test of this field looks at.
test("a Kustomization leaves fields to others", { timeout: 60_000 }, async (t) => {
  const world = await startWith(t, { "a/a.yaml": settings("a") });
  const ignore = [{ paths: ["/data/greeting"], target: { kind: "ConfigMap" } }];
  const request = async (token: string): Promise<void> => {
    await world.patch(kustomization, "a", { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": token } } });
    await world.until<Kustomization>(kustomization, "a", ({ status }) => status?.lastHandledReconcileAt === token);
  };
  const change = (data: Readonly<Record<string, string>>) =>
    world.client.patch({ ...map, namespace: "apps", name: "a" }, { data }, { type: "merge", fieldManager: "operator" });
  const data = async () => (await world.read("a")).data as Readonly<Record<string, string>>;
  await world.apply("a", { path: "a", ignore });
  await world.settled("a");
  await change({ greeting: "theirs" });
  await request("1");
  const { metadata } = await world.read("a");
  assert.equal((await data())["greeting"], "theirs");
  // Another field is put back, and theirs is kept.
  await change({ price: "theirs" });
  await request("2");
  assert.deepEqual([(await data())["greeting"], (await data())["price"]], ["theirs", "$$5"]);
  // Nothing else differs: nothing is written.
  await request("3");
  const last = (await world.read("a")).metadata.resourceVersion;
  await request("4");
  assert.equal((await world.read("a")).metadata.resourceVersion, last);
  assert.notEqual(last, metadata.resourceVersion);
});

test("a Kustomization takes what an old version of a kind was applied by for its own, where the gate says so", {
  timeout: 60_000,
}, async (t) => {
  const budget = (version: string): string =>
    `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\nspec: {maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}\n`;
  const featureGates = parseFeatureGates(["MigrateAPIVersion=true"]);
  const world = await startWith(t, { "a/a.yaml": budget("v2") }, { featureGates });
  const reference = { apiVersion: "autoscaling/v2", kind: "HorizontalPodAutoscaler", namespace: "apps", name: "web" };
  await world.client.apply(
    { ...(parseYaml(budget("v1")) as unknown as KubeObject), metadata: { name: "web", namespace: "apps" } },
    { fieldManager: "person", force: true },
  );
  await world.apply("a", { path: "a" });
  assert.equal(ready(await world.settled("a"))?.status, "True");
  const { managedFields = [] } = (await world.client.get(reference)).metadata;
  assert.ok(managedFields.some(({ manager }) => manager === "person"));
  for (const { manager, apiVersion } of managedFields) assert.equal(apiVersion, "autoscaling/v2", manager);
});

for (const { gate, want } of [
  { gate: "false", want: /failed early due to stalled resources: \[Deployment\/apps\/stuck status: 'Failed'/ },
  { gate: "true", want: /timeout waiting for: \[/ },
])
  test(`a Kustomization waits for all that is asked for with DisableFailFastBehavior=${gate}`, {
    timeout: 60_000,
  }, async (t) => {
    const featureGates = parseFeatureGates([`DisableFailFastBehavior=${gate}`]);
    const world = await startWith(t, { "a/a.yaml": settings("a") }, { featureGates });
    const healthChecks = ["stuck", "absent"].map((name) => ({
      apiVersion: "apps/v1",
      kind: "Deployment",
      name,
      namespace: "apps",
    }));
    const reference = { apiVersion: "apps/v1", kind: "Deployment", namespace: "apps", name: "stuck" };
    const template = {
      metadata: { labels: { app: "stuck" } },
      spec: { containers: [{ name: "a", image: "does-not-exist" }] },
    };
    const spec = { paused: true, selector: { matchLabels: { app: "stuck" } }, template };
    await world.client.create({ ...reference, metadata: { name: "stuck", namespace: "apps" }, spec });
    const conditions = [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded" }];
    const status = { status: { observedGeneration: 1, conditions } };
    await world.client.patch(reference, status, { type: "merge", subresource: "status" });
    await world.apply("a", { path: "a", healthChecks, timeout: "1s" });
    assert.match(ready(await world.settled("a"))?.message ?? "", want);
  });
