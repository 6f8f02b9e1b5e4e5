/** Node has these loaded when a program starts. */
const loaded = new Set(["node:fs", "node:path", "node:util"]);

/**
 * Changes a chunk so that it loads the other parts of Node when it first uses them: most runs need none of them. Throws for what it
 * would import otherwise.
 */
export function withLazyBuiltins(code: string): string {
  let changed = code;
  for (const [line, name, builtin] of code.matchAll(/^let (node_\w+) = require\("(node:[\w/]+)"\);$/gm)) {
    if (name === undefined || builtin === undefined || loaded.has(builtin)) continue;
    changed = changed
      .replaceAll(new RegExp(`\\b${name}\\.`, "g"), `${name}().`)
      .replace(line, `let ${name}_;\nconst ${name} = () => (${name}_ ??= require("${builtin}"));`);
  }
  // A script that is compiled from the code cache has nobody who imports for it; parts of Node can be required just as well.
  changed = changed.replaceAll(/\bimport\(("node:[\w/]+")\)/g, "Promise.resolve(require($1))");
  const left = /(?<![{.\w])import\(["'][^"']*["']\)/.exec(changed);
  if (left !== null) throw new Error(`cannot build: ${left[0]} would fail in the chunk of the offline commands`);
  return changed;
}
