import { spawn, type ChildProcess } from "node:child_process";
import { findProgram } from "../../base/node/find-program.ts";
import { SourceError } from "../errors.ts";

/** Where Git is installed; undefined where it is not. */
export function findGit(): Promise<string | undefined> {
  return findProgram(process.platform === "win32" ? "git.exe" : "git", process.env["PATH"] ?? "");
}

/** curl's URL of a proxy, with its name for one that resolves names itself, as Go's clients expect it of SOCKS. */
export function forCurl(proxy: string): string {
  return proxy.replace(/^socks5:/, "socks5h:");
}

/** The proxies that the environment names, under the names that Git's library looks at; Go's clients look at both. */
export function proxyEnvironment(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const names = ["http_proxy", "https_proxy", "no_proxy"];
  const told = names.map((name) => [name, env[name.toUpperCase()] || env[name] || ""] as const);
  return Object.fromEntries(told.filter(([, value]) => value !== "").map(([name, value]) => [name, forCurl(value)]));
}

export interface GitProcessOptions {
  readonly program: string;
  readonly gitDirectory: string;
  /** Settings that must not show in the process list: they travel in the environment. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
  /** Picks the sentence that says why out of the standard error. */
  readonly complaint?: (standardError: string) => string;
  readonly signal: AbortSignal;
}

/**
 * Starts Git without a shell and without the machine's configuration: no prompts, hooks, helpers, or protocols other
 * than those of a GitRepository.
 */
export function spawnGit(parameters: readonly string[], options: GitProcessOptions): ChildProcess {
  const settings = Object.entries({
    "core.hooksPath": "/dev/null",
    "credential.helper": "",
    "fetch.writeCommitGraph": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    "protocol.version": "2",
    ...options.settings,
  });
  const environment: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: options.gitDirectory,
    LC_ALL: "C",
    GIT_DIR: options.gitDirectory,
    GIT_ALLOW_PROTOCOL: "http:https:ssh",
    GIT_ASKPASS: "true",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: String(settings.length),
    GIT_TERMINAL_PROMPT: "0",
    ...options.environment,
  };
  settings.forEach(([key, value], index) => {
    environment[`GIT_CONFIG_KEY_${index}`] = key;
    environment[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return spawn(options.program, parameters, {
    cwd: options.gitDirectory,
    env: environment,
    shell: false,
    signal: options.signal,
    stdio: ["pipe", "pipe", "pipe"],
    killSignal: "SIGKILL",
    windowsHide: true,
  });
}

/** Runs Git to its end and returns what it printed. Throws GitOperationFailed with its last complaint. */
export async function runGit(parameters: readonly string[], options: GitProcessOptions): Promise<string> {
  const child = spawnGit(parameters, options);
  child.stdin?.end();
  const [code, output, complaint] = await Promise.all([
    new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    }),
    textOf(child.stdout, 1 << 24),
    textOf(child.stderr, 1 << 16),
  ]).catch((cause: unknown) => {
    if (options.signal.aborted) throw new SourceError("GitOperationFailed", "context deadline exceeded", { cause });
    throw cause;
  });
  if (code === 0) return output;
  throw new SourceError("GitOperationFailed", (options.complaint ?? complaintOf)(complaint));
}

/** The sentence in Git's standard error that says why: the last `fatal:` or `remote:` line. */
export function complaintOf(standardError: string): string {
  const lines = standardError.split("\n").map((line) => line.trim());
  const fatal = lines.findLast((line) => /^(fatal|error|ERROR): /.test(line));
  return (fatal ?? lines.findLast((line) => line !== "") ?? "git failed").replace(/^(fatal|error|ERROR): /, "");
}

async function textOf(stream: AsyncIterable<Uint8Array> | null, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    if (size > limit) continue; // keeps the pipe flowing
    size += chunk.byteLength;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
