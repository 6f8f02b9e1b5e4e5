import { isDigest, isRepositoryName } from "../reference.ts";
import { Refused } from "./answers.ts";
import { type Exchange, notAllowed } from "./exchange.ts";
import type { Storage } from "./storage.ts";
import { type Chunk, rangeOf } from "./uploads.ts";

/** GET, HEAD and DELETE of a blob. */
export async function answerBlob(
  { request, storage }: Exchange,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Promise<Response> {
  const size = (await storage.hasBlob(repository, digest)) ? await storage.blobSize(digest) : undefined;
  if (size === undefined) throw new Refused("BLOB_UNKNOWN", "blob unknown to registry", { detail: digest });
  const headers = {
    "docker-content-digest": digest,
    "content-type": "application/octet-stream",
    "accept-ranges": "bytes",
    etag: `"${digest}"`,
  };
  switch (request.method) {
    case "HEAD":
      return new Response(null, { headers: { ...headers, "content-length": String(size) } });
    case "GET": {
      const range = readRange(request.headers.get("range"), size);
      if (range === undefined)
        return new Response(storage.streamBlob(digest), { headers: { ...headers, "content-length": String(size) } });
      return new Response(storage.streamBlob(digest, range), {
        status: 206,
        headers: {
          ...headers,
          "content-length": String(range.end - range.start + 1),
          "content-range": `bytes ${range.start}-${range.end}/${size}`,
        },
      });
    }
    case "DELETE":
      await storage.unlinkBlob(repository, digest);
      return new Response(null, { status: 202, headers: { "docker-content-digest": digest } });
    default:
      return notAllowed("GET, HEAD, DELETE");
  }
}

/** POST: begins an upload, or is one, or takes a blob from another repository. */
export async function answerUploads(exchange: Exchange, { repository }: { readonly repository: string }) {
  const { request, query, storage, uploads } = exchange;
  if (request.method !== "POST") return notAllowed("POST");
  const mount = query.get("mount");
  if (mount !== null) {
    const digest = checkDigest(mount);
    if (await canMount(storage, digest, query.get("from"))) {
      await storage.linkBlob(repository, digest);
      return created(repository, digest);
    }
  }
  const algorithm = query.get("digest-algorithm");
  if (algorithm !== null && algorithm !== "sha256" && algorithm !== "sha512")
    throw new Refused("DIGEST_INVALID", "digest algorithm is not supported", { detail: { algorithm } });
  const wanted = query.get("digest");
  const digest = wanted === null ? undefined : checkDigest(wanted);
  const id = await uploads.start(repository);
  if (digest === undefined) return accepted(repository, id, 0);
  try {
    await uploads.append(repository, id, chunkOf(request));
    await uploads.finish(repository, id, digest);
  } catch (error) {
    await uploads.cancel(repository, id).catch(() => undefined); // nobody knows the id
    throw error;
  }
  return created(repository, digest);
}

/** Without `from`, any blob of the registry will do: who may ask at all may read every repository. */
async function canMount(storage: Storage, digest: string, from: string | null): Promise<boolean> {
  if ((await storage.blobSize(digest)) === undefined) return false;
  return from === null || (isRepositoryName(from) && (await storage.hasBlob(from, digest)));
}

/** GET, PATCH, PUT and DELETE of an upload. */
export async function answerUpload(
  { request, query, uploads }: Exchange,
  { repository, id }: { readonly repository: string; readonly id: string },
): Promise<Response> {
  switch (request.method) {
    case "GET":
    case "HEAD": {
      const headers = { location: uploadPath(repository, id), range: rangeOf(await uploads.offset(repository, id)) };
      return new Response(null, { status: 204, headers: { ...headers, "docker-upload-uuid": id } });
    }
    case "PATCH":
      return accepted(repository, id, await uploads.append(repository, id, chunkOf(request)));
    case "PUT": {
      const digest = checkDigest(query.get("digest") ?? "");
      await uploads.append(repository, id, chunkOf(request));
      await uploads.finish(repository, id, digest);
      return created(repository, digest);
    }
    case "DELETE":
      await uploads.cancel(repository, id);
      return new Response(null, { status: 204 });
    default:
      return notAllowed("GET, PATCH, PUT, DELETE");
  }
}

function accepted(repository: string, id: string, offset: number): Response {
  const headers = { location: uploadPath(repository, id), range: rangeOf(offset), "docker-upload-uuid": id };
  return new Response(null, { status: 202, headers });
}

function created(repository: string, digest: string): Response {
  const headers = { location: `/v2/${repository}/blobs/${digest}`, "docker-content-digest": digest };
  return new Response(null, { status: 201, headers });
}

function uploadPath(repository: string, id: string): string {
  return `/v2/${repository}/blobs/uploads/${id}`;
}

function checkDigest(text: string): string {
  if (isDigest(text)) return text;
  throw new Refused("DIGEST_INVALID", "provided digest is not one that this registry knows", {
    detail: { digest: text.slice(0, 200) },
  });
}

/** `Content-Range: 0-1023`, in the specification's own form; a client may leave it out and stream. */
function chunkOf(request: Request): Chunk {
  const { body } = request;
  const text = request.headers.get("content-range");
  if (text === null) return { body };
  const match = /^(?:bytes[ =])?(\d{1,15})-(\d{1,15})(?:\/(?:\d+|\*))?$/.exec(text);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || end < start) throw new Refused("RANGE_INVALID", "invalid content range");
  return { body, range: { start, end } };
}

/** One range is served; of several, or of what makes no sense, the whole. */
function readRange(header: string | null, size: number): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start >= size || end < start)
    throw new Refused("RANGE_INVALID", "range is not satisfiable", { headers: { "content-range": `bytes */${size}` } });
  return { start, end };
}
