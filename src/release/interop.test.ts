import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import type { Chart } from "../chart/index.ts";
import { loadChartDirectory } from "../chart/node/index.ts";
import { createCertificate, serveCluster, writeKubeconfig } from "../cluster/node/index.ts";
import { snapshotDigest } from "./digest.ts";
import { encodeRecordJson } from "./encode.ts";
import { install } from "./install.ts";
import { rollback } from "./rollback.ts";
import { lastRelease, sortByRevision } from "./storage/history.ts";
import { createWorld, type World } from "./testing/world.ts";
import { uninstall } from "./uninstall.ts";
import { upgrade } from "./upgrade.ts";

const helm = findHelm();

const chartFiles: Readonly<Record<string, string>> = {
  "Chart.yaml": 'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "4.5"\ndescription: A <chart> & more\n',
  "values.yaml": "text: default\nreplicas: 1\n",
  "templates/config.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  text: {{ .Values.text | quote }}\n  revision: {{ .Release.Revision | quote }}\n",
  "templates/service.yaml":
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  selector: {app: web}\n  ports:\n  - {name: http, port: 80}\n",
  "templates/deployment.yaml":
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers:\n      - {name: web, image: example/web, ports: [{containerPort: 80}]}\n",
  "templates/hook.yaml":
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-hook\n  annotations:\n    helm.sh/hook: pre-install,pre-upgrade\n    helm.sh/hook-weight: "-1"\n',
  "templates/NOTES.txt": "Hello {{ .Release.Name }}\n",
};

/** A served cluster, helm pointed at it, and the same chart on disk and in memory. */
interface Stage extends AsyncDisposable {
  readonly world: World;
  readonly chart: Chart;
  readonly helm: (...line: readonly string[]) => Promise<string>;
  readonly chartPath: string;
}

async function openStage(): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), "coxswain-interop-"));
  const world = createWorld();
  const certificate = await createCertificate();
  const served = await serveCluster({ cluster: world.cluster, certificate });
  const kubeconfig = join(directory, "kubeconfig");
  writeKubeconfig(kubeconfig, { server: served.url, token: served.token, authority: certificate.certificate });
  const chartPath = join(directory, "web");
  for (const [name, text] of Object.entries(chartFiles)) {
    const path = join(chartPath, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  const env = { ...process.env, KUBECONFIG: kubeconfig, HELM_NAMESPACE: "default", HOME: directory };
  return {
    world,
    chart: await loadChartDirectory(chartPath),
    chartPath,
    helm: async (...line) => (await promisify(execFile)(helm ?? "", [...line], { env, timeout: 60_000 })).stdout,
    async [Symbol.asyncDispose]() {
      await served.close();
      await world[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const skip = helm === undefined ? "helm4 is not there: set COX_PEERS to the folder that holds bin/helm4" : false;

describe("Helm 4 and the release room", { skip }, () => {
  test("read each other's history, and go on from it", async () => {
    await using stage = await openStage();
    const { world, chart, chartPath } = stage;
    const context = world.context;
    const first = await install(context, {
      name: "ours",
      namespace: "default",
      chart,
      values: { text: "1" },
      labels: { team: "blue" },
    });

    const [listed] = JSON.parse(await stage.helm("list", "-o", "json"));
    assert.deepEqual(
      { ...listed, updated: undefined },
      {
        name: "ours",
        namespace: "default",
        revision: "1",
        updated: undefined,
        status: "deployed",
        chart: "web-1.2.3",
        app_version: "4.5",
      },
    );
    assert.equal(await stage.helm("get", "manifest", "ours"), `${first.manifest}\n`);
    assert.equal(await stage.helm("get", "notes", "ours"), "NOTES:\nHello ours\n\n");
    assert.deepEqual(JSON.parse(await stage.helm("get", "values", "ours", "-o", "json")), { text: "1" });
    assert.match(await stage.helm("get", "metadata", "ours"), /^LABELS: .*team=blue/m);
    assert.match(await stage.helm("status", "ours"), /^STATUS: deployed\nREVISION: 1\nDESCRIPTION: Install complete$/m);

    await stage.helm("upgrade", "ours", chartPath, "--set", "text=2");
    const second = await lastRelease(context.storage, "ours");
    assert.deepEqual([second.version, second.info.status, second.apply_method], [2, "deployed", "ssa"]);
    const third = await upgrade(context, { name: "ours", chart, values: { text: "3" } });
    assert.equal(third.version, 3);
    await stage.helm("rollback", "ours", "1");
    const fifth = await rollback(context, { name: "ours", revision: 2 });
    assert.equal(fifth.version, 5);
    const history = JSON.parse(await stage.helm("history", "ours", "-o", "json"));
    assert.deepEqual(
      history.map(
        ({ revision, status, description }: { revision: number; status: string; description: string }) =>
          `${revision} ${status} ${description}`,
      ),
      [
        "1 superseded Install complete",
        "2 superseded Upgrade complete",
        "3 superseded Upgrade complete",
        "4 superseded Rollback to 1",
        "5 deployed Rollback to 2",
      ],
    );
    await stage.helm("uninstall", "ours");
    assert.equal(await world.tryGet("Deployment", "ours"), undefined);
    await assert.rejects(context.storage.history("ours"));
  });

  test("store the same record for the same chart", async () => {
    await using stage = await openStage();
    const { world, chart, chartPath } = stage;
    await stage.helm("install", "same", chartPath, "--set-string", "text=x");
    const theirs = await world.context.storage.get("same", 1);
    await stage.helm("uninstall", "same");
    await install(world.context, { name: "same", namespace: "default", chart, values: { text: "x" } });
    const ours = await world.context.storage.get("same", 1);
    const comparable = (record: typeof ours): unknown => {
      const json = encodeRecordJson({ ...record, info: { ...record.info, first_deployed: "", last_deployed: "" } });
      return JSON.parse(json.replace(/"(started_at|completed_at)":"[^"]*",/g, ""));
    };
    assert.deepEqual(comparable(ours), comparable(theirs));
    assert.match(snapshotDigest(theirs), /^sha256:/);
  });

  test("write the same objects, owned by the same manager", async () => {
    await using stage = await openStage();
    const { world, chart, chartPath } = stage;
    await stage.helm("install", "web", chartPath);
    const theirs = await snapshot(world, "web");
    await stage.helm("uninstall", "web");
    await install(world.context, { name: "web", namespace: "default", chart, values: {} });
    assert.deepEqual(await snapshot(world, "web"), theirs);
  });

  test("uninstall and keep each other's releases", async () => {
    await using stage = await openStage();
    const { world, chartPath } = stage;
    await stage.helm("install", "theirs", chartPath);
    await uninstall(world.context, { name: "theirs", keepHistory: true });
    assert.equal(await world.tryGet("Service", "theirs"), undefined);
    const [listed] = JSON.parse(await stage.helm("list", "--uninstalled", "-o", "json"));
    assert.equal(listed.status, "uninstalled");
    await stage.helm("uninstall", "theirs");
    await assert.rejects(world.context.storage.history("theirs"));
    assert.deepEqual(sortByRevision(await world.context.storage.list()), []);
  });
});

async function snapshot(world: World, name: string): Promise<unknown> {
  const objects = await Promise.all(["ConfigMap", "Service", "Deployment"].map((kind) => world.tryGet(kind, name)));
  return objects.map((object) => {
    assert.ok(object);
    const { uid: _, resourceVersion: __, creationTimestamp: ___, managedFields = [], ...metadata } = object.metadata;
    const { clusterIP: ____, clusterIPs: _____, ...spec } = (object.spec ?? {}) as Record<string, unknown>;
    return { ...object, metadata, spec, owners: managedFields.map(({ time: ______, ...entry }) => entry) };
  });
}

function findHelm(): string | undefined {
  const folders = [process.env.COX_PEERS, join(homedir(), ".cache", "coxswain-peers")];
  for (const folder of folders) {
    if (folder === undefined) continue;
    const path = join(folder, "bin", "helm4");
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not this one.
    }
  }
  return undefined;
}
