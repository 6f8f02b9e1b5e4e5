/** Node has these loaded when a program starts. */
const loaded = new Set(["node:fs", "node:path", "node:util"]);

/** Changes a chunk so that it loads the other parts of Node when it first uses them: most runs need none of them. */
export function withLazyBuiltins(code: string): string {
  let changed = code;
  for (const [line, name, builtin] of code.matchAll(/^let (node_\w+) = require\("(node:[\w/]+)"\);$/gm)) {
    if (name === undefined || builtin === undefined || loaded.has(builtin)) continue;
    changed = changed
      .replaceAll(new RegExp(`\\b${name}\\.`, "g"), `${name}().`)
      .replace(line, `let ${name}_;\nconst ${name} = () => (${name}_ ??= require("${builtin}"));`);
  }
  return changed;
}
