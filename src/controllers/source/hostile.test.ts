import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { findCondition, HelmChart, HelmRepository } from "../../api/index.ts";
import { serve } from "../../base/node/serve.ts";
import { gzip, type NewTarEntry, writeTar, writeTarGz } from "../../base/node/tar.ts";
import { startWorld } from "./testing/world.ts";

const metadata = (name: string, version: string): string => `apiVersion: v2\nname: ${name}\nversion: ${version}\n`;

function archiveOf(name: string, version: string, more: readonly NewTarEntry[] = []): Uint8Array {
  return writeTarGz([{ path: `${name}/Chart.yaml`, content: metadata(name, version) }, ...more]);
}

function indexOf(names: readonly string[], version: string): string {
  const entries = names.map(
    (name) => `  ${name}:\n  - {apiVersion: v2, name: ${name}, version: ${version}, urls: [${name}-${version}.tgz]}`,
  );
  return `apiVersion: v1\nentries:\n${entries.join("\n")}\n`;
}

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1 << 16)) });
}

const aliases = Array.from({ length: 9 }, (_, n) => {
  const inner = n === 0 ? '"ha"' : Array.from({ length: 10 }, () => `*a${n - 1}`).join(", ");
  return `a${n}: &a${n} [${inner}]`;
});

/** What a server may give in the place of its next index. */
const indexes: Readonly<Record<string, () => Response>> = {
  page: () => new Response("<html>Sign in</html>"),
  empty: () => new Response(""),
  endless: () => new Response(endless()),
  list: () => new Response("- a\n- b\n"),
  version: () => new Response("entries: {}\n"),
  bomb: () => new Response(`apiVersion: v1\n${aliases.join("\n")}\nentries: *a8\n`),
  deep: () => new Response(`apiVersion: v1\nentries: ${"[".repeat(200_000)}\n`),
  twice: () => new Response("apiVersion: v1\nentries:\n  web: []\n  web: []\n"),
  error: () => new Response("no", { status: 503 }),
};

/** What may be in the place of the next version of a chart. A folder's size is what it unpacks to. */
const archives: Readonly<Record<string, () => Uint8Array>> = {
  text: () => Buffer.from("not an archive"),
  nothing: () => writeTarGz([]),
  cut: () => archiveOf("cut", "2.0.0", [{ path: "cut/a", content: Buffer.alloc(9000, "x") }]).subarray(0, 60),
  climbing: () => archiveOf("climbing", "2.0.0", [{ path: "climbing/../../etc/cron.d/x", content: "x" }]),
  zeros: () => gzip(endlessZeros("zeros")),
  nameless: () => writeTarGz([{ path: "nameless/Chart.yaml", content: "version: 2.0.0\n" }]),
  many: () =>
    archiveOf(
      "many",
      "2.0.0",
      Array.from({ length: 100_000 }, (_, count) => ({ path: `many/files/${count}`, content: "" })),
    ),
  large: () => archiveOf("large", "2.0.0", [{ path: "large/a", content: randomBytes(11 << 20) }]),
};

/** A tar of a chart and one file of a gibibyte of zeros would take as much memory here: half of it is beyond every limit, too. */
function endlessZeros(name: string): Uint8Array {
  const chart = { path: `${name}/Chart.yaml`, content: metadata(name, "2.0.0") };
  return writeTar([chart, { path: `${name}/zeros`, content: new Uint8Array(512 << 20) }]);
}

test("HelmRepository: whatever a server gives, the last good index stays, and others go on", async (t) => {
  const world = await startWorld(t);
  let isHostile = false;
  const server = await serve(async (request) => {
    const [, name = ""] = new URL(request.url).pathname.split("/");
    const trick = isHostile ? indexes[name] : undefined;
    return trick?.() ?? new Response(indexOf(["web"], isHostile ? "2.0.0" : "1.0.0"));
  });
  t.after(() => server.close());
  const names = [...Object.keys(indexes), "honest"];
  const good = new Map<string, string>();
  for (const name of names) await world.create(HelmRepository, name, { url: `${server.url}/${name}`, interval: "1h" });
  for (const name of names) {
    const stored = await world.until<HelmRepository>(
      HelmRepository,
      name,
      ({ status }) => status?.artifact !== undefined,
    );
    good.set(name, stored.status?.artifact?.revision ?? "");
  }
  isHostile = true;
  for (const name of names) await world.ask(HelmRepository, name);
  await world.until<HelmRepository>(
    HelmRepository,
    "honest",
    ({ status }) => status?.artifact !== undefined && status.artifact.revision !== good.get("honest"),
  );
  for (const name of Object.keys(indexes)) {
    const failed = await world.until<HelmRepository>(
      HelmRepository,
      name,
      ({ status }) => findCondition(status?.conditions, "FetchFailed") !== undefined,
    );
    const { conditions, artifact } = failed.status ?? {};
    const { reason = "" } = findCondition(conditions, "FetchFailed") ?? {};
    assert.match(reason, name === "error" || name === "endless" ? /^Failed$/ : /^IndexationFailed$/, name);
    assert.equal(findCondition(conditions, "Ready")?.status, "False", name);
    assert.equal(artifact?.revision, good.get(name), name);
    assert.ok(artifact && (await world.store.read(artifact)).byteLength > 0, name);
  }
});

test("HelmChart: whatever a chart's archive is, the last good one stays, and others go on", async (t) => {
  const world = await startWorld(t);
  const names = [...Object.keys(archives), "linked", "honest"];
  let version = "1.0.0";
  const server = await serve(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/index.yaml") return new Response(indexOf(names, version));
    const name = /^\/([a-z]+)-/.exec(pathname)?.[1] ?? "";
    const isNew = pathname.endsWith("-2.0.0.tgz");
    if (!isNew) return new Response(Buffer.from(archiveOf(name, "1.0.0")));
    const archive = name === "linked" ? linked(name, "2.0.0") : (archives[name]?.() ?? archiveOf(name, "2.0.0"));
    return new Response(Buffer.from(archive));
  });
  t.after(() => server.close());
  await world.create(HelmRepository, "charts", { url: server.url, interval: "1h" });
  const sourceRef = { kind: "HelmRepository", name: "charts" };
  for (const name of names)
    await world.create(HelmChart, name, { chart: name, version: "*", interval: "1h", sourceRef });
  for (const name of names)
    await world.until<HelmChart>(HelmChart, name, ({ status }) => status?.artifact?.revision === "1.0.0");
  version = "2.0.0";
  await world.ask(HelmRepository, "charts"); // a new index wakes its charts
  // A link is never followed: it is stored as it came, as Flux stores it.
  for (const name of ["honest", "linked"])
    await world.until<HelmChart>(HelmChart, name, ({ status }) => status?.artifact?.revision === "2.0.0", 60_000);
  for (const name of Object.keys(archives)) {
    const failed = await world.until<HelmChart>(
      HelmChart,
      name,
      ({ status }) => findCondition(status?.conditions, "FetchFailed") !== undefined,
      60_000,
    );
    const { conditions, artifact } = failed.status ?? {};
    assert.equal(findCondition(conditions, "FetchFailed")?.reason, "ChartPullError", name);
    assert.equal(findCondition(conditions, "Ready")?.status, "False", name);
    assert.equal(artifact?.revision, "1.0.0", name);
    assert.ok(artifact && (await world.store.read(artifact)).byteLength > 0, name);
  }
});

/** A chart whose values.yaml is a link to a file of the machine. */
function linked(name: string, version: string): Uint8Array {
  const chart = { path: `${name}/Chart.yaml`, content: metadata(name, version) };
  const tar = Uint8Array.from(writeTar([chart, { path: `${name}/values.yaml`, content: "" }]));
  const header = tar.subarray(1024, 1536); // after the head and the one block of Chart.yaml
  header.set(Buffer.from("2"), 156);
  header.set(Buffer.from("/etc/passwd"), 157);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(Buffer.from(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return gzip(tar);
}
