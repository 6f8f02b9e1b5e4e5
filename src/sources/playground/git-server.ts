import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join, sep } from "node:path";
import { findGit } from "../git/program.ts";
import { listen, type ListenOptions, type Server } from "../http/serve.ts";
import { answerUploadPack } from "./upload-pack.ts";

export interface GitServerOptions extends ListenOptions {
  /** The folder that holds the repositories; bare ones, or work trees with a `.git` folder. */
  readonly root: string;
  /** The Git program; looked for by default. Without it the server is read only. */
  readonly program?: string | "none";
}

/**
 * Serves the repositories of a folder over HTTP, on loopback, to anyone who asks: `git http-backend` where Git is
 * installed, our own upload-pack where it is not.
 */
export async function serveGit(options: GitServerOptions): Promise<Server> {
  const program = options.program ?? (await findGit()) ?? "none";
  return listen((incoming, outgoing) => {
    serveOne({ root: options.root, program, incoming, outgoing }).catch(() => {
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  }, options);
}

interface Exchange {
  readonly root: string;
  readonly program: string | "none";
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

const services = /^\/(?<repository>.+?)\/(?<rest>info\/refs|git-upload-pack|git-receive-pack|HEAD|objects\/.+)$/;

async function serveOne(exchange: Exchange): Promise<void> {
  const { incoming, outgoing, root, program } = exchange;
  const url = new URL(incoming.url?.startsWith("/") ? incoming.url : "/", "http://localhost");
  const match = services.exec(decodeURIComponent(url.pathname));
  const repository = match?.groups?.["repository"] ?? "";
  const rest = match?.groups?.["rest"] ?? "";
  const gitDirectory = await findRepository(root, repository);
  if (match === null || gitDirectory === undefined) {
    outgoing.writeHead(404, { "content-type": "text/plain" }).end("Repository not found\n");
    return;
  }
  if (program === "none") await answerUploadPack({ gitDirectory, rest, query: url.searchParams, incoming, outgoing });
  else await answerWithProgram({ ...exchange, program, gitDirectory, rest, query: url.search.slice(1) });
}

async function findRepository(root: string, name: string): Promise<string | undefined> {
  if (name.split("/").some((part) => part === "" || part === "." || part === "..") || /[\\\0]/.test(name))
    return undefined;
  const folder = join(root, ...name.split("/"));
  if (!folder.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined;
  for (const candidate of [folder, `${folder}.git`, join(folder, ".git"), join(folder.replace(/\.git$/, ""), ".git")])
    if (
      await stat(join(candidate, "HEAD")).then(
        (found) => found.isFile(),
        () => false,
      )
    )
      return candidate;
  return undefined;
}

/** CGI (RFC 3875), as far as `git http-backend` needs it. */
async function answerWithProgram(
  options: Exchange & { readonly gitDirectory: string; readonly rest: string; readonly query: string },
): Promise<void> {
  const { program, incoming, outgoing, gitDirectory, rest, query } = options;
  const child = spawn(program, ["http-backend"], {
    shell: false,
    windowsHide: true,
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: gitDirectory,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_COUNT: "3",
      // The folder may belong to somebody else, such as root in a container; serving it is what we were asked to do.
      GIT_CONFIG_KEY_0: "safe.directory",
      GIT_CONFIG_VALUE_0: "*",
      GIT_CONFIG_KEY_1: "http.receivepack",
      GIT_CONFIG_VALUE_1: "true",
      // A push to the branch that a work tree shows updates its files.
      GIT_CONFIG_KEY_2: "receive.denyCurrentBranch",
      GIT_CONFIG_VALUE_2: "updateInstead",
      GIT_PROJECT_ROOT: gitDirectory,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: `/${rest}`,
      QUERY_STRING: query,
      REQUEST_METHOD: incoming.method ?? "GET",
      CONTENT_TYPE: incoming.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: incoming.headers["content-encoding"] ?? "",
      ...(incoming.headers["content-length"] === undefined
        ? {}
        : { CONTENT_LENGTH: incoming.headers["content-length"] }),
      REMOTE_ADDR: "127.0.0.1",
      REMOTE_USER: "playground",
      GIT_PROTOCOL: String(incoming.headers["git-protocol"] ?? ""),
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  outgoing.once("close", () => child.kill("SIGKILL"));
  child.stdin.once("error", () => undefined);
  incoming.pipe(child.stdin);
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    if (head === undefined) {
      outgoing.write(chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) continue;
    const headers: Record<string, string> = {};
    for (const line of head.toString("latin1", 0, end).split("\r\n")) {
      const colon = line.indexOf(":");
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const { status = "200", ...others } = headers;
    outgoing.writeHead(Number.parseInt(status, 10), others);
    outgoing.write(head.subarray(end + 4));
    head = undefined;
  }
  if (head !== undefined) outgoing.writeHead(500);
  outgoing.end();
}
