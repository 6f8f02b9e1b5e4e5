import { createReadStream } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { Readable } from "node:stream";

/** Serves the files under a folder, read only. Links are followed as long as they stay inside; nothing outside is reachable. */
export function createFileHandler(root: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== "GET" && request.method !== "HEAD")
      return new Response("method not allowed\n", { status: 405, headers: { allow: "GET, HEAD" } });
    const path = await resolveInside(root, new URL(request.url).pathname);
    if (path === undefined) return notFound();
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return notFound();
    if (found.isDirectory()) return listing(path, request);
    if (!found.isFile()) return notFound();

    const modified = new Date(Math.floor(found.mtimeMs / 1000) * 1000);
    const headers = {
      "accept-ranges": "none",
      "content-length": String(found.size),
      "content-type": contentTypeOf(path),
      "last-modified": modified.toUTCString(),
    };
    const since = Date.parse(request.headers.get("if-modified-since") ?? "");
    if (since >= modified.getTime()) return new Response(null, { status: 304 });
    if (request.method === "HEAD") return new Response(null, { headers });
    return new Response(Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>, { headers });
  };
}

async function resolveInside(root: string, pathname: string): Promise<string | undefined> {
  const segments: string[] = [];
  for (const raw of pathname.split("/")) {
    if (raw === "") continue;
    const segment = tryDecode(raw);
    if (segment === undefined || segment === "." || segment === ".." || /[/\\\0]/.test(segment)) return undefined;
    segments.push(segment);
  }
  try {
    const real = await realpath(root);
    const path = await realpath(join(real, ...segments));
    return path === real || path.startsWith(real + sep) ? path : undefined;
  } catch {
    return undefined;
  }
}

function tryDecode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

async function listing(folder: string, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (!pathname.endsWith("/")) return new Response(null, { status: 301, headers: { location: `${pathname}/` } });
  const entries = (await readdir(folder, { withFileTypes: true })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const lines = entries.map((entry) => {
    const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
    return `<a href="${encodeURIComponent(entry.name)}${entry.isDirectory() ? "/" : ""}">${escapeHtml(name)}</a>\n`;
  });
  const headers = { "content-type": "text/html; charset=utf-8" };
  return new Response(request.method === "HEAD" ? null : `<!doctype html>\n<pre>\n${lines.join("")}</pre>\n`, {
    headers,
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&#34;");
}

function contentTypeOf(path: string): string {
  if (path.endsWith("gz")) return "application/gzip";
  return path.endsWith(".yaml") ? "application/yaml" : "application/octet-stream";
}

function notFound(): Response {
  return new Response("404 page not found\n", {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8" },
  });
}
