import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type OutputChunk, type Plugin, rolldown } from "rolldown";
import { writeCodeCache } from "./code-cache.ts";
import { entry } from "./entry.ts";
import { withLazyImports, withRequiredBuiltins } from "./lazy-imports.ts";
import { stampsOf } from "./stamps.ts";
import { asAscii, asScript, packageEntry } from "./wrap.ts";

const root = join(import.meta.dirname, "../..");
const dist = join(root, "dist");

/** Packages that code asks for by name through `loadPackage`. */
const packages = ["bcryptjs", "re2js"];

/** How long chunks of earlier builds stay: a program that runs may still load them. */
const keptMilliseconds = 24 * 3600 * 1000;

export interface Written {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Writes dist/: the entry `cox.cjs`, one chunk with all that renders a chart without a cluster, chunks for the rest that are loaded when a
 * command needs them, and the packages that code asks for by name. The entry is replaced last and at once.
 */
export async function build(): Promise<Written> {
  const began = Date.now();
  mkdirSync(join(dist, "packages"), { recursive: true });
  const chunks = await bundle();
  await writePackages();
  const offline = chunks.find(({ name }) => name === "offline");
  if (offline === undefined) throw new Error("cannot build: the bundler wrote no chunk of the offline commands");
  for (const chunk of chunks) {
    const code = withLazyImports(chunk.code);
    const text = chunk === offline ? asScript(withRequiredBuiltins(code)) : asAscii(code);
    writeFileSync(join(dist, chunk.fileName), text);
  }
  const cache = offline.fileName.replace(/cjs$/, "cache");
  await writeCodeCache(join(dist, offline.fileName), join(dist, cache));
  // A list of its own for each build: an entry must never be held against the sources of another.
  const stamps = `sources-${began.toString(36)}.json`;
  writeFileSync(join(dist, stamps), JSON.stringify(stampsOf(sourcesOf(chunks), began)));
  const sources = stampsOf(sourcesOf([offline]), began);
  const text = entry({ offline: offline.fileName, cache, sources, stamps });
  writeFileSync(join(dist, ".cox.cjs"), text);
  renameSync(join(dist, ".cox.cjs"), join(dist, "cox.cjs"));
  rmSync(join(dist, "compile-cache"), { recursive: true, force: true });
  removeOld(new Set([cache, stamps, ...chunks.map(({ fileName }) => fileName)]));
  return { files: chunks.length, bytes: chunks.reduce((sum, { code }) => sum + code.length, text.length) };
}

async function bundle(): Promise<readonly OutputChunk[]> {
  const offline = await modulesOf("src/cli/helm/template.ts");
  const isOffline = (id: string): boolean => offline.has(id) || isProgram(id) || id.includes("rolldown/runtime");
  const bundled = await rolldown({
    input: { program: join(root, "src/cli/program.ts") },
    cwd: root,
    platform: "node",
    logLevel: "warn",
    plugins: [sourceUrls()],
  });
  const { output } = await bundled.generate({
    format: "cjs",
    exports: "named",
    entryFileNames: "program.cjs",
    chunkFileNames: "[name]-[hash].cjs",
    codeSplitting: { groups: [{ name: "offline", test: isOffline }] },
  });
  // The program's own chunk only hands on `main`.
  return output.filter((file) => file.type === "chunk").filter(({ isEntry }) => !isEntry);
}

/** All modules that one file needs at once, packages included. */
async function modulesOf(file: string): Promise<ReadonlySet<string>> {
  const probe = await rolldown({ input: join(root, file), cwd: root, platform: "node", logLevel: "silent" });
  const { output } = await probe.generate({ format: "esm" });
  const chunks = output.filter((part) => part.type === "chunk");
  const needed = new Set(chunks.filter(({ isEntry }) => isEntry));
  // A set also hands out what is added while it is walked.
  for (const { imports } of needed) {
    for (const chunk of chunks) if (imports.includes(chunk.fileName)) needed.add(chunk);
  }
  return new Set([...needed].flatMap(({ moduleIds }) => moduleIds));
}

function isProgram(id: string): boolean {
  return /^src\/cli\/(program|commands|run|command|flags|standard-stream|flux\/kinds)\.ts$/.test(relative(root, id));
}

async function writePackages(): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(packages.map((name) => [name, name])),
    cwd: root,
    platform: "node",
    logLevel: "warn",
  });
  const { output } = await bundle.generate({ format: "cjs", exports: "named", entryFileNames: "[name].cjs" });
  for (const chunk of output) {
    if (chunk.type !== "chunk" || !packages.includes(chunk.name))
      throw new Error(`cannot build: the packages share ${chunk.fileName}`);
    writeFileSync(join(dist, "packages", `${chunk.name}.script`), asScript(chunk.code));
    writeFileSync(join(dist, "packages", `${chunk.name}.cjs`), packageEntry(chunk.name));
  }
}

/** In the bundle, what a file finds beside itself is still beside the source; packages by name are bundles of their own. */
function sourceUrls(): Plugin {
  return {
    name: "source-urls",
    transform(code, id) {
      if (!id.startsWith(join(root, "src")) || !code.includes("import.meta")) return undefined;
      const file = JSON.stringify(`/../${relative(root, id)}`);
      const url = `require("node:url").pathToFileURL(__dirname + ${file}).href`;
      const changed = code
        .replaceAll("createRequire(import.meta.url)(name)", 'createRequire(__filename)("./packages/" + name + ".cjs")')
        .replaceAll("import.meta.url", url);
      if (changed.includes("import.meta")) throw new Error(`cannot bundle ${id}: only import.meta.url is understood`);
      return changed;
    },
  };
}

/** What chunks are made of, by paths from the root: the project's own sources, and the packages as they are locked. */
function sourcesOf(chunks: readonly OutputChunk[]): string[] {
  const own = join(root, "src");
  const ids = chunks.flatMap(({ moduleIds }) => moduleIds).filter((id) => id.startsWith(own));
  return [...ids.map((id) => relative(root, id)), "package-lock.json"];
}

function removeOld(current: ReadonlySet<string>): void {
  const now = Date.now();
  for (const name of readdirSync(dist)) {
    if (!/-[\w-]+\.(cjs|cache|json)$/.test(name)) continue;
    const path = join(dist, name);
    if (current.has(name)) utimesSync(path, now / 1000, now / 1000);
    else if (now - statSync(path).mtimeMs > keptMilliseconds) rmSync(path);
  }
}
