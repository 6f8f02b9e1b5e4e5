// Records the objects that a chart fresh from the real `helm create` renders to, for several values:
//   node tools/record-scaffold.ts HELM
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseYamlDocuments } from "../src/base/yaml/index.ts";

const helm = process.argv[2];
if (helm === undefined) throw new Error("usage: record-scaffold.ts HELM");
const testdata = "src/cli/helm/create/testdata";
const cases = JSON.parse(readFileSync(`${testdata}/scaffold.input.json`, "utf8")) as readonly {
  readonly release: string;
  readonly flags: readonly string[];
}[];
const cwd = mkdtempSync(join(tmpdir(), "cox-scaffold-"));
const run = (...line: readonly string[]): string => execFileSync(helm, line, { cwd }).toString();
try {
  run("create", "web");
  const recorded = cases.map((one) => ({
    ...one,
    objects: parseYamlDocuments(run("template", one.release, "web", ...one.flags)).filter((object) => object !== null),
  }));
  writeFileSync(`${testdata}/scaffold.output.json`, `${JSON.stringify(recorded, undefined, 1)}\n`);
} finally {
  rmSync(cwd, { recursive: true, force: true });
}
