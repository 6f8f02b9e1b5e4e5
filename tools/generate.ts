// Writes the generated files, or with --check says which are not fresh: the definitions of our kinds in config/crd/.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crdManifests } from "../src/api/index.ts";
import { formatYaml } from "../src/base/yaml/index.ts";
import type { Value } from "../src/base/value.ts";

const folder = "config/crd";
const wanted = new Map(
  crdManifests().map((definition) => [`${definition.metadata.name}.yaml`, formatYaml(definition as unknown as Value)]),
);

function read(name: string): string | undefined {
  try {
    return readFileSync(join(folder, name), "utf8");
  } catch {
    return undefined;
  }
}

mkdirSync(folder, { recursive: true });
const stale = [...wanted].filter(([name, text]) => read(name) !== text).map(([name]) => name);
const extra = readdirSync(folder).filter((name) => !wanted.has(name));
if (process.argv.includes("--check")) {
  for (const name of [...stale, ...extra])
    process.stdout.write(`${join(folder, name)} is not fresh: run npm run generate\n`);
  process.exitCode = stale.length + extra.length > 0 ? 1 : 0;
} else {
  for (const name of stale) writeFileSync(join(folder, name), wanted.get(name)!);
  for (const name of extra) rmSync(join(folder, name));
}
