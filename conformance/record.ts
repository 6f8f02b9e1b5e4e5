// Records what the real helm prints for the charts of src/chart/testdata: node conformance/record.ts HELM
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const helm = process.argv[2];
if (helm === undefined) {
  process.stderr.write("cannot record: the path of a helm 4 program is missing\n");
  process.exit(2);
}
const testdata = join(import.meta.dirname, "../src/chart/testdata");
const cases = JSON.parse(readFileSync(join(testdata, "cases.json"), "utf8")) as readonly {
  readonly name: string;
  readonly args: readonly string[];
}[];
mkdirSync(join(testdata, "recorded"), { recursive: true });
for (const { name, args } of cases) {
  const { status, stdout, stderr } = spawnSync(helm, [...args], {
    cwd: join(testdata, "charts"),
    encoding: "utf8",
    env: { HOME: "/nonexistent", PATH: "" },
  });
  writeFileSync(join(testdata, "recorded", `${name}.txt`), `exit ${status}\n${stdout}=== stderr\n${stderr}`);
}
