import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { parseYaml, parseYamlDocuments } from "../../../base/yaml/index.ts";
import type { CommandGroup, Io } from "../../command.ts";
import { cox } from "../../commands.ts";
import { runLine } from "../../run.ts";

/** What charts fresh from helm 4.2.4 render to; tools/record-scaffold.ts. */
const recorded = JSON.parse(
  readFileSync(new URL("./testdata/scaffold.output.json", import.meta.url), "utf8"),
) as readonly { readonly release: string; readonly flags: readonly string[]; readonly objects: readonly Named[] }[];

interface Named {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

async function openPlace(t: TestContext) {
  const cwd = await mkdtemp(join(tmpdir(), "cox-create-"));
  t.after(() => rm(cwd, { recursive: true, force: true }));
  const run = async (...line: readonly string[]) => {
    const printed = { stdout: "", stderr: "" };
    const io: Io = {
      stdout: (text) => void (printed.stdout += text),
      stderr: (text) => void (printed.stderr += text),
      stdin: async () => "",
      env: { HELM_DATA_HOME: join(cwd, "data") },
      cwd,
      isTerminal: false,
      signal: t.signal,
      now: () => new Date(0),
    };
    return { exit: await runLine(cox.commands.helm as CommandGroup, "helm", line, io), ...printed };
  };
  return { cwd, run };
}

const filesIn = async (folder: string): Promise<readonly string[]> => {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).toSorted();
};
const sorted = (objects: readonly Named[]): readonly Named[] =>
  objects.toSorted((a, b) => (`${a.kind} ${a.metadata.name}` < `${b.kind} ${b.metadata.name}` ? -1 : 1));

test("helm create makes the files and folders that helm makes", async (t) => {
  const { cwd, run } = await openPlace(t);
  assert.deepEqual(await run("create", "web"), { exit: 0, stdout: "Creating web\n", stderr: "" });
  assert.deepEqual(await filesIn(join(cwd, "web")), [
    ".helmignore",
    "Chart.yaml",
    "charts",
    "templates",
    "templates/NOTES.txt",
    "templates/_helpers.tpl",
    "templates/deployment.yaml",
    "templates/hpa.yaml",
    "templates/httproute.yaml",
    "templates/ingress.yaml",
    "templates/service.yaml",
    "templates/serviceaccount.yaml",
    "templates/tests",
    "templates/tests/test-connection.yaml",
    "values.yaml",
  ]);
  assert.deepEqual(await run("lint", "web", "--strict"), {
    exit: 0,
    stdout: "==> Linting web\n[INFO] Chart.yaml: icon is recommended\n\n1 chart(s) linted, 0 chart(s) failed\n",
    stderr: "",
  });
});

test("helm create says in helm's order what it overwrites, and leaves the rest alone", async (t) => {
  const { cwd, run } = await openPlace(t);
  await run("create", "web");
  await writeFile(join(cwd, "web/README.md"), "mine");
  const names =
    "Chart.yaml values.yaml .helmignore templates/ingress.yaml templates/httproute.yaml templates/deployment.yaml \
templates/service.yaml templates/serviceaccount.yaml templates/hpa.yaml templates/NOTES.txt templates/_helpers.tpl \
templates/tests/test-connection.yaml".split(" ");
  const warnings = names.map((name) => `WARNING: File "${cwd}/web/${name}" already exists. Overwriting.\n`);
  assert.equal((await run("create", "web")).stdout, `Creating web\n${warnings.join("")}`);
  assert.equal(await readFile(join(cwd, "web/README.md"), "utf8"), "mine");
});

test("helm create makes a chart that renders to the objects of helm's", async (t) => {
  const { run } = await openPlace(t);
  await run("create", "web");
  for (const { release, flags, objects } of recorded) {
    const { stdout, stderr } = await run("template", release, "web", ...flags);
    const found = parseYamlDocuments(stdout).filter((one) => one !== null) as unknown as readonly Named[];
    assert.deepEqual(
      JSON.parse(JSON.stringify(sorted(found))),
      sorted(objects),
      `${release} ${flags.join(" ")}${stderr}`,
    );
  }
});

// As helm 4.2.4 says it.
const refused = [
  { line: ["a/b"], message: "stat {cwd}/a: no such file or directory" },
  { line: ["file"], message: "file {cwd}/file already exists and is not a directory" },
  { line: ["file/web"], message: "no such directory {cwd}/file" },
  { line: ["bad name"], message: 'chart name must match the regular expression "^[a-zA-Z0-9._-]+$"' },
  { line: ["a".repeat(251)], message: "chart name must be between 1 and 250 characters" },
  {
    line: ["web", "--starter", "none"],
    message: "could not load {cwd}/data/starters/none: stat {cwd}/data/starters/none: no such file or directory",
  },
  { line: [], message: '"helm create" requires 1 argument\n\nUsage:  helm create NAME [flags]' },
];
for (const { line, message } of refused)
  test(`helm create refuses ${JSON.stringify(line.join(" ").slice(0, 40))}`, async (t) => {
    const { cwd, run } = await openPlace(t);
    await writeFile(join(cwd, "file"), "");
    const { exit, stderr } = await run("create", ...line);
    assert.deepEqual({ exit, stderr }, { exit: 1, stderr: `Error: ${message.replaceAll("{cwd}", cwd)}\n` });
    assert.deepEqual(await readdir(cwd), ["file"]);
  });

test("helm create --starter takes over a chart under a name of its own", async (t) => {
  const { cwd, run } = await openPlace(t);
  const starter = join(cwd, "data/starters/ours");
  await mkdir(join(starter, "templates"), { recursive: true });
  await writeFile(join(starter, "Chart.yaml"), "apiVersion: v2\nname: ours\nversion: 9.9.9\n");
  await writeFile(join(starter, "values.yaml"), "# of <CHARTNAME>\nname: <CHARTNAME>\n");
  await writeFile(join(starter, "templates/a.yaml"), "kind: <CHARTNAME>\n");
  await writeFile(join(starter, "README.md"), "<CHARTNAME>");
  assert.equal((await run("create", "web", "-p", "ours")).exit, 0);
  const read = (name: string): Promise<string> => readFile(join(cwd, "web", name), "utf8");
  assert.deepEqual(parseYaml(await read("Chart.yaml")), {
    apiVersion: "v2",
    appVersion: "0.1.0",
    description: "A Helm chart for Kubernetes",
    name: "web",
    type: "application",
    version: "0.1.0",
  });
  assert.equal(await read("values.yaml"), "# of web\nname: web\n");
  assert.equal(await read("templates/a.yaml"), "kind: web\n");
  assert.equal(await read("README.md"), "<CHARTNAME>");
});
