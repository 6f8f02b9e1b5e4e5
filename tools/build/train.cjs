// Run by code-cache.ts: node train.cjs CHUNK CACHE CHART... Plain JavaScript, as it runs the chunk in the way of the entry.
"use strict";
const { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { dirname, join } = require("node:path");
const { Script } = require("node:vm");

const [filename, cache, ...charts] = process.argv.slice(2);
const chunk = new module.constructor(filename, module);
chunk.filename = filename;
require.cache[filename] = chunk;
const script = new Script(readFileSync(filename, "latin1"), { filename });
script.runInThisContext().call(chunk.exports, chunk.exports, (id) => chunk.require(id), chunk, filename, dirname(filename));

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
  .then(() => writeFileSync(cache, script.createCachedData()))
  .finally(() => rmSync(folder, { recursive: true }));
