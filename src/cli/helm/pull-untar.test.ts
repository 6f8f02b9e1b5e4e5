import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { writeTarGz } from "../../base/node/tar.ts";
import { listen } from "../../base/node/serve.ts";
import type { CommandGroup, Io } from "../command.ts";
import { cox } from "../commands.ts";
import { runLine } from "../run.ts";

/** Pulls and unpacks a package with these files; `prepare` sees the folder before. */
async function pull(
  t: TestContext,
  files: Readonly<Record<string, string>>,
  prepare: (folder: string) => void = () => undefined,
) {
  const root = mkdtempSync(join(tmpdir(), "cox-untar-"));
  const folder = join(root, "work");
  mkdirSync(folder);
  prepare(folder);
  const bytes = writeTarGz(Object.entries(files).map(([path, content]) => ({ path, content, modified: 0 })));
  const server = await listen((_, outgoing) => outgoing.writeHead(200).end(bytes));
  t.after(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });
  let stderr = "";
  const io: Io = {
    stdout: () => undefined,
    stderr: (text) => void (stderr += text),
    stdin: async () => "",
    env: { HOME: join(root, "home") },
    cwd: folder,
    isTerminal: false,
    signal: new AbortController().signal,
    now: () => new Date(0),
  };
  const line = ["pull", `${server.url}/web-1.0.0.tgz`, "--untar"];
  const exit = await runLine(cox.commands.helm as CommandGroup, "helm", line, io);
  return { exit, stderr, folder, root };
}

const chartYaml = (name: string): string => `apiVersion: v2\nname: ${JSON.stringify(name)}\nversion: 1.0.0\n`;

test("helm pull --untar writes the files as they are in the package", async (t) => {
  const text = `# a comment\n${chartYaml("web")}`;
  const { exit, folder } = await pull(t, { "web/Chart.yaml": text, "web/templates/a.yaml": "a: 1\n" });
  assert.equal(exit, 0);
  assert.equal(readFileSync(join(folder, "web/Chart.yaml"), "utf8"), text);
  assert.equal(readFileSync(join(folder, "web/templates/a.yaml"), "utf8"), "a: 1\n");
});

const hostile = [
  { name: "a path that leaves the chart", files: { "web/Chart.yaml": chartYaml("web"), "web/../../../evil": "x" } },
  { name: "an absolute path", files: { "web/Chart.yaml": chartYaml("web"), "web//evil": "x" } },
  { name: "a name that is a path", files: { "web/Chart.yaml": chartYaml("../evil"), "web/a": "x" } },
  { name: "a name that is the folder", files: { "web/Chart.yaml": chartYaml("."), "web/evil": "x" } },
  { name: "a package without a name", files: { "web/Chart.yaml": "apiVersion: v2\n", "web/evil": "x" } },
];
for (const { name, files } of hostile) {
  test(`helm pull --untar refuses ${name}`, async (t) => {
    const { exit, stderr, folder, root } = await pull(t, files);
    assert.equal(exit, 1);
    assert.match(stderr, /^Error: ch/);
    assert.ok(!existsSync(join(folder, "evil")) && !existsSync(join(root, "evil")));
  });
}

test("helm pull --untar does not write through links that were there before", async (t) => {
  const elsewhere = mkdtempSync(join(tmpdir(), "cox-elsewhere-"));
  t.after(() => rmSync(elsewhere, { recursive: true }));
  const files = { "x/Chart.yaml": chartYaml("known"), "x/templates/evil.yaml": "x" };
  const { exit, stderr } = await pull(t, files, (folder) => {
    mkdirSync(join(folder, "known"));
    symlinkSync(elsewhere, join(folder, "known", "templates"));
  });
  assert.equal(exit, 1);
  assert.match(stderr, /it leaves the chart's folder/);
  assert.deepEqual(readdirSync(elsewhere), []);
});
