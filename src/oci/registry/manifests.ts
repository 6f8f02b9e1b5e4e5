import { createHash } from "node:crypto";
import { BodyError, readBounded } from "../../base/node/body.ts";
import { isDigest, isTag } from "../reference.ts";
import { mediaTypes } from "../types.ts";
import { pageOf, Refused } from "./answers.ts";
import { type Exchange, notAllowed } from "./exchange.ts";
import { type PushedManifest, readPushedManifest } from "./manifest-rules.ts";
import type { Storage } from "./storage.ts";

interface Named {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
}

/** GET, HEAD, PUT and DELETE of a manifest. */
export async function answerManifest(exchange: Exchange, named: Named): Promise<Response> {
  switch (exchange.request.method) {
    case "GET":
    case "HEAD":
      return pull(exchange, named);
    case "PUT":
      return push(exchange, named);
    case "DELETE":
      return remove(exchange, named);
    default:
      return notAllowed("GET, HEAD, PUT, DELETE");
  }
}

async function pull({ request, storage }: Exchange, { repository, reference }: Named): Promise<Response> {
  const digest = isDigest(reference) ? reference : await storage.tag(repository, reference);
  const record = digest === undefined ? undefined : await storage.manifest(repository, digest);
  if (digest === undefined || record === undefined) throw unknown(repository, reference);
  const headers = {
    "content-type": record.mediaType,
    "content-length": String(record.size),
    "docker-content-digest": digest,
    etag: `"${digest}"`,
  };
  if (request.method === "HEAD") return new Response(null, { headers });
  return new Response((await storage.readBlob(digest)) as Uint8Array<ArrayBuffer>, { headers });
}

async function push(exchange: Exchange, { repository, reference }: Named): Promise<Response> {
  const { request, query, storage, maxManifestSize } = exchange;
  const content = await readContent(request, maxManifestSize);
  const digest = digestFor(content, isDigest(reference) ? reference : query.get("digest"));
  const tags = isDigest(reference) ? query.getAll("tag") : [reference];
  if (tags.length > 100) throw new Refused("TAG_INVALID", "more than 100 tags at once", { status: 414 });
  for (const tag of tags) if (!isTag(tag)) throw new Refused("TAG_INVALID", "manifest tag is not valid");
  const pushed = readPushedManifest(content, request.headers.get("content-type"));
  await checkComplete(storage, repository, pushed);
  await storage.writeManifest(repository, { digest, record: pushed.record, content });
  for (const tag of tags) await storage.writeTag(repository, tag, digest);
  const headers = new Headers({
    location: `/v2/${repository}/manifests/${digest}`,
    "docker-content-digest": digest,
  });
  if (pushed.record.subject !== undefined) headers.set("oci-subject", pushed.record.subject);
  if (isDigest(reference) && tags.length > 0) headers.set("oci-tag", tags.join(", "));
  return new Response(null, { status: 201, headers });
}

async function readContent(request: Request, limit: number): Promise<Uint8Array> {
  try {
    return await readBounded(new Response(request.body, { headers: lengthOf(request) }), limit);
  } catch (error) {
    if (error instanceof BodyError && error.code === "too-large")
      throw new Refused("MANIFEST_INVALID", `manifest is larger than ${limit} bytes`, { status: 413 });
    throw error;
  }
}

function lengthOf({ headers }: Request): Record<string, string> {
  const length = headers.get("content-length");
  return length === null ? {} : { "content-length": length };
}

function digestFor(content: Uint8Array, wanted: string | null): string {
  if (wanted !== null && !isDigest(wanted)) throw new Refused("DIGEST_INVALID", "provided digest is not valid");
  const algorithm = wanted?.split(":")[0] ?? "sha256";
  const digest = `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
  if (wanted !== null && wanted !== digest)
    throw new Refused("DIGEST_INVALID", "provided digest did not match uploaded content", { detail: { digest } });
  return digest;
}

/** What a manifest is made of must be there before it: what can be named here can be pulled whole. */
async function checkComplete(storage: Storage, repository: string, pushed: PushedManifest): Promise<void> {
  for (const digest of pushed.blobs)
    if (!(await storage.hasBlob(repository, digest)))
      throw new Refused("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", { detail: { digest } });
  for (const digest of pushed.manifests)
    if ((await storage.manifest(repository, digest)) === undefined)
      throw new Refused("MANIFEST_BLOB_UNKNOWN", "manifest unknown to registry", { detail: { digest } });
}

async function remove({ storage }: Exchange, { repository, reference }: Named): Promise<Response> {
  if (!(await storage.hasRepository(repository))) throw unknownRepository(repository);
  if (isDigest(reference)) {
    if ((await storage.manifest(repository, reference)) === undefined) throw unknown(repository, reference);
    await storage.removeManifest(repository, reference);
  } else {
    if ((await storage.tag(repository, reference)) === undefined) throw unknown(repository, reference);
    await storage.removeTag(repository, reference);
  }
  return new Response(null, { status: 202 });
}

/** The tags of a repository, in the order of their bytes, page by page. */
export async function answerTags(
  { request, query, storage }: Exchange,
  { repository }: { readonly repository: string },
) {
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
  if (!(await storage.hasRepository(repository))) throw unknownRepository(repository);
  const { names, headers } = pageOf(await storage.tags(repository), query, `/v2/${repository}/tags/list`);
  return Response.json({ name: repository, tags: names }, { headers });
}

/** The names of all repositories: not in the specification, but every registry has it. */
export async function answerCatalog({ request, query, storage }: Exchange): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
  const { names, headers } = pageOf(await storage.repositories(), query, "/v2/_catalog");
  return Response.json({ repositories: names }, { headers });
}

/** The manifests that are about a manifest: signatures, for example. */
export async function answerReferrers(
  { request, query, storage }: Exchange,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
  const wanted = query.get("artifactType");
  const found = await storage.referrers(repository, digest);
  const manifests = found
    .filter(({ record }) => wanted === null || record.artifactType === wanted)
    .map(({ digest: own, record: { mediaType, size, artifactType, annotations } }) => ({
      mediaType,
      digest: own,
      size,
      ...(artifactType === undefined ? {} : { artifactType }),
      ...(annotations === undefined ? {} : { annotations }),
    }));
  const index = JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  const headers = { "content-type": mediaTypes.index, "content-length": String(Buffer.byteLength(index)) };
  return new Response(index, {
    headers: wanted === null ? headers : { ...headers, "oci-filters-applied": "artifactType" },
  });
}

function unknown(repository: string, reference: string): Refused {
  const detail = isDigest(reference) ? { Name: repository, Revision: reference } : { Tag: reference };
  return new Refused("MANIFEST_UNKNOWN", "manifest unknown", { detail });
}

function unknownRepository(name: string): Refused {
  return new Refused("NAME_UNKNOWN", "repository name not known to registry", { detail: { name } });
}
