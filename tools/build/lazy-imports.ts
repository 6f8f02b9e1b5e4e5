/** Node has these loaded when a program starts. */
const loaded = new Set(["node:fs", "node:path", "node:util"]);

/**
 * Changes a chunk so that it loads other chunks, and the other parts of Node, when it first uses them: most runs need few of them, and a
 * process that runs for months holds only what it has used. It takes for granted that importing a module does nothing else. Throws for an
 * import that is used as a whole.
 */
export function withLazyImports(code: string): string {
  let changed = code.replaceAll(/^require\("\.\/[\w-]+\.cjs"\);\n/gm, "");
  for (const [line, name, path] of code.matchAll(/^(?:let|const) (\w+) = require\("((?:node:|\.\/)[\w./-]+)"\);$/gm)) {
    if (name === undefined || path === undefined || !isPutOff(path) || isReplaced(name, code)) continue;
    changed = changed
      .replaceAll(new RegExp(`\\bnew ${name}((?:\\.\\w+)+)`, "g"), `new (${name}()$1)`)
      .replaceAll(new RegExp(`\\b${name}\\.`, "g"), `${name}().`)
      .replace(line, `let ${name}_;\nconst ${name} = () => (${name}_ ??= require("${path}"));`);
    const left = new RegExp(`.*\\b${name}\\b(?!\\(\\)\\.| = \\(\\) => ).*`).exec(changed);
    if (left !== null) throw new Error(`cannot build: all of ${path} is used in ${JSON.stringify(left[0])}`);
  }
  return changed;
}

/**
 * Parts of Node that a chunk imports are required instead: a script that is compiled from the code cache has nobody who imports for it.
 * Throws for what it would import otherwise.
 */
export function withRequiredBuiltins(code: string): string {
  const changed = code.replaceAll(/\bimport\(("node:[\w/]+")\)/g, "Promise.resolve(require($1))");
  const left = /(?<![{.\w])import\(["'][^"']*["']\)/.exec(changed);
  if (left !== null) throw new Error(`cannot build: ${left[0]} would fail in the chunk of the offline commands`);
  return changed;
}

/** The bundler's own few lines are needed at once. */
function isPutOff(path: string): boolean {
  return !loaded.has(path) && !path.startsWith("./rolldown-runtime");
}

/** The bundler wraps what packages take of Node. */
function isReplaced(name: string, code: string): boolean {
  return new RegExp(`^${name} = `, "m").test(code);
}
