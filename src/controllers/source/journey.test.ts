import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { findCondition, GitRepository, HelmChart, HelmRepository } from "../../api/index.ts";
import { readTarGz, writeTarGz } from "../../base/node/tar.ts";
import { commitGit, createGitRepository, serve, serveChartRepository, serveGit } from "../../sources/index.ts";
import { startWorld } from "./testing/world.ts";

type Sourced = GitRepository | HelmRepository | HelmChart;

const isReady = (object: Sourced): boolean =>
  findCondition(object.status?.conditions, "Ready")?.status === "True" &&
  object.status?.observedGeneration === object.metadata.generation;

const conditionsOf = (object: Sourced): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (object.status?.conditions ?? []).map(({ type, status, reason, message }) => [
      type,
      `${status} ${reason}: ${message}`,
    ]),
  );

const chartArchive = (version: string, values = "replicas: 1\n"): Uint8Array =>
  writeTarGz([
    { path: "web/Chart.yaml", content: `apiVersion: v2\nname: web\nversion: ${version}\n` },
    { path: "web/values.yaml", content: values },
    { path: "web/values-prod.yaml", content: "replicas: 3\n" },
    { path: "web/templates/cm.yaml", content: "kind: ConfigMap\n" },
  ]);

test("GitRepository: a commit becomes an artifact, the next one another", async (t) => {
  const world = await startWorld(t);
  const directory = join(world.folder, "git/app");
  await createGitRepository(directory);
  const first = await commitGit({ directory, message: "Add the app", files: { "a.yaml": "one\n", "logo.png": "" } });
  await using server = await serveGit({ root: join(world.folder, "git") });
  await world.create(GitRepository, "app", { url: `${server.url}/app`, ref: { branch: "main" }, interval: "1h" });

  const stored = await world.until<GitRepository>(GitRepository, "app", isReady);
  const message = `stored artifact for revision 'main@sha1:${first}'`;
  assert.deepEqual(conditionsOf(stored), {
    Ready: `True Succeeded: ${message}`,
    ArtifactInStorage: `True Succeeded: ${message}`,
  });
  assert.deepEqual(stored.metadata.finalizers, ["finalizers.fluxcd.io"]);
  const artifact = stored.status?.artifact;
  assert.ok(artifact);
  assert.equal(artifact.revision, `main@sha1:${first}`);
  assert.equal(artifact.path, `gitrepository/apps/app/${first}.tar.gz`);
  const served = new Uint8Array(await (await fetch(artifact.url)).arrayBuffer());
  assert.deepEqual(
    readTarGz(served).map(({ path }) => path),
    ["a.yaml"],
  );

  const second = await commitGit({ directory, message: "Change the app", files: { "a.yaml": "two\n" } });
  await world.ask(GitRepository, "app");
  const next = await world.until<GitRepository>(
    GitRepository,
    "app",
    (object) => isReady(object) && object.status?.artifact?.revision === `main@sha1:${second}`,
  );
  assert.equal(next.status?.lastHandledReconcileAt, "now");
  const events = (await world.events("app")).map(({ type, reason, message: text }) => `${type} ${reason} ${text}`);
  assert.deepEqual(events, [
    "Normal NewArtifact stored artifact for commit 'Add the app'",
    "Normal NewArtifact stored artifact for commit 'Change the app'",
  ]);
  assert.deepEqual((await world.events("app"))[1]?.annotations, {
    "source.toolkit.fluxcd.io/revision": `main@sha1:${second}`,
    "source.toolkit.fluxcd.io/digest": next.status?.artifact?.digest,
  });

  await world.client.delete({
    apiVersion: GitRepository.apiVersion,
    kind: "GitRepository",
    namespace: "apps",
    name: "app",
  });
  const gone = async (): Promise<boolean> => (await fetch(artifact.url)).status === 404;
  for (let tries = 0; tries < 200 && !(await gone()); tries += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await gone(), true, "the artifact is removed with its object");
});

test("HelmChart: follows its HelmRepository from version to version", async (t) => {
  const world = await startWorld(t);
  const directory = join(world.folder, "charts");
  await mkdir(directory);
  await writeFile(join(directory, "web-1.0.0.tgz"), chartArchive("1.0.0"));
  await using server = await serveChartRepository({ directory });
  // The chart is there first: it waits for its source.
  await world.create(HelmChart, "web", {
    chart: "web",
    version: ">=1.0.0",
    interval: "1h",
    sourceRef: { kind: "HelmRepository", name: "charts" },
  });
  const waiting = await world.until<HelmChart>(
    HelmChart,
    "web",
    (object) => conditionsOf(object)["FetchFailed"] !== undefined,
  );
  assert.deepEqual(conditionsOf(waiting), {
    Reconciling: "True ProgressingWithRetry: building artifact",
    Ready: `False SourceUnavailable: failed to get source: HelmRepository.source.toolkit.fluxcd.io "charts" not found`,
    FetchFailed: `True SourceUnavailable: failed to get source: HelmRepository.source.toolkit.fluxcd.io "charts" not found`,
  });
  assert.notEqual(waiting.status?.observedGeneration, 1);

  await world.create(HelmRepository, "charts", { url: server.url, interval: "1h" });
  const repository = await world.until<HelmRepository>(HelmRepository, "charts", isReady);
  const { revision = "" } = repository.status?.artifact ?? {};
  assert.match(revision, /^sha256:[0-9a-f]{64}$/);
  assert.equal(conditionsOf(repository)["Ready"], `True Succeeded: stored artifact: revision '${revision}'`);
  assert.equal(repository.status?.artifact?.path, `helmrepository/apps/charts/index-${revision.slice(7)}.yaml`);
  assert.match(repository.status?.url ?? "", /\/helmrepository\/apps\/charts\/index\.yaml$/);
  assert.equal((await fetch(repository.status?.url ?? "")).status, 200);

  const pulled = await world.until<HelmChart>(HelmChart, "web", isReady);
  assert.deepEqual(conditionsOf(pulled), {
    Ready: "True ChartPullSucceeded: pulled 'web' chart with version '1.0.0'",
    ArtifactInStorage: "True ChartPullSucceeded: pulled 'web' chart with version '1.0.0'",
  });
  assert.equal(pulled.status?.artifact?.path, "helmchart/apps/web/web-1.0.0.tgz");
  assert.equal(pulled.status?.observedChartName, "web");
  assert.equal(pulled.status?.observedSourceArtifactRevision, revision);

  await writeFile(join(directory, "web-1.1.0.tgz"), chartArchive("1.1.0"));
  await world.ask(HelmRepository, "charts");
  const next = await world.until<HelmChart>(
    HelmChart,
    "web",
    (object) => isReady(object) && object.status?.artifact?.revision === "1.1.0",
  );
  assert.equal(conditionsOf(next)["Ready"], "True ChartPullSucceeded: pulled 'web' chart with version '1.1.0'");
});

test("HelmChart: packages a folder of a GitRepository with its file:// dependency and values files", async (t) => {
  const world = await startWorld(t);
  const directory = join(world.folder, "git/app");
  await createGitRepository(directory);
  const commit = await commitGit({
    directory,
    message: "Add charts",
    files: {
      "charts/web/Chart.yaml":
        'apiVersion: v2\nname: web\nversion: 1.2.3\ndependencies:\n- {name: lib, version: "1.x.x", repository: "file://../lib"}\n',
      "charts/web/values.yaml": "replicas: 1\nimage: {tag: a, repo: r}\n",
      "charts/web/templates/cm.yaml": "kind: ConfigMap\n",
      "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.1\n",
      "charts/lib/values.yaml": "x: 1\n",
      "prod.yaml": "image: {tag: b}\n",
    },
  });
  await using server = await serveGit({ root: join(world.folder, "git") });
  await world.create(GitRepository, "app", { url: `${server.url}/app`, ref: { branch: "main" }, interval: "1h" });
  await world.create(HelmChart, "web", {
    chart: "./charts/web",
    interval: "1h",
    reconcileStrategy: "Revision",
    valuesFiles: ["charts/web/values.yaml", "prod.yaml"],
    sourceRef: { kind: "GitRepository", name: "app" },
  });
  const packaged = await world.until<HelmChart>(HelmChart, "web", isReady);
  const version = `1.2.3+${commit?.slice(0, 12)}.1`;
  assert.equal(
    conditionsOf(packaged)["Ready"],
    `True ChartPackageSucceeded: packaged 'web' chart with version '${version}' and merged values files [charts/web/values.yaml prod.yaml]`,
  );
  const { artifact } = packaged.status ?? {};
  assert.ok(artifact);
  assert.equal(artifact.revision, version);
  const files = new Map(
    readTarGz(await world.store.read(artifact)).map(({ path, content }) => [path, new TextDecoder().decode(content)]),
  );
  assert.match(files.get("web/Chart.yaml") ?? "", new RegExp(`^version: ${version.replaceAll(/[.+]/g, "\\$&")}$`, "m"));
  assert.equal(files.get("web/values.yaml"), "image:\n  repo: r\n  tag: b\nreplicas: 1\n");
  assert.ok(files.has("web/charts/lib/Chart.yaml"));
});

test("sources say what is wrong, and go on", async (t) => {
  const world = await startWorld(t);
  const directory = join(world.folder, "charts");
  await mkdir(directory);
  await writeFile(join(directory, "web-1.0.0.tgz"), chartArchive("1.0.0"));
  await using server = await serveChartRepository({ directory });
  await world.create(HelmRepository, "charts", { url: server.url, interval: "1h" });
  await world.create(HelmRepository, "missing", { url: `${server.url}/nothing`, interval: "1h" });
  await world.create(HelmRepository, "down", { url: "http://127.0.0.1:1/charts", interval: "1h" });
  await world.create(GitRepository, "down", { url: "http://127.0.0.1:1/app", interval: "1h" });
  await world.create(HelmRepository, "registry", { url: "oci://127.0.0.1:1/charts" });
  await world.create(HelmRepository, "secret", { url: server.url, secretRef: { name: "nope" } });
  const charts = {
    nope: { chart: "nope" },
    range: { chart: "web", version: ">2" },
    values: { chart: "web", valuesFiles: ["no.yaml"] },
  };
  for (const [name, spec] of Object.entries(charts))
    await world.create(HelmChart, name, {
      interval: "1h",
      sourceRef: { kind: "HelmRepository", name: "charts" },
      ...spec,
    });

  const failing: readonly {
    kind: typeof HelmRepository | typeof GitRepository | typeof HelmChart;
    name: string;
    want: string;
    isStalled?: boolean;
  }[] = [
    {
      kind: HelmRepository,
      name: "missing",
      want: `Failed: failed to fetch Helm repository index: failed to cache index to temporary file: failed to fetch ${server.url}/nothing/index.yaml : 404 Not Found`,
    },
    {
      kind: HelmRepository,
      name: "down",
      want: 'Failed: failed to fetch Helm repository index: failed to cache index to temporary file: Get "http://127.0.0.1:1/charts/index.yaml": dial tcp 127.0.0.1:1: connect: connection refused',
    },
    {
      kind: GitRepository,
      name: "down",
      want: `GitOperationFailed: failed to checkout and determine revision: unable to clone 'http://127.0.0.1:1/app': Get "http://127.0.0.1:1/app/info/refs?service=git-upload-pack": dial tcp 127.0.0.1:1: connect: connection refused`,
    },
    {
      kind: HelmRepository,
      name: "registry",
      want: "URLInvalid: invalid Helm repository URL: 'oci' URL scheme cannot be used with 'default' HelmRepository type",
      isStalled: true,
    },
    {
      kind: HelmRepository,
      name: "secret",
      want: `AuthenticationFailed: failed to get authentication secret 'apps/nope': secrets "nope" not found`,
    },
    {
      kind: HelmChart,
      name: "nope",
      want: "InvalidChartReference: invalid chart reference: failed to get chart version for remote reference: no chart name found",
      isStalled: true,
    },
    {
      kind: HelmChart,
      name: "range",
      want: "InvalidChartReference: invalid chart reference: failed to get chart version for remote reference: no 'web' chart with version matching '>2' found",
      isStalled: true,
    },
    {
      kind: HelmChart,
      name: "values",
      want: "ValuesFilesError: values files merge error: failed to merge chart values: no values file found at path 'no.yaml'",
      isStalled: true,
    },
  ];
  for (const { kind, name, want, isStalled = false } of failing) {
    const failed = await world.until<Sourced>(
      kind,
      name,
      (object) => conditionsOf(object)["Ready"] === `False ${want}`,
    );
    const conditions = conditionsOf(failed);
    assert.equal(conditions["Stalled"], isStalled ? `True ${want}` : undefined, name);
    assert.equal(
      conditions["Reconciling"]?.startsWith("True ProgressingWithRetry"),
      isStalled ? undefined : true,
      name,
    );
    assert.equal(failed.status?.observedGeneration === 1, isStalled, name);
    const [reason, ...message] = want.split(": ");
    const warned = (await world.events(name)).filter((event) => event.type === "Warning" && event.reason === reason);
    assert.equal(warned[0]?.message, message.join(": "), name);
  }
  await world.until<HelmRepository>(HelmRepository, "charts", isReady);
});

test("a reconcile that changes nothing writes nothing", async (t) => {
  const world = await startWorld(t);
  const directory = join(world.folder, "charts");
  await mkdir(directory);
  await writeFile(join(directory, "web-1.0.0.tgz"), chartArchive("1.0.0"));
  await using charts = await serveChartRepository({ directory });
  const git = join(world.folder, "git/app");
  await createGitRepository(git);
  await commitGit({ directory: git, message: "m", files: { a: "1" } });
  await using server = await serveGit({ root: join(world.folder, "git") });
  await world.create(HelmRepository, "charts", { url: charts.url, interval: "200ms" });
  await world.create(GitRepository, "app", { url: `${server.url}/app`, ref: { branch: "main" }, interval: "200ms" });
  await world.create(HelmChart, "web", {
    chart: "web",
    interval: "200ms",
    sourceRef: { kind: "HelmRepository", name: "charts" },
  });
  await world.until<HelmRepository>(HelmRepository, "charts", isReady);
  await world.until<GitRepository>(GitRepository, "app", isReady);
  await world.until<HelmChart>(HelmChart, "web", isReady);
  const countOf = (kind: string): number => world.reports.filter((report) => report.kind === kind).length;
  const kinds = ["HelmRepository", "GitRepository", "HelmChart"];
  const several = async (count: number): Promise<void> => {
    const from = kinds.map(countOf);
    while (!kinds.every((kind, index) => countOf(kind) >= (from[index] ?? 0) + count))
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await several(1);
  const before = world.writes.length;
  await several(2);
  assert.deepEqual(world.writes.slice(before), []);
});

test("HelmRepository: a server that knows its index by a tag is not asked to send it again", async (t) => {
  const world = await startWorld(t);
  const asked: (string | null)[] = [];
  await using server = await serve(async (request) => {
    asked.push(request.headers.get("if-none-match"));
    if (request.headers.get("if-none-match") === '"1"') return new Response(null, { status: 304 });
    return new Response("apiVersion: v1\nentries: {}\n", { headers: { etag: '"1"' } });
  });
  await world.create(HelmRepository, "charts", { url: server.url, interval: "100ms" });
  await world.until<HelmRepository>(HelmRepository, "charts", isReady);
  while (asked.length < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(asked.slice(0, 3), [null, '"1"', '"1"']);
  assert.equal(isReady(await world.get<HelmRepository>(HelmRepository, "charts")), true);
});

test("sources tell of an object without a spec", async (t) => {
  const world = await startWorld(t);
  await world.create(GitRepository, "empty", undefined);
  const failed = await world.until<GitRepository>(
    GitRepository,
    "empty",
    (object) => object.status?.conditions !== undefined && conditionsOf(object)["Stalled"] !== undefined,
  );
  assert.equal(conditionsOf(failed)["Ready"], "False URLInvalid: spec is missing");
});
