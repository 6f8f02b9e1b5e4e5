// Run by code-cache.ts: node train.cjs CHUNK CACHE CHART... Plain JavaScript, as it runs the chunk in the way of the entry.
"use strict";
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const [filename, cache, ...charts] = process.argv.slice(2);

// Runs a script as the file that programs ask for.
function run(path, file) {
  const loaded = new module.constructor(file, module);
  loaded.filename = file;
  require.cache[file] = loaded;
  const script = new Script(readFileSync(path, "latin1"), { filename: path });
  script.runInThisContext().call(loaded.exports, loaded.exports, (id) => loaded.require(id), loaded, file, dirname(file));
  loaded.loaded = true;
  return { script, exports: loaded.exports };
}

const chunk = run(filename, filename);
const folderOfPackages = join(dirname(filename), "packages");
const packages = readdirSync(folderOfPackages)
  .filter((name) => name.endsWith(".script"))
  .map((name) => join(folderOfPackages, name.slice(0, -".script".length)))
  .map((path) => ({ path, ...run(`${path}.script`, `${path}.cjs`) }));

async function cox(...line) {
  const code = await chunk.exports.main(line);
  if (code !== 0) throw new Error(`cox ${line.join(" ")} ended with exit code ${code}`);
}

// Folders and packages are read in different ways: both are trained.
async function train(folder) {
  for (const chart of charts) await cox("helm", "template", "training", chart, "--include-crds", "--set", "a.b=c");
  for (const chart of charts) await cox("helm", "package", chart, "--destination", folder);
  for (const name of readdirSync(folder)) await cox("helm", "template", "training", join(folder, name));
}

const folder = mkdtempSync(join(tmpdir(), "cox-training-"));
train(folder)
  .then(() => {
    writeFileSync(cache, chunk.script.createCachedData());
    for (const { path, script } of packages) writeFileSync(`${path}.cache`, script.createCachedData());
  })
  .finally(() => rmSync(folder, { recursive: true }));
