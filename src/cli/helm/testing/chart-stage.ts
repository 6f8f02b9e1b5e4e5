import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "../../../base/node/serve.ts";
import { registryProgram, startRegistry } from "../../../oci/testing/registry.ts";

/** One line of a scenario: a helm command, or a word for what is on the disk. */
export interface Step {
  readonly line: string;
  readonly stdin?: string;
}

export interface Scenario {
  readonly name: string;
  readonly steps: readonly (string | Step)[];
}

export interface Printed {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Recorded = Step & Printed;

/** Runs one helm command line of a scenario. */
export type RunHelm = (args: readonly string[], stage: Stage, stdin: string) => Promise<Printed>;

/**
 * What the chart commands act on: a folder of charts, a home of its own, and a proxy behind which the hosts of the scenarios are. So
 * that URLs, and the digests of what contains them, are the same wherever it runs.
 */
export interface Stage {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export const hasRegistry = registryProgram !== undefined;

const testdata = fileURLToPath(new URL("../testdata/chart-commands/", import.meta.url));
const fixed = new Date("2026-01-02T03:04:05Z");
const user = { username: "ada", password: "sesame" };

/** Plays a scenario on a stage of its own, and tells what each step printed. */
export async function playScenario(scenario: Scenario, run: RunHelm): Promise<readonly Recorded[]> {
  const ends: (() => unknown)[] = [];
  const after = (end: () => unknown): void => void ends.push(end);
  try {
    const stage = await openStage(after);
    const recorded: Recorded[] = [];
    for (const given of scenario.steps) {
      const step = typeof given === "string" ? { line: given } : given;
      const printed = await playStep(step, stage, run);
      recorded.push({
        ...step,
        exit: printed.exit,
        stdout: normalizeFor(stage, printed.stdout),
        stderr: normalizeFor(stage, printed.stderr),
      });
    }
    return recorded;
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

async function openStage(after: (end: () => unknown) => void): Promise<Stage> {
  const root = mkdtempSync(join(tmpdir(), "cox-stage-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  const cwd = join(root, "work");
  cpSync(join(testdata, "work"), cwd, { recursive: true });
  for (const folder of ["keys", "repository", "plugins"])
    cpSync(join(testdata, folder), join(root, folder), { recursive: true });
  for (const file of readdirSync(join(root, "repository"))) utimesSync(join(root, "repository", file), fixed, fixed);
  mkdirSync(join(root, "home"));
  const registries: Record<string, string> = {};
  if (hasRegistry) {
    registries["registry.example.test"] = await startRegistry({ after });
    registries["private-registry.example.test"] = await startRegistry({ after }, user);
  }
  const proxy = await listen((incoming, outgoing) => answer(incoming, outgoing, registries));
  after(() => proxy.close());
  const env = {
    HOME: join(root, "home"),
    PATH: `${join(root, "plugins", "bin")}:${process.env.PATH ?? ""}`,
    TZ: "UTC",
    http_proxy: proxy.url,
    HELM_PLUGINS: join(root, "plugins", "helm"),
  };
  return { cwd, env };
}

/** What the proxy says for each host of the scenarios. */
function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  registries: Readonly<Record<string, string>>,
): void {
  const url = new URL(incoming.url ?? "/", "http://nowhere.example.test");
  const registry = registries[url.host];
  if (registry !== undefined) {
    const forwarded = request(
      `http://${registry}${url.pathname}${url.search}`,
      { method: incoming.method ?? "GET", headers: incoming.headers },
      (from) => {
        outgoing.writeHead(from.statusCode ?? 502, from.headers);
        from.pipe(outgoing);
      },
    );
    forwarded.on("error", () => outgoing.writeHead(502).end());
    incoming.pipe(forwarded);
    return;
  }
  const [own = ""] = url.host.split(".");
  if (own === "private" || own === "mixed") {
    const wanted = `Basic ${Buffer.from(`${user.username}:${user.password}`).toString("base64")}`;
    if (incoming.headers.authorization !== wanted) return void outgoing.writeHead(401).end("no\n");
  } else if (own !== "charts" && own !== "broken") return void outgoing.writeHead(404).end("no\n");
  const path = decodeURIComponent(url.pathname.slice(1));
  const name = path === "index.yaml" && (own === "mixed" || own === "broken") ? `${own}-index.yaml` : path;
  const file = name.includes("/") ? undefined : join(testdata, "repository", name);
  const content = file === undefined || name === "" ? undefined : readIfThere(file);
  if (content === undefined) outgoing.writeHead(404).end("no\n");
  else outgoing.writeHead(200, { "content-length": content.length }).end(content);
}

async function playStep(step: Step, stage: Stage, run: RunHelm): Promise<Printed> {
  const line = step.line.replaceAll("{proxy}", stage.env["http_proxy"]!.slice("http://".length));
  const [word = "", ...rest] = wordsOf(line);
  const at = (path = "."): string => join(stage.cwd, path);
  const said = (stdout: string): Printed => ({ exit: 0, stdout, stderr: "" });
  switch (word) {
    case "cat":
      return said(readIfThere(at(rest[0]))?.toString("utf8") ?? "(none)\n");
    case "ls":
      return said(listing(at(rest[0])));
    case "sum":
      return said(
        `${createHash("sha256")
          .update(readFileSync(at(rest[0])))
          .digest("hex")}\n`,
      );
    case "rm":
      rmSync(at(rest[0]), { recursive: true, force: true });
      return said("");
    case "cp":
      cpSync(at(rest[0]), at(rest[1]), { recursive: true, preserveTimestamps: true });
      return said("");
    case "write":
      mkdirSync(dirname(at(rest[0])), { recursive: true });
      writeFileSync(at(rest[0]), step.stdin ?? "");
      return said("");
    case "gpg-verify": {
      const gpg = spawnSync("gpgv", ["--keyring", at("../keys/pubring.gpg"), "--output", "-", at(rest[0])], {
        env: stage.env,
      });
      return { exit: gpg.status ?? 1, stdout: "", stderr: "" };
    }
    case "helm":
      return run(rest, stage, step.stdin ?? "");
    case "outline": {
      const printed = await run([...rest, "--help"], stage, "");
      return { ...printed, stdout: outlineOf(printed.stdout) };
    }
    default:
      throw new Error(`a scenario has no word ${JSON.stringify(word)}`);
  }
}

/** The help of a command without its prose: what it is called, and the names and types of its flags. */
function outlineOf(help: string): string {
  const start = help.indexOf("\nUsage:\n");
  const lines = help.slice(start + 1).split("\n");
  return (
    lines
      .map((line) => line.replace(/^( *-.*?) {3,}.*$/, "$1").replace(/^( {2}(?!helm )[a-z]+) .*$/, "$1"))
      // The bounds on what charts may cost are our own.
      .filter((line) => !/^ *--max-(?!col-width)/.test(line))
      .map((line) => `${line}\n`)
      .join("")
  );
}

/** Words are parted by blanks; single quotes keep blanks. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ""));
}

function listing(folder: string): string {
  const names: string[] = [];
  const walk = (path: string, prefix: string): void => {
    for (const name of readdirSync(path).toSorted()) {
      if (name === "wazero-build") continue; // helm compiles its plugins' runtime there
      const isFolder = statSync(join(path, name)).isDirectory();
      names.push(`${prefix}${name}${isFolder ? "/" : ""}`);
      if (isFolder) walk(join(path, name), `${prefix}${name}/`);
    }
  };
  try {
    walk(folder, "");
  } catch {
    return "(none)\n";
  }
  return names.map((name) => `${name}\n`).join("");
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function normalizeFor(stage: Stage, text: string): string {
  return text
    .replaceAll(dirname(stage.cwd), "<stage>")
    .replaceAll(stage.env["http_proxy"]!.slice("http://".length), "<proxy>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(?:Z|[+-]\d\d:\d\d)/g, "<time>")
    .replaceAll(/tmpcharts-\d+/g, "tmpcharts-<pid>")
    .replaceAll(/\b(chart|full)-\d{10}\b/g, "$1-<seconds>")
    .replaceAll(/(index\.yaml|\.tgz)\d{6,}/g, "$1")
    .replaceAll(/(Chart Hash Verified: sha256:)[0-9a-f]{64}/g, "$1<hash>")
    .replaceAll(/helm-\d{6,}/g, "helm-<temporary>");
}
