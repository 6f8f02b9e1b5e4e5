/** A source's path from the root, its size and when it was changed, in milliseconds. */
export type Stamp = readonly [path: string, size: number, modified: number];

export interface EntryParts {
  /** The chunk that exports `main`. */
  readonly program: string;
  /** Sources of what `helm template` runs. */
  readonly offline: readonly Stamp[];
  /** The file in dist/ with the stamps of all others. */
  readonly restFile: string;
}

/**
 * The text of dist/cox.cjs. It runs the bundle only while every source of it is as it was bundled, and the sources themselves otherwise:
 * looking at them takes less than a millisecond for `helm template`, and nobody ever runs stale code.
 */
export function entry({ program, offline, restFile }: EntryParts): string {
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

function isOffline(words) {
  return words[process.env.COX_INVOKED_AS === "helm" ? 0 : 1] === "template";
}

const line = process.argv.slice(2);
if (line.length === 1 && (line[0] === "--version" || line[0] === "version")) {
  writeSync(1, "cox version " + JSON.parse(readFileSync(root + "package.json", "utf8")).version + "\\n");
} else if (
  isFresh(${JSON.stringify(offline)}) &&
  (isOffline(line) || isFresh(JSON.parse(readFileSync(__dirname + ${JSON.stringify(`/${restFile}`)}, "utf8"))))
) {
  require(${JSON.stringify(`./${program}`)})
    .main(line)
    .then((code) => {
      process.exitCode = code;
    });
} else import("../src/cli/main.ts");
`;
}
