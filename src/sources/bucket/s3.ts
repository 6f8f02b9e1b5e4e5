import { AwsV4Signer } from "aws4fetch";
import { SourceError } from "../errors.ts";
import type { Transport } from "../http/transport.ts";
import { addressOf, type BucketReader, nextPage, readContent, readText } from "./reader.ts";
import { textAt, toList } from "./fields.ts";
import { documentOf } from "./xml-document.ts";
import { errorOf, S3Error } from "./s3-errors.ts";

/** The keys of an account; `sessionToken` where they were lent for a time. */
export interface S3Keys {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

export interface S3Options {
  /** Host, and port where it is not the usual one. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Asked of the server where it is not given. */
  readonly region?: string;
  /** Plain HTTP. */
  readonly insecure?: boolean;
  /** Nobody's requests without; found when the first request is made where they are a function. */
  readonly keys?: S3Keys | (() => Promise<S3Keys>);
  readonly transport: Transport;
  readonly signal: AbortSignal;
}

/** Reads a bucket of a server that speaks S3. */
export function openS3Bucket(options: S3Options): BucketReader {
  const { bucket, transport, signal } = options;
  let found: Promise<S3Keys | undefined> | undefined;
  const base = baseOf(options);
  let region: Promise<string> | undefined = options.region === undefined ? undefined : Promise.resolve(options.region);

  async function send(url: URL, method: "GET" | "HEAD", signedFor: string): Promise<Response> {
    found ??= typeof options.keys === "function" ? options.keys() : Promise.resolve(options.keys);
    const keys = await found;
    if (keys === undefined) return transport(new Request(url, { method, signal }));
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      service: "s3",
      region: signedFor,
      accessKeyId: keys.accessKey,
      secretAccessKey: keys.secretKey,
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    });
    const signed = await signer.sign();
    return transport(new Request(signed.url, { method, headers: signed.headers, signal }));
  }

  async function ask(method: "GET" | "HEAD", key: string, query: Readonly<Record<string, string>> = {}) {
    region ??= findRegion();
    const url = new URL(base);
    if (key !== "") url.pathname += addressOf(key.split("/"));
    url.search = new URLSearchParams(query).toString();
    const answer = await send(url, method, await region);
    if (answer.status === 200) return answer;
    throw await errorOf(answer, await readText(answer), key);
  }

  /** minio-go: getBucketLocation. What it may not know, it takes for the oldest region. */
  async function findRegion(): Promise<string> {
    const url = new URL(base);
    url.search = "location=";
    const answer = await send(url, "GET", "us-east-1");
    const text = await readText(answer);
    if (answer.status !== 200) {
      const error = await errorOf(answer, text, "");
      if (["AccessDenied", "InvalidRegion", "AuthorizationHeaderMalformed"].includes(error.reason))
        return error.region ?? "us-east-1";
      throw error;
    }
    const found = textAt(await documentOf(text), "LocationConstraint") ?? "";
    return found === "" ? "us-east-1" : found === "EU" ? "eu-west-1" : found;
  }

  return {
    async exists() {
      assertBucketName(bucket);
      try {
        await (await ask("HEAD", "")).body?.cancel();
        return true;
      } catch (error) {
        if (error instanceof S3Error && error.reason === "NoSuchBucket") return false;
        throw error;
      }
    },
    async *list(prefix) {
      let token: string | undefined;
      do {
        const page = await documentOf(
          await readText(
            await ask("GET", "", {
              "list-type": "2",
              "encoding-type": "url",
              prefix,
              ...(token === undefined ? {} : { "continuation-token": token }),
            }),
          ),
        );
        const result = page["ListBucketResult"];
        if (typeof result !== "object" || result === null)
          throw new SourceError("Unreachable", `the answer of ${options.endpoint} is not a list of objects`);
        const listing = result as Readonly<Record<string, unknown>>;
        const isEscaped = textAt(listing, "EncodingType") === "url"; // not every server does what it is asked
        for (const entry of toList(listing["Contents"]))
          yield {
            key: unescapeKey(textAt(entry, "Key") ?? "", isEscaped),
            etag: trimQuotes(textAt(entry, "ETag") ?? ""),
          };
        const next = textAt(listing, "IsTruncated") === "true" ? textAt(listing, "NextContinuationToken") : undefined;
        token = nextPage(token, next, options.endpoint);
      } while (token !== undefined);
    },
    async get(key, limit) {
      try {
        const answer = await ask("GET", key);
        const etag = trimQuotes(answer.headers.get("etag") ?? "");
        return { etag, content: await readContent(answer, limit) };
      } catch (error) {
        if (error instanceof S3Error && error.reason === "NoSuchKey") return undefined;
        throw error;
      }
    },
  };
}

/** minio-go: IsVirtualHostSupported. Amazon, Google and Alibaba name the bucket in the host, all others in the path. */
function baseOf({ endpoint, bucket, insecure = false }: S3Options): URL {
  let base: URL;
  try {
    base = new URL(`${insecure ? "http" : "https"}://${endpoint}`);
  } catch (cause) {
    throw new SourceError("URLInvalid", `Endpoint: ${endpoint} does not follow ip address or domain name standards.`, {
      cause,
    });
  }
  if (base.pathname !== "/" || base.search !== "" || base.username !== "")
    throw new SourceError("URLInvalid", "Endpoint url cannot have fully qualified paths.");
  const isDotted = !insecure && bucket.includes(".");
  const isNamedInHost = /(^|\.)(amazonaws\.com(\.cn)?|aliyuncs\.com)$|^storage\.googleapis\.com$/.test(base.hostname);
  if (isNamedInHost && !isDotted) base.hostname = `${bucket}.${base.hostname}`;
  else base.pathname = `/${encodeURIComponent(bucket)}/`;
  return base;
}

/** minio-go: CheckValidBucketName. */
function assertBucketName(bucket: string): void {
  const wrong =
    bucket.trim() === ""
      ? "Bucket name cannot be empty"
      : bucket.length < 3
        ? "Bucket name cannot be shorter than 3 characters"
        : bucket.length > 63
          ? "Bucket name cannot be longer than 63 characters"
          : /^(\d+\.){3}\d+$/.test(bucket)
            ? "Bucket name cannot be an ip address"
            : /\.\.|\.-|-\./.test(bucket) || !/^[A-Za-z0-9][A-Za-z0-9._:-]{1,61}[A-Za-z0-9]$/.test(bucket)
              ? "Bucket name contains invalid characters"
              : undefined;
  if (wrong !== undefined) throw new SourceError("URLInvalid", wrong);
}

function trimQuotes(etag: string): string {
  return etag.replace(/^"|"$/g, "");
}

function unescapeKey(key: string, isEscaped: boolean): string {
  if (!isEscaped) return key;
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}
