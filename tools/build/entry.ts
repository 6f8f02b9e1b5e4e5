import type { Stamp } from "./stamps.ts";
import { runScript } from "./wrap.ts";

export interface EntryParts {
  /** The script in dist/ with the code of what `helm template` runs, as `asScript` makes it; it exports `main`. */
  readonly offline: string;
  /** The file in dist/ with V8's code cache of it. */
  readonly cache: string;
  /** Its sources. */
  readonly sources: readonly Stamp[];
  /** The file in dist/ with the stamps of all sources. */
  readonly stamps: string;
}

/**
 * The text of dist/cox.cjs. It runs the bundle only while every source of it is as it was bundled, and the sources themselves otherwise:
 * looking at them takes less than a millisecond for `helm template`, and nobody ever runs stale code.
 */
export function entry({ offline, cache, sources, stamps }: EntryParts): string {
  return `// Written by tools/build.ts.
"use strict";
const { readFileSync, statSync, writeSync } = require("node:fs");
const root = __dirname.slice(0, -"dist".length);

function isFresh(stamps) {
  for (let i = 0; i < stamps.length; i += 1) {
    const stamp = stamps[i];
    const found = statSync(root + stamp[0], { throwIfNoEntry: false });
    if (found === undefined || found.mtimeMs !== stamp[2] || found.size !== stamp[1]) return false;
  }
  return true;
}

function readStamps() {
  return JSON.parse(readFileSync(__dirname + ${JSON.stringify(`/${stamps}`)}, "utf8"));
}

${runScript}

// As require() would, but with code for every function that the build has run.
function load() {
  const filename = __dirname + ${JSON.stringify(`/${offline}`)};
  const chunk = new module.constructor(filename, module);
  chunk.filename = filename;
  require.cache[filename] = chunk;
  runScript(filename, __dirname + ${JSON.stringify(`/${cache}`)}, chunk, (id) => chunk.require(id));
  chunk.loaded = true;
  return chunk.exports;
}

const line = process.argv.slice(2);
const isHelm = process.env.COX_INVOKED_AS === "helm";
const isTemplate = line[isHelm ? 0 : 1] === "template";
if (!isHelm && line.length === 1 && (line[0] === "--version" || line[0] === "version")) {
  writeSync(1, "cox version " + JSON.parse(readFileSync(root + "package.json", "utf8")).version + "\\n");
} else if (
  isFresh(isTemplate ? ${JSON.stringify(sources)} : readStamps())
) {
  load()
    .main(line)
    .then((code) => {
      // Everything is written: the heap need not be taken apart.
      if (isTemplate) process.exit(code);
      process.exitCode = code;
    });
} else import("../src/cli/main.ts");
`;
}
