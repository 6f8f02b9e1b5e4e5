import { createHash } from "node:crypto";
import { type Server, serve } from "../http/serve.ts";
import { isSignedWith } from "./s3-signature.ts";

export interface S3ServerOptions {
  /** Bucket → key → content. May change while the server runs. */
  readonly buckets: Readonly<Record<string, Map<string, string>>>;
  /** Who may ask; everybody where it is not given. */
  readonly keys?: { readonly accessKey: string; readonly secretKey: string };
  /** The token that must come along with the keys, as with those that are lent. */
  readonly sessionToken?: string;
  /** How many keys a page of a listing has. */
  readonly pageSize?: number;
}

/** Serves buckets as S3 does, as far as reading goes: location, HEAD, listings of version 2, objects with entity tags. */
export function serveS3(options: S3ServerOptions): Promise<Server & { readonly requests: readonly string[] }> {
  const requests: string[] = [];
  return serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    requests.push(`${request.method} ${pathname}${search}`);
    return answer(request, options);
  }).then((server) => Object.assign(server, { requests }));
}

function answer(request: Request, options: S3ServerOptions): Response {
  const { buckets, keys, pageSize = 1000, sessionToken } = options;
  const url = new URL(request.url);
  const [bucketName = "", ...rest] = url.pathname.slice(1).split("/");
  const key = rest.map(decodeURIComponent).join("/");
  if (keys !== undefined && !isSignedWith(request, keys.secretKey)) {
    const isNamed = request.headers.get("authorization")?.includes(`Credential=${keys.accessKey}/`) === true;
    return isNamed ? refuse(403, "SignatureDoesNotMatch") : refuse(403, "AccessDenied");
  }
  if (sessionToken !== undefined && request.headers.get("x-amz-security-token") !== sessionToken)
    return refuse(403, "InvalidTokenId");
  const bucket = buckets[bucketName];
  if (bucket === undefined) return refuse(404, "NoSuchBucket");
  if (url.searchParams.has("location"))
    return xml('<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>');
  if (key !== "") {
    const content = bucket.get(key);
    if (content === undefined) return refuse(404, "NoSuchKey");
    const headers = { etag: `"${etagOf(content)}"`, "last-modified": "Wed, 25 Nov 2026 10:00:00 GMT" };
    const wanted = request.headers.get("if-match");
    if (wanted !== null && wanted.replaceAll('"', "") !== etagOf(content)) return refuse(412, "PreconditionFailed");
    return request.method === "HEAD"
      ? new Response(null, { headers: { ...headers, "content-length": String(Buffer.byteLength(content)) } })
      : new Response(content, { headers: { ...headers, "content-length": String(Buffer.byteLength(content)) } });
  }
  if (request.method === "HEAD") return new Response(null);
  return xml(pageOf(bucket, url.searchParams, pageSize));
}

function pageOf(bucket: ReadonlyMap<string, string>, query: URLSearchParams, pageSize: number): string {
  const prefix = query.get("prefix") ?? "";
  const keys = [...bucket.keys()].filter((key) => key.startsWith(prefix)).toSorted();
  const from = Number(query.get("continuation-token") ?? 0);
  const page = keys.slice(from, from + pageSize);
  const contents = page.map((key) => {
    const content = bucket.get(key) ?? "";
    const name = query.get("encoding-type") === "url" ? encodeURIComponent(key) : key;
    return `<Contents><Key>${name}</Key><LastModified>2026-11-25T10:00:00.000Z</LastModified><ETag>&quot;${etagOf(content)}&quot;</ETag><Size>${content.length}</Size></Contents>`;
  });
  const isCut = from + pageSize < keys.length;
  const token = isCut ? `<NextContinuationToken>${from + pageSize}</NextContinuationToken>` : "";
  return `<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>${isCut}</IsTruncated>${query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : ""}<KeyCount>${page.length}</KeyCount>${contents.join("")}${token}</ListBucketResult>`;
}

function xml(body: string): Response {
  return new Response(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`, {
    headers: { "content-type": "application/xml" },
  });
}

function refuse(status: number, code: string): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message></Message></Error>`;
  return new Response(body, { status, headers: { "content-type": "application/xml" } });
}

function etagOf(content: string): string {
  return createHash("md5").update(content).digest("hex");
}
