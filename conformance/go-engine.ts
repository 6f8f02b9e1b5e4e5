import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What is asked of helm's engine: the templates of a chart by path, of which `templates/t.yaml` is the one that counts. */
export interface EngineRequest {
  readonly files: Readonly<Record<string, string>>;
  readonly values: string;
  /** The chart's values.schema.json. */
  readonly schema?: string;
  readonly strict?: boolean;
  readonly lint?: boolean;
}

/** What an engine made of a request; bytes that are no text are shown as U+FFFD. */
export type EngineAnswer = { readonly output: string } | { readonly error: string };

/** Helm's engine in a process of its own, one question at a time in order. */
export interface GoEngine {
  /** Undefined when the process ended without an answer: Go cannot recover from a full stack or memory. */
  ask(request: EngineRequest): Promise<EngineAnswer | undefined>;
  close(): Promise<void>;
}

/** The folder of the real programs that ours is compared with. */
export function peersFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.COX_PEERS ?? join(homedir(), ".cache", "coxswain-peers");
}

/** Helm's engine where it was built before; a newer source does not matter here. */
export function tryFindGoEngine(): string | undefined {
  const binary = engineBinary();
  return existsSync(binary) ? binary : undefined;
}

function engineBinary(): string {
  return join(peersFolder(), "bin", "helm-engine");
}

/** Builds helm's engine where it is missing or older than its source. Throws with what Go said. */
export function buildGoEngine(): string {
  const folder = join(import.meta.dirname, "engine");
  const binary = engineBinary();
  const changed = Math.max(...["main.go", "go.mod"].map((file) => statSync(join(folder, file)).mtimeMs));
  if (existsSync(binary) && statSync(binary).mtimeMs > changed) return binary;
  mkdirSync(join(peersFolder(), "bin"), { recursive: true });
  const { status, stderr, error } = spawnSync(
    "go",
    ["build", "-buildvcs=false", "-ldflags", "-s -w", "-o", binary, "."],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  if (error !== undefined) throw new Error("cannot build helm's engine: Go is not there", { cause: error });
  if (status !== 0) throw new Error(`cannot build helm's engine: ${stderr.trim()}`);
  return binary;
}

const patience = 10_000;

/** Starts helm's engine. It ends when it is closed, or when this process does. */
export function startGoEngine(binary: string): GoEngine {
  type Waiting = { readonly request: EngineRequest; readonly resolve: (answer: EngineAnswer | undefined) => void };
  const waiting: Waiting[] = [];
  let closing = false;
  // An engine that has questions and says nothing is lost in one of them.
  const watch = setTimeout(() => {
    const before = waiting.length;
    // What it said while our own engine kept this process busy comes in first.
    setImmediate(() => {
      if (before > 0 && waiting.length === before) child.kill("SIGKILL");
      watch.refresh();
    });
  }, patience);
  watch.unref();
  let child = start();

  function start(): ReturnType<typeof spawn> {
    const started = spawn(binary, [], { stdio: ["pipe", "pipe", "ignore"], env: { TZ: "UTC" } });
    createInterface({ input: started.stdout }).on("line", (line) => {
      waiting.shift()?.resolve(readAnswer(line));
      watch.refresh();
    });
    started.stdin.on("error", () => undefined);
    started.on("close", () => {
      const lost = waiting.shift();
      if (lost === undefined || closing) return;
      lost.resolve(undefined);
      child = start();
      for (const { request } of waiting) write(request);
    });
    return started;
  }

  function write(request: EngineRequest): void {
    const files = Object.fromEntries(Object.entries(request.files).map(([name, text]) => [name, base64(text)]));
    child.stdin?.write(
      `${JSON.stringify({ ...request, files, values: base64(request.values), schema: base64(request.schema ?? "") })}\n`,
    );
  }

  return {
    ask(request) {
      const { promise, resolve } = Promise.withResolvers<EngineAnswer | undefined>();
      waiting.push({ request, resolve });
      write(request);
      return promise;
    },
    async close() {
      closing = true;
      clearTimeout(watch);
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.stdin?.end();
      await ended;
    },
  };
}

function readAnswer(line: string): EngineAnswer {
  const { output = "", error } = JSON.parse(line) as { readonly output?: string; readonly error?: string };
  if (error !== undefined) return { error: Buffer.from(error, "base64").toString() };
  return { output: Buffer.from(output, "base64").toString() };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
