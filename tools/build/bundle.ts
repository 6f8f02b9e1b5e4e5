import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type Plugin, rolldown } from "rolldown";
import { entry, type Stamp } from "./entry.ts";

const root = join(import.meta.dirname, "../..");
const dist = join(root, "dist");

/** Packages that code asks for by name through `loadPackage`. */
const packages = ["bcryptjs", "re2js", "smol-toml"];

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
  const offline = await modulesOf("src/cli/helm/template.ts");
  const bundle = await rolldown({
    input: { cox: join(root, "src/cli/program.ts") },
    cwd: root,
    platform: "node",
    logLevel: "warn",
    plugins: [sourceUrls()],
  });
  const { output } = await bundle.write({
    dir: dist,
    format: "cjs",
    exports: "named",
    entryFileNames: "program-[hash].cjs",
    chunkFileNames: "[name]-[hash].cjs",
    codeSplitting: { groups: [{ name: "offline", test: (id) => offline.has(id) || isProgram(id) }] },
  });
  await writePackages();
  const chunks = output.filter((file) => file.type === "chunk");
  const program = chunks.find(({ isEntry }) => isEntry);
  if (program === undefined) throw new Error("cannot build: the bundler wrote no entry");
  const sources = (ids: readonly string[]): string[] =>
    ids.filter((id) => id.startsWith(join(root, "src"))).map((id) => relative(root, id));
  const isOffline = ({ name }: { readonly name: string }): boolean => name === "offline";
  const rest = chunks.filter((chunk) => !isOffline(chunk)).flatMap(({ moduleIds }) => moduleIds);
  const restFile = program.fileName.replace(/cjs$/, "json");
  writeFileSync(join(dist, restFile), JSON.stringify(stamps(sources(rest), began)));
  const text = entry({
    program: program.fileName,
    offline: stamps(sources(chunks.filter(isOffline).flatMap(({ moduleIds }) => moduleIds)), began),
    restFile,
  });
  writeFileSync(join(dist, ".cox.cjs"), text);
  renameSync(join(dist, ".cox.cjs"), join(dist, "cox.cjs"));
  removeOld(new Set([restFile, ...chunks.map(({ fileName }) => fileName)]));
  return { files: chunks.length + 1, bytes: chunks.reduce((sum, { code }) => sum + code.length, text.length) };
}

/** All modules that one file needs at once, packages included. */
async function modulesOf(file: string): Promise<ReadonlySet<string>> {
  const probe = await rolldown({ input: join(root, file), cwd: root, platform: "node", logLevel: "silent" });
  const { output } = await probe.generate({ format: "esm" });
  const first = output.filter((chunk) => chunk.type === "chunk" && !chunk.isDynamicEntry);
  return new Set(first.flatMap((chunk) => (chunk.type === "chunk" ? chunk.moduleIds : [])));
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
  await bundle.write({
    dir: join(dist, "packages"),
    format: "cjs",
    exports: "named",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name]-[hash].cjs",
  });
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

/** What tells that a source is the one that was bundled. */
function stamps(files: readonly string[], began: number): Stamp[] {
  return files.toSorted().map((path) => {
    const { size, mtimeMs } = statSync(join(root, path));
    if (mtimeMs >= began) throw new Error(`cannot build: ${path} changed meanwhile`);
    return [path, size, mtimeMs];
  });
}

function removeOld(current: ReadonlySet<string>): void {
  const now = Date.now();
  for (const name of readdirSync(dist)) {
    if (!/-[\w-]{8}\.(cjs|json)$/.test(name)) continue;
    const path = join(dist, name);
    if (current.has(name)) utimesSync(path, now / 1000, now / 1000);
    else if (now - statSync(path).mtimeMs > keptMilliseconds) rmSync(path);
  }
}
