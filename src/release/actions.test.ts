import assert from "node:assert/strict";
import { test } from "node:test";
import type { Chart } from "../chart/index.ts";
import { ReleaseError, type ReleaseErrorCode } from "./errors.ts";
import { install } from "./install.ts";
import { rollback } from "./rollback.ts";
import { lastRelease, sortByRevision } from "./storage/history.ts";
import { test as testRelease } from "./test-hooks.ts";
import { configMap, createChart, createWorld, type World } from "./testing/world.ts";
import { uninstall } from "./uninstall.ts";
import { unlock } from "./unlock.ts";
import { upgrade } from "./upgrade.ts";

const chart = createChart({ "a.yaml": configMap("one", "{{ .Values.text }}") }, { values: { text: "default" } });

const installed = (world: World, given: Partial<Parameters<typeof install>[1]> = {}) =>
  install(world.context, { name: "web", namespace: "default", chart, values: {}, ...given });

const upgraded = (world: World, given: Partial<Parameters<typeof upgrade>[1]> = {}) =>
  upgrade(world.context, { name: "web", chart, values: {}, ...given });

async function dataOf(world: World, name: string): Promise<unknown> {
  const object = await world.tryGet("ConfigMap", name);
  return (object?.data as { readonly key?: string } | undefined)?.key;
}

async function failure(work: Promise<unknown>): Promise<ReleaseError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof ReleaseError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: "nothing was thrown" });
}

async function fails(
  work: Promise<unknown>,
  want: { code: ReleaseErrorCode; message: string; stored: boolean },
): Promise<ReleaseError> {
  const error = await failure(work);
  const { code, message } = error;
  assert.deepEqual({ code, message, stored: error.record !== undefined }, want);
  return error;
}

test("install() stores the revision before and after, and writes marked objects", async () => {
  await using world = createWorld();
  const record = await installed(world, { values: { text: "mine" }, labels: { team: "blue" } });
  assert.deepEqual(world.stored, ["1 pending-install", "1 deployed"]);
  assert.equal(record.info.description, "Install complete");
  assert.equal(record.apply_method, "ssa");
  const object = await world.tryGet("ConfigMap", "one");
  assert.equal(await dataOf(world, "one"), "mine");
  assert.equal(object?.metadata.labels?.["app.kubernetes.io/managed-by"], "Helm");
  assert.equal(object?.metadata.annotations?.["meta.helm.sh/release-name"], "web");
  assert.equal(object?.metadata.managedFields?.[0]?.manager, "helm");
  const stored = await world.context.storage.get("web", 1);
  assert.deepEqual(stored.config, { text: "mine" });
  assert.deepEqual(stored.labels, { team: "blue" });
  assert.ok(!stored.manifest.includes("managed-by"));
});

test("install() refuses a name that is in use, and takes that of a failed release with replace", async () => {
  await using world = createWorld();
  await installed(world);
  const message = "release name check failed: cannot reuse a name that is still in use";
  await fails(installed(world), { code: "NameInUse", message, stored: false });
  await uninstall(world.context, { name: "web", keepHistory: true });
  const record = await installed(world, { replace: true });
  assert.equal(record.version, 2);
});

test("install() refuses a name that no release can have", async () => {
  await using world = createWorld();
  await fails(installed(world, { name: "No" }), {
    code: "InvalidOptions",
    message:
      'release name check failed: release name "No": invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53',
    stored: false,
  });
});

test("install() stores nothing when the chart does not render, or an object belongs to somebody else", async () => {
  await using world = createWorld();
  const broken = createChart({ "a.yaml": '{{ fail "no" }}' });
  const error = await failure(installed(world, { chart: broken }));
  assert.equal(error.code, "RenderFailed");
  await world.client.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one", namespace: "default" } });
  await fails(installed(world), {
    code: "Conflict",
    message:
      'unable to continue with install: ConfigMap "one" in namespace "default" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; annotation validation error: missing key "meta.helm.sh/release-name": must be set to "web"; annotation validation error: missing key "meta.helm.sh/release-namespace": must be set to "default"',
    stored: false,
  });
  assert.deepEqual(world.stored, []);
  await installed(world, { takeOwnership: true });
  assert.equal(await dataOf(world, "one"), "default");
});

test("install() names kinds that are not served", async () => {
  await using world = createWorld();
  const strange = createChart({ "a.yaml": "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\n" });
  await fails(installed(world, { chart: strange }), {
    code: "InvalidManifest",
    message:
      'unable to build kubernetes objects from release manifest: resource mapping not found for name: "x" namespace: "" from "": no matches for kind "Thing" in version "example.com/v1"\nensure CRDs are installed first',
    stored: false,
  });
});

test("install() applies the chart's definitions first, so that the chart can use them", async () => {
  await using world = createWorld();
  const definition = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: things, singular: thing, kind: Thing, listKind: ThingList}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
  const custom = createChart(
    { "a.yaml": "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: x\nspec: {size: 1}\n" },
    { files: { "crds/things.yaml": definition } },
  );
  await installed(world, { chart: custom });
  assert.ok(
    await world.client.tryGet({ apiVersion: "example.com/v1", kind: "Thing", name: "x", namespace: "default" }),
  );
});

test("install() in a dry run stores and writes nothing", async () => {
  await using world = createWorld();
  for (const dryRun of ["client", "server"] as const) {
    const record = await installed(world, { dryRun });
    assert.equal(record.info.description, "Dry run complete");
    assert.equal(record.info.status, "pending-install");
    assert.match(record.manifest, /# Source: web\/templates\/a\.yaml/);
  }
  assert.deepEqual(world.stored, []);
  assert.equal(await world.tryGet("ConfigMap", "one"), undefined);
});

test("install() that fails in the middle stores why, and its error carries the revision", async () => {
  await using world = createWorld();
  const bad = createChart({
    "a.yaml": configMap("one", "x"),
    "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: Bad_Name\n",
  });
  const error = await failure(installed(world, { chart: bad }));
  assert.equal(error.code, "ApplyFailed");
  assert.match(error.message, /^server-side apply failed for object default\/Bad_Name \/v1, Kind=ConfigMap: /);
  assert.equal(error.record?.info.status, "failed");
  assert.equal(error.record?.info.description, `Release "web" failed: ${error.message}`);
  assert.deepEqual(world.stored, ["1 pending-install", "1 failed"]);
});

test("install() with rollbackOnFailure leaves nothing behind", async () => {
  await using world = createWorld();
  const bad = createChart({
    "a.yaml": configMap("one", "x"),
    "b.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: Bad_Name\n",
  });
  const error = await failure(installed(world, { chart: bad, rollbackOnFailure: true }));
  assert.match(error.message, /^release web failed, and has been uninstalled due to rollback-on-failure being set: /);
  assert.equal(await world.tryGet("ConfigMap", "one"), undefined);
  await assert.rejects(lastRelease(world.context.storage, "web"));
});

test("install() that is aborted stores that it was", async () => {
  const stop = new AbortController();
  await using world = createWorld({ signal: stop.signal });
  const waiting = createChart({ "job.yaml": hook("pre-install") });
  const stored: string[] = [];
  const context = {
    ...world.context,
    onRecord: ({ info }: { info: { status: string } }) =>
      void (stored.push(info.status), stored.length === 2 && stop.abort()),
  };
  const error = await failure(install(context, { name: "web", namespace: "default", chart: waiting, values: {} }));
  assert.equal(error.code, "Canceled");
  assert.equal(error.record?.info.description, 'Release "web" failed: context canceled');
  assert.deepEqual(stored, ["pending-install", "pending-install", "failed"]);
});

test("upgrade() changes, adds and removes objects, and supersedes the revision before", async () => {
  await using world = createWorld();
  await installed(world, { chart: createChart({ "a.yaml": configMap("one", "1"), "b.yaml": configMap("gone", "1") }) });
  const record = await upgraded(world, {
    chart: createChart({ "a.yaml": configMap("one", "2"), "c.yaml": configMap("new", "1") }),
  });
  assert.equal(record.version, 2);
  assert.equal(record.info.description, "Upgrade complete");
  assert.equal(await dataOf(world, "one"), "2");
  assert.equal(await dataOf(world, "new"), "1");
  assert.equal(await world.tryGet("ConfigMap", "gone"), undefined);
  assert.deepEqual(world.stored.slice(2), ["2 pending-upgrade", "1 superseded", "2 deployed"]);
});

test("upgrade() keeps an object whose live policy says so", async () => {
  await using world = createWorld();
  await installed(world, { chart: createChart({ "a.yaml": configMap("kept", "1", "helm.sh/resource-policy: keep") }) });
  await upgraded(world, { chart: createChart({}) });
  assert.equal(await dataOf(world, "kept"), "1");
});

test("upgrade() needs a release, and one that nobody else is working on", async () => {
  await using world = createWorld();
  await fails(upgraded(world), {
    code: "NoDeployedReleases",
    message: '"web" has no deployed releases',
    stored: false,
  });
  const record = await installed(world);
  await world.context.storage.update({ ...record, info: { ...record.info, status: "pending-upgrade" } });
  await fails(upgraded(world), {
    code: "Pending",
    message: "another operation (install/upgrade/rollback) is in progress",
    stored: false,
  });
  const unlocked = await unlock(world.context, { name: "web" });
  assert.equal(unlocked?.from, "pending-upgrade");
  assert.equal(unlocked.record.info.description, "Release unlocked from stale 'pending-upgrade' state");
  assert.equal(await unlock(world.context, { name: "web" }), undefined);
  assert.equal((await upgraded(world)).version, 2);
});

const policies = [
  { policy: "auto", values: {}, want: { text: "old", extra: "old" } },
  { policy: "auto", values: { extra: "new" }, want: { extra: "new" } },
  { policy: "reset", values: {}, want: undefined },
  { policy: "reuse", values: { extra: "new" }, want: { extra: "new", text: "old" } },
  { policy: "reset-then-reuse", values: { extra: "new" }, want: { extra: "new", text: "old" } },
] as const;
for (const { policy, values, want } of policies) {
  test(`upgrade() with the values policy ${policy} makes ${JSON.stringify(want)} of ${JSON.stringify(values)}`, async () => {
    await using world = createWorld();
    await installed(world, { values: { text: "old", extra: "old" } });
    await upgraded(world, { values, valuesPolicy: policy });
    assert.deepEqual((await world.context.storage.get("web", 2)).config, want);
  });
}

test("upgrade() with reuse keeps the defaults of the chart that was installed", async () => {
  await using world = createWorld();
  await installed(world);
  const next = createChart({ "a.yaml": configMap("one", "{{ .Values.text }}") }, { values: { text: "new default" } });
  await upgraded(world, { chart: next, valuesPolicy: "reuse" });
  assert.equal(await dataOf(world, "one"), "default");
});

const bad: Chart = createChart({
  "a.yaml": configMap("fresh", "2"),
  "b.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: Bad_Name\n",
});

test("upgrade() that fails leaves the revision before deployed, and with cleanupOnFail what it created is gone", async () => {
  for (const cleanupOnFail of [false, true]) {
    await using world = createWorld();
    await installed(world);
    const error = await failure(upgraded(world, { chart: bad, cleanupOnFail }));
    assert.equal(error.record?.info.description, `Upgrade "web" failed: ${error.message}`);
    assert.match(error.message, /^failed to create resource: server-side apply failed for object default\/Bad_Name/);
    const history = sortByRevision(await world.context.storage.history("web"));
    assert.deepEqual(
      history.map(({ info }) => info.status),
      ["deployed", "failed"],
    );
    assert.deepEqual(world.stored.slice(2), ["2 pending-upgrade", "1 deployed", "2 failed"]);
  }
});

test("upgrade() with rollbackOnFailure goes back to the last good revision", async () => {
  await using world = createWorld();
  await installed(world);
  const error = await failure(upgraded(world, { chart: bad, rollbackOnFailure: true }));
  assert.match(error.message, /^release web failed, and has been rolled back due to rollback-on-failure being set: /);
  const last = await lastRelease(world.context.storage, "web");
  assert.equal(last.version, 3);
  assert.equal(last.info.description, "Rollback to 1");
  assert.equal(last.info.status, "deployed");
});

test("upgrade() keeps no more revisions than it is told to", async () => {
  await using world = createWorld();
  await installed(world);
  for (let i = 0; i < 3; i += 1) await upgraded(world, { maxHistory: 2 });
  const history = sortByRevision(await world.context.storage.history("web"));
  assert.deepEqual(
    history.map(({ version }) => version),
    [3, 4],
  );
});

test("upgrade() of a client-side release stays client-side, and keeps what others added", async () => {
  await using world = createWorld();
  const first = await installed(world, {
    chart: createChart({ "a.yaml": configMap("one", "1") }),
    serverSideApply: false,
  });
  assert.equal(first.apply_method, "csa");
  const reference = { apiVersion: "v1", kind: "ConfigMap", name: "one", namespace: "default" };
  await world.client.patch(reference, { data: { other: "theirs" } }, { type: "merge" });
  const record = await upgraded(world, { chart: createChart({ "a.yaml": configMap("one", "2") }) });
  assert.equal(record.apply_method, "csa");
  const object = await world.client.get(reference);
  assert.deepEqual(object.data, { key: "2", other: "theirs" });
});

test("upgrade() from client-side to server-side apply hands the fields over", async () => {
  await using world = createWorld();
  await installed(world, { chart: createChart({ "a.yaml": configMap("one", "1") }), serverSideApply: false });
  await upgraded(world, { chart: createChart({ "a.yaml": configMap("one", "2") }), serverSideApply: true });
  assert.equal(await dataOf(world, "one"), "2");
  const managers = (await world.tryGet("ConfigMap", "one"))?.metadata.managedFields?.map(
    ({ manager, operation }) => `${manager} ${operation}`,
  );
  assert.deepEqual(managers, ["helm Apply"]);
});

test("rollback() makes a new revision of an earlier one", async () => {
  await using world = createWorld();
  await installed(world, { values: { text: "1" } });
  await upgraded(world, { values: { text: "2" } });
  const record = await rollback(world.context, { name: "web" });
  assert.equal(record.version, 3);
  assert.equal(record.info.description, "Rollback to 1");
  assert.equal(await dataOf(world, "one"), "1");
  assert.deepEqual(world.stored.slice(-3), ["3 pending-rollback", "2 superseded", "3 deployed"]);
  await fails(rollback(world.context, { name: "web", revision: 9 }), {
    code: "NotFound",
    message: "release has no 9 version",
    stored: false,
  });
});

test("uninstall() removes objects and revisions, and lists what is kept", async () => {
  await using world = createWorld();
  await installed(world, {
    chart: createChart({
      "a.yaml": configMap("one", "1"),
      "b.yaml": configMap("kept", "1", "helm.sh/resource-policy: keep"),
    }),
  });
  const { record, kept } = await uninstall(world.context, { name: "web" });
  assert.equal(record?.info.status, "uninstalled");
  assert.equal(kept, "These resources were kept due to the resource policy:\n[ConfigMap] kept\n");
  assert.equal(await world.tryGet("ConfigMap", "one"), undefined);
  assert.equal(await dataOf(world, "kept"), "1");
  assert.deepEqual(world.stored.slice(2), ["1 uninstalling", "1 uninstalling"]);
  await fails(uninstall(world.context, { name: "web" }), {
    code: "NotFound",
    message: "uninstall: Release not loaded: web: release: not found",
    stored: false,
  });
  assert.deepEqual(await uninstall(world.context, { name: "web", ignoreNotFound: true }), {
    record: undefined,
    kept: "",
  });
});

test("uninstall() with keepHistory keeps every revision, and refuses to do it twice", async () => {
  await using world = createWorld();
  await installed(world);
  await upgraded(world);
  const { record } = await uninstall(world.context, { name: "web", keepHistory: true });
  assert.equal(record?.info.description, "Uninstallation complete");
  assert.ok(record.info.deleted);
  const message = 'the release named "web" is already deleted';
  await fails(uninstall(world.context, { name: "web", keepHistory: true }), {
    code: "NotFound",
    message,
    stored: false,
  });
  await uninstall(world.context, { name: "web" });
  await assert.rejects(world.context.storage.history("web"));
});

function hook(events: string, policy = "", kind: "Job" | "ConfigMap" = "Job", name = "hook"): string {
  const deletion = policy === "" ? "" : `\n    helm.sh/hook-delete-policy: ${policy}`;
  const apiVersion = kind === "Job" ? "batch/v1" : "v1";
  const spec =
    kind === "Job" ? "spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: b}]}}}\n" : "";
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  annotations:\n    helm.sh/hook: ${events}${deletion}\n${spec}`;
}

/** Ends the Job as soon as it exists, as a cluster with nodes would. */
async function endJob(world: World, type: "Complete" | "Failed", name = "hook"): Promise<void> {
  const reference = { apiVersion: "batch/v1", kind: "Job", name, namespace: "default" };
  for await (const { object } of world.client.watch(
    { apiVersion: "batch/v1", kind: "Job" },
    { namespace: "default" },
  )) {
    if (object.metadata.name !== name) continue;
    const conditions = [{ type, status: "True" }];
    await world.client.patch(
      reference,
      { status: { conditions, failed: 1 } },
      { type: "merge", subresource: "status" },
    );
    return;
  }
}

test("install() runs hooks one after the other, and stores what became of them", async () => {
  await using world = createWorld();
  const ended = endJob(world, "Complete");
  const record = await installed(world, {
    chart: createChart({
      "job.yaml": hook("pre-install", "hook-succeeded"),
      "cm.yaml": hook("post-install", "", "ConfigMap", "after"),
    }),
  });
  await ended;
  assert.deepEqual(
    record.hooks.map(({ name, last_run, delete_policies }) => `${name} ${last_run.phase} ${delete_policies.join()}`),
    ["after Succeeded before-hook-creation", "hook Succeeded hook-succeeded"],
  );
  assert.equal(await world.tryGet("Job", "hook"), undefined);
  assert.ok(await world.tryGet("ConfigMap", "after"));
  assert.equal((await world.tryGet("ConfigMap", "after"))?.metadata.labels, undefined);
});

test("install() fails with its first hook that fails", async () => {
  await using world = createWorld();
  const ended = endJob(world, "Failed");
  const error = await failure(
    installed(world, {
      chart: createChart({ "job.yaml": hook("pre-install", "hook-failed"), "a.yaml": configMap("one", "1") }),
    }),
  );
  await ended;
  assert.equal(error.code, "HookFailed");
  assert.equal(
    error.message,
    "failed pre-install: resource Job/default/hook not ready. status: Failed, message: Job Failed. failed: 1/1",
  );
  assert.equal(error.record?.hooks[0]?.last_run.phase, "Failed");
  assert.equal(await world.tryGet("Job", "hook"), undefined);
  assert.equal(await world.tryGet("ConfigMap", "one"), undefined);
});

test("install() with disableHooks runs none", async () => {
  await using world = createWorld();
  const record = await installed(world, {
    chart: createChart({ "job.yaml": hook("pre-install") }),
    disableHooks: true,
  });
  assert.deepEqual(record.hooks[0]?.last_run, { phase: "" });
});

test("test() runs the selected test hooks of the last revision and stores it", async () => {
  await using world = createWorld();
  await installed(world, {
    chart: createChart({ "t.yaml": hook("test"), "u.yaml": hook("test", "", "Job", "other") }),
  });
  const ended = endJob(world, "Complete");
  const record = await testRelease(world.context, { name: "web", filters: { exclude: ["other"] } });
  await ended;
  assert.equal(record.version, 1);
  assert.deepEqual(
    record.hooks.map(({ name, last_run }) => `${name} ${last_run.phase}`),
    ["other ", "hook Succeeded"],
  );
  assert.equal((await world.context.storage.get("web", 1)).hooks[1]?.last_run.phase, "Succeeded");
});

test("test() fails with the text of the wait, and stores the phase", async () => {
  await using world = createWorld();
  await installed(world, { chart: createChart({ "t.yaml": hook("test") }) });
  const ended = endJob(world, "Failed");
  const error = await failure(testRelease(world.context, { name: "web", waitStrategy: "poller" }));
  await ended;
  assert.equal(error.message, "failed early due to stalled resources: [Job/default/hook status: 'Failed']");
  assert.equal(error.record?.hooks[0]?.last_run.phase, "Failed");
});
