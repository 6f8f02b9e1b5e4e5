import { sha256Sync } from "../../base/node/digest.ts";
import { SourceError } from "../errors.ts";
import { type Credentials, download, downloadUnless, parseUrl } from "../http/download.ts";
import type { Transport } from "../http/transport.ts";
import type { ListedVersion } from "./index-file.ts";

/** How a repository is spoken to. */
export interface RepositoryAccess {
  readonly url: string;
  readonly transport?: Transport;
  readonly credentials?: Credentials;
  /** Sends the credentials to other hosts that the index names, too. */
  readonly passCredentials?: boolean;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

/** Largest sizes in bytes: Flux's --helm-index-max-size and --helm-chart-max-size. */
export const helmLimits = { index: 50 << 20, chart: 10 << 20 } as const;

export interface FetchedIndex {
  readonly text: string;
  /** `sha256:<hex>` of the bytes as they were downloaded. */
  readonly revision: string;
  /** The server's name for this version of the index, where it gives one. */
  readonly entityTag?: string;
}

/** Downloads `index.yaml`; it is not parsed. Undefined when the server says that the entity tag still holds. */
export async function fetchIndex(access: RepositoryAccess, options: { readonly limit?: number }): Promise<FetchedIndex>;
export async function fetchIndex(
  access: RepositoryAccess,
  options: { readonly limit?: number; readonly unless?: string },
): Promise<FetchedIndex | undefined>;
export async function fetchIndex(
  access: RepositoryAccess,
  { limit = helmLimits.index, unless }: { readonly limit?: number; readonly unless?: string },
): Promise<FetchedIndex | undefined> {
  const url = parseUrl(access.url);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/index.yaml`;
  const options = { ...access, url: url.href, credentialsFor: access.url, limit, what: "index" };
  const found = await downloadUnless(unless, options);
  if (found === undefined) return undefined;
  const { bytes, entityTag } = found;
  const fetched = { text: new TextDecoder().decode(bytes), revision: `sha256:${sha256Sync(bytes)}` };
  // The bytes are ours alone, and may be as many as the text: their memory is given back now instead of when it is collected.
  if (bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
  return entityTag === undefined ? fetched : { ...fetched, entityTag };
}

/** Downloads the archive of a chart version and compares it with the digest in the index, where there is one. */
export async function downloadChart(
  access: RepositoryAccess,
  version: ListedVersion,
  limit: number = helmLimits.chart,
): Promise<Uint8Array> {
  const [first] = version.urls;
  if (first === undefined) throw new SourceError("ChartNotFound", `chart '${version.name}' has no downloadable URLs`);
  const url = resolveChartUrl(access.url, first);
  const bytes = await download({ ...access, url, credentialsFor: access.url, limit, what: "chart" });
  const want = version.digest?.replace(/^sha256:/, "");
  // Digests of other algorithms, or none at all, are seen in old indexes: Helm does not look at them.
  if (want !== undefined && /^[0-9a-f]{64}$/.test(want)) {
    const found = sha256Sync(bytes);
    if (found !== want)
      throw new SourceError(
        "Unreachable",
        `chart '${version.name}' version '${version.version}' has digest sha256:${found}, but the index says sha256:${want}`,
      );
  }
  return bytes;
}

/** Helm: repo.ResolveReferenceURL. Relative URLs continue the repository's path and keep its query. */
export function resolveChartUrl(repositoryUrl: string, reference: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference)) return parseUrl(reference).href;
  const base = parseUrl(repositoryUrl);
  const { search } = base;
  base.pathname = `${base.pathname.replace(/\/+$/, "")}/`;
  const resolved = new URL(reference, base);
  resolved.search = search;
  return resolved.href;
}

/** Flux: repository.NormalizeURL. HTTP URLs end with one slash, OCI ones with none. */
export function normalizeRepositoryUrl(text: string): string {
  const trimmed = text.replace(/\/+$/, "");
  if (text.startsWith("oci://")) return trimmed;
  const url = parseUrl(text);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/`;
  return url.href;
}
