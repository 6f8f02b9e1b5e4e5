import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { loadChartDirectory } from "./directory.ts";

async function folderWith(t: TestContext, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "chart-"));
  t.after(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, ".."), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const chartYaml = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

test("loadChartDirectory() leaves out what .helmignore names, and dot files in templates/", async (t) => {
  const folder = await folderWith(t, {
    "Chart.yaml": chartYaml,
    ".helmignore": "# comment\n*.tmp\n/only-top.txt\ndocs/\nfiles/*.log\n",
    "a.tmp": "",
    "sub/b.tmp": "",
    "only-top.txt": "",
    "sub/only-top.txt": "",
    "docs/x.md": "",
    "files/a.log": "",
    "files/deep/a.log": "",
    "templates/.hidden.yaml": "",
    "templates/a.yaml": "",
  });
  const chart = await loadChartDirectory(folder);
  assert.deepEqual(
    chart.files.map(({ name }) => name),
    [".helmignore", "files/deep/a.log", "sub/only-top.txt"],
  );
  assert.deepEqual(
    chart.templates.map(({ name }) => name),
    ["templates/a.yaml"],
  );
});

test("loadChartDirectory() refuses ** in .helmignore with Helm's text", async (t) => {
  const folder = await folderWith(t, { "Chart.yaml": chartYaml, ".helmignore": "docs/**\n" });
  await assert.rejects(loadChartDirectory(folder), { message: "double-star (**) syntax is not supported" });
});

test("loadChartDirectory() follows links, but not out of the root it is given", async (t) => {
  const outside = await folderWith(t, { "secret.txt": "secret" });
  const folder = await folderWith(t, { "chart/Chart.yaml": chartYaml, "shared/notes.txt": "shared" });
  const chart = join(folder, "chart");
  await symlink(join(folder, "shared/notes.txt"), join(chart, "notes.txt"));
  assert.equal((await loadChartDirectory(chart, { root: folder })).files.length, 1);
  await symlink(join(outside, "secret.txt"), join(chart, "secret.txt"));
  assert.equal((await loadChartDirectory(chart)).files.length, 2);
  await assert.rejects(loadChartDirectory(chart, { root: folder }), /the link leaves the chart's folder/);
});

test("loadChartDirectory() ends for folders that link to themselves", async (t) => {
  const folder = await folderWith(t, { "Chart.yaml": chartYaml, "a/b.txt": "" });
  await symlink(folder, join(folder, "a/loop"));
  await assert.rejects(loadChartDirectory(folder));
});
