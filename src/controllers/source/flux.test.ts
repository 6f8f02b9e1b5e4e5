import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import * as fs from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { tag } from "isomorphic-git";
import { GitRepository, HelmChart, HelmRepository } from "../../api/index.ts";
import { writeTarGz } from "../../base/node/tar.ts";
import { commitGit, createGitRepository, serveChartRepository, serveGit } from "../../sources/index.ts";
import { startWorld } from "./testing/world.ts";

/** What source-controller 1.9.1 made of an object, on a real API server. Addresses and hashes are placeholders. */
interface Recorded {
  readonly kind: "GitRepository" | "HelmRepository" | "HelmChart";
  readonly name: string;
  readonly spec: unknown;
  readonly observedGeneration: number | null;
  readonly revision: string | null;
  readonly conditions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

const recorded = JSON.parse(readFileSync(new URL("./testdata/flux.json", import.meta.url), "utf8")) as Recorded[];
const kinds = { GitRepository, HelmRepository, HelmChart } as const;
type Sourced = GitRepository | HelmRepository | HelmChart;

const now = (): Date => new Date("2026-11-25T10:00:00Z");
const dependingOn = (name: string, repository: string): string =>
  `apiVersion: v2\nname: ${name}\nversion: 1.0.0\ndependencies:\n- {name: nolib, version: "1.x.x", repository: "${repository}"}\n`;
const repositoryFiles = {
  "logo.png": "x",
  "run.sh": "y",
  "charts/web/Chart.yaml":
    'apiVersion: v2\nname: web\nversion: 1.2.3\ndependencies:\n- {name: lib, version: "1.x.x", repository: "file://../lib"}\n',
  "charts/web/values.yaml": "replicas: 1\nimage: {tag: a, repo: r}\n",
  "charts/web/templates/cm.yaml": "kind: ConfigMap\n",
  "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.1\n",
  "charts/lib/values.yaml": "x: 1\n",
  "prod.yaml": "image: {tag: b}\n",
  "list.yaml": "- a\n",
  "charts/broken/Chart.yaml": "name: [\n",
  "charts/noname/Chart.yaml": "version: 1.0.0\n",
  "charts/badver/Chart.yaml": "apiVersion: v2\nname: badver\nversion: x\n",
  "charts/depmiss/Chart.yaml": dependingOn("depmiss", "file://../nolib"),
  "charts/depmiss/values.yaml": "a: 1\n",
  "charts/depalias/Chart.yaml": dependingOn("depalias", "@x"),
  "charts/depalias/values.yaml": "a: 1\n",
  "charts/novalues/Chart.yaml": "apiVersion: v2\nname: novalues\nversion: 1.0.0\n",
};
const archive = writeTarGz([
  { path: "web/Chart.yaml", content: "apiVersion: v2\nname: web\nversion: 1.0.0\n" },
  { path: "web/values.yaml", content: "replicas: 1\n" },
  { path: "web/values-prod.yaml", content: "replicas: 3\n" },
  { path: "web/templates/cm.yaml", content: "kind: ConfigMap\n" },
]);

test("the source controllers leave the conditions and events that Flux leaves", async (t) => {
  const world = await startWorld(t);
  const directory = join(world.folder, "git/app");
  await createGitRepository(directory);
  await createGitRepository(join(world.folder, "git/empty"));
  const first = (await commitGit({ directory, message: "Add charts", files: repositoryFiles, now })) ?? "";
  await tag({ fs, dir: directory, ref: "1.0.0" });
  const message = "Scale the app to three replicas because it is Black Friday\n\nbody";
  const second = (await commitGit({ directory, message, files: { "a.yaml": "two\n" }, now })) ?? "";
  await tag({ fs, dir: directory, ref: "2.0.0" });
  await mkdir(join(world.folder, "charts"));
  await writeFile(join(world.folder, "charts/web-1.0.0.tgz"), archive);
  await using gitServer = await serveGit({ root: join(world.folder, "git") });
  await using chartServer = await serveChartRepository({ directory: join(world.folder, "charts") });

  let index = "";
  const fill = (text: string): string =>
    text
      .replaceAll("{git}", gitServer.url)
      .replaceAll("{charts}", chartServer.url)
      .replaceAll("{first}", first)
      .replaceAll("{second}", second)
      .replaceAll("{second12}", second.slice(0, 12))
      .replaceAll("{index}", index);
  const fillAll = <T>(value: T): T => JSON.parse(fill(JSON.stringify(value))) as T;

  for (const { kind, name, spec } of recorded) await world.create(kinds[kind], name, fillAll(spec));
  const charts = await world.until<HelmRepository>(
    HelmRepository,
    "charts",
    (object) => object.status?.artifact !== undefined,
  );
  index = charts.status?.artifact?.revision.slice("sha256:".length) ?? "";

  for (const given of recorded) {
    const { kind, name } = given;
    const want = fillAll(given);
    await t.test(`${kind} ${name}`, async () => {
      if (Object.keys(want.conditions).length === 0) {
        const found = await world.get<Sourced>(kinds[kind], name);
        assert.deepEqual([found.status?.conditions, found.metadata.finalizers], [undefined, undefined]);
        return;
      }
      const settled = await world
        .until<Sourced>(
          kinds[kind],
          name,
          (object) => conditionsOf(object)["Ready"] === want.conditions["Ready"],
          30_000,
        )
        .catch(() => world.get<Sourced>(kinds[kind], name));
      assert.deepEqual(conditionsOf(settled), want.conditions);
      assert.equal(settled.status?.observedGeneration ?? -1, want.observedGeneration);
      assert.equal(settled.status?.artifact?.revision ?? null, want.revision);
      const events = (await world.events(name, kind))
        .filter(({ reason }) => isLasting(reason, name))
        .map(({ type, reason, message: text }) => `${type} ${reason} ${text}`);
      assert.deepEqual(sizeless(events), sizeless(want.events));
    });
  }
});

function conditionsOf(object: Sourced): Readonly<Record<string, string>> {
  const { conditions = [] } = object.status ?? {};
  return Object.fromEntries(
    conditions.map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]),
  );
}

/** Whether an object was looked at before or after its source is a matter of luck. */
function isLasting(reason: string, name: string): boolean {
  return (reason !== "NoSourceArtifact" && reason !== "NoArtifact") || name === "noartifact";
}

/** The size of the stored index is our own encoder's. */
function sizeless(events: readonly string[]): readonly string[] {
  return [...new Set(events.map((event) => event.replace(/of size [0-9.]+k?B/, "of size")))].toSorted();
}
