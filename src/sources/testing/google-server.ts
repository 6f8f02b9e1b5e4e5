import { createHash } from "node:crypto";
import { type Server, serve } from "../http/serve.ts";

export interface GoogleServerOptions {
  /** Bucket → name → content. */
  readonly buckets: Readonly<Record<string, Map<string, string>>>;
  /** The token that may ask; everybody where it is not given. */
  readonly token?: string;
  readonly pageSize?: number;
  /** Any port when absent. */
  readonly port?: number;
}

/** Serves buckets as the JSON API of Google Cloud Storage does, as far as reading goes. */
export async function serveGoogle(
  options: GoogleServerOptions,
): Promise<Server & { readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = await serve(
    async (request) => {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      return answerAsGoogle(request, options);
    },
    options.port === undefined ? {} : { port: options.port },
  );
  return Object.assign(server, { requests });
}

/** What the service answers. */
export function answerAsGoogle(request: Request, { buckets, token, pageSize = 1000 }: GoogleServerOptions): Response {
  const url = new URL(request.url);
  // Google's client for Go reads objects by the older API.
  const older = /^\/(?!storage\/v1\/)([^/]+)\/(.+)$/.exec(url.pathname);
  if (older !== null) {
    const content = buckets[older[1] ?? ""]?.get(decodeURIComponent(older[2] ?? ""));
    return content === undefined ? new Response("", { status: 404 }) : new Response(content);
  }
  if (token !== undefined && request.headers.get("authorization") !== `Bearer ${token}`)
    return refuse(401, "Invalid Credentials", "authError");
  const [, name = "", isList, object] = /^\/storage\/v1\/b\/([^/]+)(\/o)?(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  const bucket = buckets[name];
  if (bucket === undefined) return refuse(404, "The specified bucket does not exist.", "notFound");
  if (isList === undefined) return Response.json({ kind: "storage#bucket", id: name, name });
  if (object === undefined) return Response.json(pageOf(bucket, url.searchParams, pageSize));
  const key = decodeURIComponent(object);
  const content = bucket.get(key);
  if (content === undefined) return refuse(404, `No such object: ${name}/${key}`, "notFound");
  if (url.searchParams.get("alt") !== "media") return Response.json(resourceOf(key, content));
  const wanted = url.searchParams.get("ifGenerationMatch");
  if (wanted !== null && wanted !== resourceOf(key, content).generation)
    return refuse(412, "At least one of the pre-conditions you specified did not hold.", "conditionNotMet");
  return new Response(content);
}

function pageOf(bucket: ReadonlyMap<string, string>, query: URLSearchParams, pageSize: number) {
  const prefix = query.get("prefix") ?? "";
  const names = [...bucket.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  const from = Number(query.get("pageToken") ?? 0);
  const items = names.slice(from, from + pageSize).map((name) => resourceOf(name, bucket.get(name) ?? ""));
  const isCut = from + pageSize < names.length;
  return {
    kind: "storage#objects",
    ...(items.length === 0 ? {} : { items }),
    ...(isCut ? { nextPageToken: String(from + pageSize) } : {}),
  };
}

function resourceOf(name: string, content: string) {
  const hash = createHash("md5").update(content).digest();
  return { kind: "storage#object", name, etag: hash.toString("base64"), generation: String(hash.readUInt32BE()) };
}

function refuse(code: number, message: string, reason: string): Response {
  const errors = [{ message, domain: "global", reason }];
  return Response.json({ error: { code, message, errors } }, { status: code });
}
