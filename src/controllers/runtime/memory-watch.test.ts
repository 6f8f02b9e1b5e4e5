import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test, type TestContext } from "node:test";
import { watchMemory } from "./memory-watch.ts";

/** A cgroup with these files, and a watch of it whose time the test moves. */
async function start(t: TestContext, files: Readonly<Record<string, string>>, options = {}) {
  const cgroup = await mkdtemp(join(tmpdir(), "cox-cgroup-"));
  t.after(() => rm(cgroup, { recursive: true, force: true }));
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(cgroup, name)), { recursive: true });
    await writeFile(join(cgroup, name), text);
  };
  for (const [name, text] of Object.entries(files)) await write(name, text);
  const lines: string[] = [];
  const tell = (message: string, fields?: Readonly<Record<string, unknown>>): void =>
    void lines.push([message, ...Object.values(fields ?? {})].join(": "));
  let isTicking = true;
  const watch = await watchMemory({
    maximumPath: "",
    currentPath: "",
    threshold: 95,
    interval: 500,
    cgroup,
    log: { info: tell, error: tell },
    setTicker: () => () => (isTicking = false),
    ...options,
  });
  return { watch, write, lines, isTicking: () => isTicking };
}

for (const files of [
  { "memory.max": "1073741824\n", "memory.current": "1020054733\n" },
  { "memory/memory.limit_in_bytes": "1073741824\n", "memory/memory.usage_in_bytes": "1020054733\n" },
])
  test(`watchMemory() tells when the limit in ${Object.keys(files)[0]} is near, and stops`, async (t) => {
    const { watch, lines, isTicking } = await start(t, files);
    assert.equal(watch.near.aborted, false);
    await watch.look();
    assert.equal(watch.near.aborted, true);
    assert.equal(isTicking(), false);
    assert.deepEqual(lines, ["Memory usage is near OOM (972.8 MiB/1.0 GiB), shutting down"]);
  });

test("watchMemory() waits while there is room, and goes on when it cannot look", async (t) => {
  const { watch, write, lines } = await start(t, { "memory.max": "1000", "memory.current": "949" });
  await watch.look();
  assert.deepEqual(lines, []);
  await write("memory.current", "no number");
  await watch.look();
  assert.equal(watch.near.aborted, false);
  assert.deepEqual(lines, [
    'Failed to read current memory usage, skipping check: strconv.ParseUint: parsing "no number": invalid syntax',
  ]);
});

// Flux: internal/oomwatch.
const refusals = [
  { options: { threshold: 0 }, want: "memory usage percent threshold must be between 1 and 100, got 0" },
  { options: { threshold: 101 }, want: "memory usage percent threshold must be between 1 and 100, got 101" },
  { options: { interval: 10 }, want: "interval must be at least 50ms, got 10ms" },
  { options: {}, want: "failed to discover cgroup paths, please specify them manually" },
  { options: { maximumPath: "/none" }, want: "failed to discover current memory path, please specify it manually" },
  { options: { currentPath: "/none" }, want: "failed to discover max memory path, please specify it manually" },
  {
    options: { maximumPath: "/none", currentPath: "/none" },
    want: "failed to confirm existence of current memory usage file: lstat /none: no such file or directory",
  },
  {
    files: { "memory.max": "max\n", "memory.current": "1" },
    options: {},
    want: 'failed to read memory usage limit: strconv.ParseUint: parsing "max": invalid syntax',
  },
];
for (const { files = {}, options, want } of refusals)
  test(`watchMemory() refuses: ${want}`, (t) => assert.rejects(start(t, files, options), { message: want }));
