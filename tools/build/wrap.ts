/** The text of a script that is the function which Node makes of a CommonJS file, in ASCII only. */
export function asScript(code: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${asAscii(code)}\n})`;
}

/**
 * The same program in ASCII only: one character beyond Latin-1 makes V8 keep two bytes for each of all characters. Throws for a character that
 * cannot be written otherwise.
 */
export function asAscii(code: string): string {
  if (/\\[^\0-\x7f]/.test(code))
    throw new Error("cannot build: a character that is not ASCII stands behind a backslash");
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * The text of a function that runs a script in the place of a module, from V8's code cache of it, as the build has trained it: Node's own
 * compile cache has the outermost functions only.
 */
export const runScript = `function runScript(filename, cache, loaded, require) {
  const { readFileSync } = require("node:fs");
  const { Script } = require("node:vm");
  let cachedData;
  try {
    cachedData = readFileSync(cache);
  } catch {}
  const script = new Script(readFileSync(filename, "latin1"), { filename, cachedData });
  script.runInThisContext().call(loaded.exports, loaded.exports, require, loaded, filename, __dirname);
}`;

/** The text of a CommonJS file that is what a script beside it exports. */
export function packageEntry(name: string): string {
  return `// Written by tools/build.ts.
"use strict";
${runScript}
runScript(__dirname + ${JSON.stringify(`/${name}.script`)}, __dirname + ${JSON.stringify(`/${name}.cache`)}, module, require);
`;
}
