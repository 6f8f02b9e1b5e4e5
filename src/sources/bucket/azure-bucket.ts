import { SourceError } from "../errors.ts";
import type { Transport } from "../http/transport.ts";
import { azureErrorOf, type AzureError } from "./azure-errors.ts";
import { signShared } from "./azure-shared-key.ts";
import { addressOf, type BucketReader, nextPage, readContent, readText } from "./reader.ts";
import { fieldAt, textAt, toList } from "./fields.ts";
import { documentOf } from "./xml-document.ts";

/** As whom a storage account is asked. */
export type AzureAccess =
  | { readonly type: "anonymous" }
  | { readonly type: "token"; readonly token: () => Promise<string> }
  | { readonly type: "sharedKey"; readonly account: string; readonly key: Uint8Array }
  /** A shared access signature: what is added to each address. */
  | { readonly type: "signature"; readonly query: string };

export interface AzureOptions {
  /** The URL of the storage account. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly access: AzureAccess;
  readonly transport: Transport;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** The version of the service's protocol that is spoken. */
const version = "2023-11-03";

/** Reads a container of Azure Blob Storage. */
export function openAzureBucket(options: AzureOptions): BucketReader {
  const { endpoint, bucket, access, transport, now, signal } = options;
  const base = baseOf(options);
  let token: Promise<string> | undefined;

  async function ask(blob: string | undefined, query: Readonly<Record<string, string>>): Promise<Response> {
    // A name of dots alone would lead to another address.
    if (!/^\$?[A-Za-z0-9][A-Za-z0-9-]*$/.test(bucket))
      throw new SourceError("URLInvalid", "container name contains invalid characters");
    const url = new URL(base);
    url.pathname += `${bucket}${blob === undefined ? "" : `/${addressOf([blob])}`}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const headers = new Headers({ "x-ms-date": now().toUTCString(), "x-ms-version": version });
    switch (access.type) {
      case "token":
        if (url.protocol !== "https:")
          throw new SourceError(
            "AuthenticationFailed",
            "authenticated requests are not permitted for non TLS protected (https) endpoints",
          );
        token ??= access.token();
        headers.set("authorization", `Bearer ${await token}`);
        break;
      case "sharedKey":
        headers.set("authorization", signShared({ method: "GET", url, headers }, access));
        break;
      case "anonymous":
      case "signature":
    }
    return transport(new Request(url, { headers, signal }));
  }

  async function errorOf(answer: Response, blob?: string): Promise<AzureError> {
    const shown = new URL(base);
    shown.pathname += `${bucket}${blob === undefined ? "" : `/${addressOf([blob])}`}`;
    return azureErrorOf(answer, { method: "GET", url: shown, body: await readMarked(answer) });
  }

  async function askForList(query: Readonly<Record<string, string>>): Promise<unknown> {
    const answer = await ask(undefined, { comp: "list", restype: "container", ...query });
    if (answer.status !== 200) throw await errorOf(answer);
    const listing = (await documentOf(await readText(answer)))["EnumerationResults"];
    if (typeof listing !== "object" || listing === null)
      throw new SourceError("Unreachable", `the answer of ${endpoint} is not a list of objects`);
    return listing;
  }

  return {
    async exists() {
      try {
        await askForList({ maxresults: "1" });
        return true;
      } catch (error) {
        const reason = error instanceof Error && "reason" in error ? error.reason : "";
        if (reason === "ContainerNotFound") return false;
        if (reason !== "AuthenticationFailed") throw error;
        // What a signature for one container gives for another.
        const hint =
          "the specified bucket name may be incorrect, nonexistent, or the caller might lack sufficient permissions to access it";
        throw new SourceError("AuthenticationFailed", `${hint}: ${(error as Error).message}`, { cause: error });
      }
    },
    async *list(prefix) {
      let marker: string | undefined;
      do {
        const listing = await askForList({
          ...(prefix === "" ? {} : { prefix }),
          ...(marker === undefined ? {} : { marker }),
        });
        for (const blob of toList(fieldAt(fieldAt(listing, "Blobs"), "Blob")))
          yield { key: textAt(blob, "Name") ?? "", etag: quoted(textAt(fieldAt(blob, "Properties"), "Etag") ?? "") };
        marker = nextPage(marker, textAt(listing, "NextMarker"), endpoint);
      } while (marker !== undefined);
    },
    async get(key, limit) {
      const answer = await ask(key, {});
      if (answer.status === 200)
        return { etag: quoted(answer.headers.get("etag") ?? ""), content: await readContent(answer, limit) };
      const error = await errorOf(answer, key);
      if (error.reason === "BlobNotFound") return undefined;
      throw error;
    },
  };
}

function baseOf({ endpoint, access }: AzureOptions): URL {
  let base: URL;
  try {
    base = new URL(endpoint);
  } catch (cause) {
    throw new SourceError("URLInvalid", `endpoint '${withoutQuery(endpoint)}' is not a URL`, { cause });
  }
  if (base.username !== "" || base.password !== "")
    throw new SourceError("URLInvalid", "the URL of a storage account cannot have a user");
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  if (access.type === "signature") {
    // What the signature says comes before what the endpoint says.
    const signed = new URLSearchParams(access.query.replace(/^\?/, ""));
    for (const name of signed.keys()) base.searchParams.delete(name);
    for (const [name, value] of signed) base.searchParams.append(name, value);
  }
  return base;
}

/** Azure's errors begin with a byte order mark, which Azure's client keeps. */
async function readMarked(answer: Response): Promise<string> {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await readContent(answer, 1 << 20));
}

function withoutQuery(endpoint: string): string {
  return endpoint.replace(/\?.*$/s, "");
}

/** Listings give entity tags without the quotes that they have elsewhere; Flux makes revisions of those that have them. */
function quoted(etag: string): string {
  return etag === "" || etag.startsWith('"') || etag.startsWith("W/") ? etag : `"${etag}"`;
}
