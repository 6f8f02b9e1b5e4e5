// Run by code-cache.ts: node train.cjs CHUNK CACHE CHART... Plain JavaScript, as it runs the chunk in the way of the entry.
"use strict";
const { readFileSync, writeFileSync } = require("node:fs");
const { dirname } = require("node:path");
const { Script } = require("node:vm");

const [filename, cache, ...charts] = process.argv.slice(2);
const chunk = new module.constructor(filename, module);
chunk.filename = filename;
const script = new Script(module.constructor.wrap(readFileSync(filename, "utf8")), { filename });
script.runInThisContext().call(chunk.exports, chunk.exports, (id) => chunk.require(id), chunk, filename, dirname(filename));
(async () => {
  for (const chart of charts) {
    const code = await chunk.exports.main(["helm", "template", "training", chart]);
    if (code !== 0) process.exitCode = code;
  }
  writeFileSync(cache, script.createCachedData());
})();
