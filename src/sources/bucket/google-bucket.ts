import { SourceError } from "../errors.ts";
import type { Transport } from "../http/transport.ts";
import { textAt } from "./fields.ts";
import { googleErrorOf } from "./google-errors.ts";
import { addressOf, type BucketReader, nextPage, readContent, readText } from "./reader.ts";

export interface GoogleOptions {
  readonly bucket: string;
  /** Where the service is; Google's own when absent. */
  readonly server?: string;
  /** Nobody's requests without. */
  readonly token?: () => Promise<string>;
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** Reads a bucket of Google Cloud Storage by its JSON API. */
export function openGoogleBucket(options: GoogleOptions): BucketReader {
  const { bucket, server = "https://storage.googleapis.com", transport, signal } = options;
  let token: Promise<string> | undefined;

  async function ask(object: string | undefined, query: Readonly<Record<string, string>>): Promise<Response> {
    // A name of dots alone would lead to another address.
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(bucket))
      throw new SourceError("URLInvalid", "Bucket name contains invalid characters");
    const path = object === undefined ? "" : object === "" ? "/o" : `/o/${addressOf([object])}`;
    const url = new URL(`${server}/storage/v1/b/${bucket}${path}`);
    url.search = new URLSearchParams({ alt: "json", prettyPrint: "false", ...query }).toString();
    if (options.token !== undefined) token ??= options.token();
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${await token}` };
    return transport(new Request(url, { headers, signal }));
  }

  async function askFor(object: string, query: Readonly<Record<string, string>>): Promise<Response> {
    const answer = await ask(object, query);
    if (answer.status !== 200) throw googleErrorOf(answer.status, await readText(answer));
    return answer;
  }

  return {
    async exists() {
      const answer = await ask(undefined, { projection: "full" });
      const text = await readText(answer);
      if (answer.status === 404) return false;
      if (answer.status !== 200) throw googleErrorOf(answer.status, text);
      return true;
    },
    async *list(prefix) {
      let page: string | undefined;
      do {
        const answer = await askFor("", {
          prefix,
          fields: "items(name,etag),nextPageToken",
          ...(page === undefined ? {} : { pageToken: page }),
        });
        const listing = parse(await readText(answer));
        const items = listing["items"] ?? [];
        if (!Array.isArray(items))
          throw new SourceError("Unreachable", `the answer of ${server} is not a list of objects`);
        for (const item of items as readonly unknown[]) yield { key: textIn(item, "name"), etag: textIn(item, "etag") };
        const next = listing["nextPageToken"];
        page = nextPage(page, typeof next === "string" ? next : undefined, server);
      } while (page !== undefined);
    },
    async get(key, limit) {
      const found = await ask(key, { projection: "full" });
      const text = await readText(found);
      if (found.status === 404) return undefined;
      if (found.status !== 200) throw googleErrorOf(found.status, text);
      const about = parse(text);
      const ifGenerationMatch = textIn(about, "generation");
      const answer = await askFor(key, { alt: "media", ifGenerationMatch });
      return { etag: textIn(about, "etag"), content: await readContent(answer, limit) };
    },
  };

  function parse(text: string): Readonly<Record<string, unknown>> {
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      document = undefined;
    }
    if (typeof document === "object" && document !== null) return document as Readonly<Record<string, unknown>>;
    throw new SourceError("Unreachable", `the answer of ${server} is not a JSON object`);
  }

  function textIn(parent: unknown, name: string): string {
    const value = textAt(parent, name);
    if (value !== undefined) return value;
    throw new SourceError("Unreachable", `the answer of ${server} has no ${name}`);
  }
}
