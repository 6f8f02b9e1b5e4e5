import { createHash } from "node:crypto";
import { sha256Sync } from "../base/node/digest.ts";
import { OciError } from "./errors.ts";
import { mediaTypeOf, readManifest, readPlatforms, readReferrers, type Referrer } from "./manifest.ts";
import { readBody } from "./read-body.ts";
import { assertDigest, assertTag, isDigest, type RepositoryName } from "./reference.ts";
import { openSession, type RegistryOptions } from "./session.ts";
import { type Descriptor, type Manifest, mediaTypes } from "./types.ts";

/** One repository of a registry. What it gives was checked against its digest. */
export interface Repository {
  /** What a tag or a digest stands for now. */
  resolve(reference: string): Promise<Descriptor>;
  /** The manifest of a tag or a digest. Of an index, the manifest for linux/amd64, or the only one. */
  manifest(reference: string): Promise<{ readonly descriptor: Descriptor; readonly manifest: Manifest }>;
  /** True when the registry has a manifest under a tag or a digest. */
  has(reference: string): Promise<boolean>;
  /** A blob of at most `limit` bytes. */
  blob(descriptor: Descriptor, limit: number): Promise<Uint8Array>;
  /** All tags, in the registry's order. A page size of 0 leaves it to the registry, as oras does. */
  tags(pageSize?: number): Promise<readonly string[]>;
  /** What is said to be about a manifest: signatures, for example. Of a registry without the API, what its fallback tag lists. */
  referrers(digest: string): Promise<readonly Referrer[]>;
  /** Uploads a blob unless the registry has it. */
  pushBlob(content: Uint8Array, mediaType: string): Promise<Descriptor>;
  /** Uploads a manifest, or the very bytes of one, under a tag. */
  pushManifest(manifest: Manifest | ManifestBytes, tag: string): Promise<Descriptor>;
}

export interface ManifestBytes {
  readonly content: Uint8Array;
  readonly mediaType: string;
}

const manifestLimit = 4 << 20;
const maximumTags = 100_000;
const maximumPages = 1000;
const maximumReferrers = 1000;
const known: ReadonlySet<string> = new Set([
  mediaTypes.manifest,
  mediaTypes.index,
  mediaTypes.dockerManifest,
  mediaTypes.dockerIndex,
]);
const accepted = [...known].join(", ");

/** Opens a repository; nothing is sent before the first question. */
export function openRepository(name: RepositoryName, options: RegistryOptions): Repository {
  const session = openSession(name, options);

  async function getManifest(
    reference: string,
  ): Promise<{ readonly descriptor: Descriptor; readonly content: Uint8Array }> {
    assertReference(reference);
    const url = session.url(`manifests/${reference}`);
    const answer = await session.send({ method: "GET", url, headers: { accept: accepted } });
    const content = await readBody(answer, manifestLimit, "manifest");
    const digest = digestLike(reference, content);
    if (reference.includes(":") && reference !== digest)
      throw new OciError("DigestMismatch", `manifest has digest ${digest}, wanted ${reference}`);
    const mediaType = mediaTypeOf(answer.headers.get("content-type"), content);
    return { descriptor: { mediaType, digest, size: content.byteLength }, content };
  }

  /** The distribution specification's way for registries that do not know referrers. */
  async function taggedReferrers(digest: string): Promise<readonly Referrer[]> {
    try {
      return readReferrers((await getManifest(digest.replace(":", "-"))).content);
    } catch (error) {
      if (error instanceof OciError && error.code === "NotFound") return [];
      throw error;
    }
  }

  return {
    async resolve(reference) {
      assertReference(reference);
      const url = session.url(`manifests/${reference}`);
      const answer = await session
        .send({ method: "HEAD", url, headers: { accept: accepted } })
        .catch((error: unknown) => {
          // Some registries do not answer HEAD; a GET says the same, and says better what is wrong.
          if (error instanceof OciError && error.code !== "TooLarge") return undefined;
          throw error;
        });
      const digest = answer?.headers.get("docker-content-digest") ?? "";
      const size = Number(answer?.headers.get("content-length") ?? 0);
      const mediaType = answer?.headers.get("content-type")?.split(";")[0] ?? "";
      if (answer !== undefined && isDigest(digest) && known.has(mediaType)) return { mediaType, digest, size };
      return (await getManifest(reference)).descriptor;
    },

    async manifest(reference) {
      const found = await getManifest(reference);
      if (found.descriptor.mediaType !== mediaTypes.index && found.descriptor.mediaType !== mediaTypes.dockerIndex)
        return { descriptor: found.descriptor, manifest: readManifest(found.content) };
      const platforms = readPlatforms(found.content);
      const chosen =
        platforms.find(({ os, architecture }) => os === "linux" && architecture === "amd64") ?? platforms[0];
      if (chosen === undefined) throw new OciError("InvalidManifest", "image index is empty");
      const inner = await getManifest(chosen.digest);
      return { descriptor: inner.descriptor, manifest: readManifest(inner.content) };
    },

    async has(reference) {
      assertReference(reference);
      const url = session.url(`manifests/${reference}`);
      return await session.send({ method: "HEAD", url, headers: { accept: accepted } }, "pull,push").then(
        () => true,
        (error: unknown) => {
          if (error instanceof OciError && error.code === "NotFound") return false;
          throw error;
        },
      );
    },

    async blob(descriptor, limit) {
      assertDigest(descriptor.digest);
      if (descriptor.size > limit)
        throw new OciError("TooLarge", `blob ${descriptor.digest} has ${descriptor.size} bytes; the limit is ${limit}`);
      const url = session.url(`blobs/${descriptor.digest}`);
      // More than it is said to have makes it another blob: there is no need to read on.
      const answer = await session.send({ method: "GET", url });
      const content = await readBody(answer, descriptor.size, `blob ${descriptor.digest}`);
      const digest = digestLike(descriptor.digest, content);
      if (digest !== descriptor.digest)
        throw new OciError("DigestMismatch", `blob has digest ${digest}, wanted ${descriptor.digest}`);
      return content;
    },

    async tags(pageSize = 1000) {
      const tags: string[] = [];
      let url: URL | undefined = session.url(pageSize === 0 ? "tags/list" : `tags/list?n=${pageSize}`);
      const { origin } = url;
      for (let page = 0; url !== undefined; page += 1) {
        if (page === maximumPages) throw new OciError("TooLarge", `tag list has more than ${maximumPages} pages`);
        const answer = await session.send({ method: "GET", url });
        tags.push(...readTags(await readBody(answer, manifestLimit, "tag list")));
        if (tags.length > maximumTags) throw new OciError("TooLarge", `repository has more than ${maximumTags} tags`);
        url = nextPage(answer.headers.get("link"), url);
        if (url !== undefined && url.origin !== origin) url = undefined;
      }
      return tags;
    },

    async referrers(digest) {
      assertDigest(digest);
      const found: Referrer[] = [];
      let url: URL | undefined = session.url(`referrers/${digest}`);
      const { origin } = url;
      try {
        while (url !== undefined && url.origin === origin && found.length < maximumReferrers) {
          const answer = await session.send({ method: "GET", url, headers: { accept: mediaTypes.index } });
          found.push(...readReferrers(await readBody(answer, manifestLimit, "list of referrers")));
          url = nextPage(answer.headers.get("link"), url);
        }
      } catch (error) {
        if (!(error instanceof OciError) || error.code !== "NotFound") throw error;
        found.push(...(await taggedReferrers(digest)));
      }
      return found.slice(0, maximumReferrers);
    },

    async pushBlob(content, mediaType) {
      const digest = `sha256:${sha256Sync(content)}`;
      const descriptor = { mediaType, digest, size: content.byteLength };
      const known = await session
        .send({ method: "HEAD", url: session.url(`blobs/${digest}`) }, "pull,push")
        .catch((error: unknown) => {
          if (error instanceof OciError && error.code === "NotFound") return undefined;
          throw error;
        });
      if (known?.status === 200) return descriptor;
      const uploads = session.url("blobs/uploads/");
      const started = await session.send({ method: "POST", url: uploads, body: new Uint8Array() }, "pull,push");
      const location = started.headers.get("location");
      if (location === null) throw new OciError("Unreachable", "registry names no place for an upload");
      if (!URL.canParse(location, uploads.href))
        throw new OciError("Unreachable", "registry names no place for an upload");
      const target = new URL(location, uploads);
      target.searchParams.set("digest", digest);
      const headers = { "content-type": "application/octet-stream" };
      const done = await session.send({ method: "PUT", url: target, headers, body: content }, "pull,push");
      await done.body?.cancel();
      return descriptor;
    },

    async pushManifest(manifest, tag) {
      assertTag(tag);
      const content = "content" in manifest ? manifest.content : new TextEncoder().encode(JSON.stringify(manifest));
      const mediaType = manifest.mediaType ?? mediaTypes.manifest;
      const url = session.url(`manifests/${tag}`);
      const done = await session.send(
        { method: "PUT", url, headers: { "content-type": mediaType }, body: content },
        "pull,push",
      );
      await done.body?.cancel();
      return { mediaType, digest: `sha256:${sha256Sync(content)}`, size: content.byteLength };
    },
  };
}

/** The digest of bytes, with the algorithm of another; SHA-256 for what is not a digest. */
function digestLike(reference: string, content: Uint8Array): string {
  return reference.startsWith("sha512:")
    ? `sha512:${createHash("sha512").update(content).digest("hex")}`
    : `sha256:${sha256Sync(content)}`;
}

function assertReference(reference: string): void {
  if (reference.includes(":")) assertDigest(reference);
  else assertTag(reference);
}

function readTags(content: Uint8Array): readonly string[] {
  try {
    const { tags } = JSON.parse(new TextDecoder().decode(content)) as { readonly tags?: unknown };
    return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
  } catch (cause) {
    throw new OciError("Unreachable", "tag list is not JSON", { cause });
  }
}

/** RFC 8288: `</v2/…?last=x>; rel="next"`. */
function nextPage(link: string | null, current: URL): URL | undefined {
  const target = /<([^>]+)>\s*;\s*rel="?next"?/i.exec(link ?? "")?.[1];
  if (target === undefined || !URL.canParse(target, current.href)) return undefined;
  const next = new URL(target, current);
  return next.href === current.href ? undefined : next;
}
