import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { type Server, serve } from "../http/serve.ts";

export interface AzureServerOptions {
  /** Container → name → content. */
  readonly containers: Readonly<Record<string, Map<string, string>>>;
  /** Who may ask: the key of the account, a token, or the `sig` of an address. Everybody where it is not given. */
  readonly allow?: {
    readonly account?: { readonly name: string; readonly key: string };
    readonly token?: string;
    readonly signature?: string;
  };
  readonly pageSize?: number;
}

/** Serves containers as Azure Blob Storage does, as far as reading goes. */
export async function serveAzure(
  options: AzureServerOptions,
): Promise<Server & { readonly requests: readonly string[] }> {
  const requests: string[] = [];
  const server = await serve(async (request) => {
    const { pathname, search } = new URL(request.url);
    requests.push(`${request.method} ${pathname}${search}`);
    return answerAsAzure(request, options);
  });
  return Object.assign(server, { requests });
}

/** What the service answers. */
export function answerAsAzure(request: Request, options: AzureServerOptions): Response {
  const { containers, allow, pageSize = 5000 } = options;
  const url = new URL(request.url);
  if (request.headers.get("x-ms-version") === null) return refuse(400, "MissingRequiredHeader", "A header is missing.");
  if (allow !== undefined && !isAllowed(request, allow))
    return refuse(403, "AuthenticationFailed", "Server failed to authenticate the request.");
  const [name = "", blob] = url.pathname.slice(1).split("/").map(decodeURIComponent);
  const container = containers[name];
  if (container === undefined) return refuse(404, "ContainerNotFound", "The specified container does not exist.");
  if (url.searchParams.get("comp") === "list" && url.searchParams.get("restype") === "container")
    return listingOf(container, url, pageSize);
  const content = container.get(blob ?? "");
  if (content === undefined) return refuse(404, "BlobNotFound", "The specified blob does not exist.");
  return new Response(content, { headers: { etag: `"${etagOf(content)}"`, "content-type": "text/plain" } });
}

function listingOf(container: ReadonlyMap<string, string>, url: URL, pageSize: number): Response {
  const prefix = url.searchParams.get("prefix") ?? "";
  const most = Math.min(Number(url.searchParams.get("maxresults") ?? pageSize), pageSize);
  const names = [...container.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  const from = Number(url.searchParams.get("marker") ?? 0);
  const blobs = names.slice(from, from + most).map((name) => {
    const properties = `<Last-Modified>Wed, 25 Nov 2026 10:00:00 GMT</Last-Modified><Etag>${etagOf(container.get(name) ?? "")}</Etag>`;
    return `<Blob><Name>${escape(name)}</Name><Properties>${properties}</Properties></Blob>`;
  });
  const next = from + most < names.length ? `<NextMarker>${from + most}</NextMarker>` : "<NextMarker />";
  return new Response(
    `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="${url.origin}/" ContainerName="x"><Blobs>${blobs.join("")}</Blobs>${next}</EnumerationResults>`,
    { headers: { "content-type": "application/xml" } },
  );
}

function isAllowed(request: Request, { account, token, signature }: NonNullable<AzureServerOptions["allow"]>): boolean {
  const given = request.headers.get("authorization") ?? "";
  if (token !== undefined && given === `Bearer ${token}`) return true;
  if (signature !== undefined && new URL(request.url).searchParams.get("sig") === signature) return true;
  if (account === undefined) return false;
  const wanted = Buffer.from(`SharedKey ${account.name}:${signatureOf(request, account)}`);
  return wanted.byteLength === Buffer.byteLength(given) && timingSafeEqual(wanted, Buffer.from(given));
}

/**
 * The signature of a request without a body by Microsoft's published rules for SharedKey, version 2015-02-21 and later; written
 * apart from the client's, so that one holds the other.
 */
export function signatureOf(request: Request, account: { readonly name: string; readonly key: string }): string {
  const { pathname, searchParams } = new URL(request.url);
  const header = (name: string): string => request.headers.get(name) ?? "";
  let text = `${request.method}\n`;
  text += `${header("Content-Encoding")}\n${header("Content-Language")}\n\n${header("Content-MD5")}\n`;
  text += `${header("Content-Type")}\n\n${header("If-Modified-Since")}\n${header("If-Match")}\n`;
  text += `${header("If-None-Match")}\n${header("If-Unmodified-Since")}\n${header("Range")}\n`;
  const named = [...request.headers.keys()].filter((name) => name.startsWith("x-ms-"));
  for (const name of named.toSorted()) text += `${name}:${header(name).trim()}\n`;
  text += `/${account.name}${pathname}`;
  for (const name of [...new Set(searchParams.keys())].toSorted())
    text += `\n${name.toLowerCase()}:${searchParams.getAll(name).toSorted().join(",")}`;
  return createHmac("sha256", Buffer.from(account.key, "base64")).update(text, "utf8").digest("base64");
}

function refuse(status: number, code: string, message: string): Response {
  const body = `\uFEFF<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Response(body, { status, headers: { "content-type": "application/xml", "x-ms-error-code": code } });
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function etagOf(content: string): string {
  return `0x8D${createHash("md5").update(content).digest("hex").slice(0, 12).toUpperCase()}`;
}
