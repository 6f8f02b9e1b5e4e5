import { BodyError, readBounded } from "../../base/node/body.ts";
import { SourceError } from "../errors.ts";
import { createTransport, type Transport, withoutPassword } from "./transport.ts";

export type Credentials =
  | { readonly type: "basic"; readonly username: string; readonly password: string }
  | { readonly type: "bearer"; readonly token: string };

export interface DownloadOptions {
  readonly url: string;
  /** Largest acceptable body in bytes. */
  readonly limit: number;
  /** What is downloaded, for the error of a body that is too large: `index`, `chart`. */
  readonly what: string;
  readonly transport?: Transport;
  readonly credentials?: Credentials;
  /** Credentials are sent only to the origin of this URL; default: the origin of `url`. */
  readonly credentialsFor?: string;
  /** Sends the credentials anywhere (Helm: --pass-credentials). */
  readonly passCredentials?: boolean;
  /** Milliseconds for the whole download. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

const maximumRedirects = 10;

/** Downloads a body of bounded size. Redirects are followed; credentials stay with their origin. */
export async function download(options: DownloadOptions): Promise<Uint8Array> {
  const { answer, signal } = await open(options, {});
  return readBody(answer, { ...options, signal });
}

/** As `download`, but undefined when the server still has what it gave this entity tag to. */
export async function downloadUnless(
  entityTag: string | undefined,
  options: DownloadOptions,
): Promise<{ readonly bytes: Uint8Array; readonly entityTag?: string } | undefined> {
  const { answer, signal } = await open(options, entityTag === undefined ? {} : { "if-none-match": entityTag });
  if (answer.status === 304) return undefined;
  const bytes = await readBody(answer, { ...options, signal });
  const given = answer.headers.get("etag");
  return given === null ? { bytes } : { bytes, entityTag: given };
}

/** Asks until there is an answer that is no redirect: 200, or 304 where a condition was set. */
async function open(
  options: DownloadOptions,
  conditions: Readonly<Record<string, string>>,
): Promise<{ readonly answer: Response; readonly signal: AbortSignal }> {
  const { transport = createTransport(), timeout = 60_000 } = options;
  const signal = AbortSignal.any([
    AbortSignal.timeout(timeout),
    ...(options.signal === undefined ? [] : [options.signal]),
  ]);
  const trusted = parseUrl(options.credentialsFor ?? options.url).origin;
  const split = splitUserinfo(options.url);
  const credentials = options.credentials ?? split.credentials;
  let { url } = split;
  let shown = url;
  for (let hop = 0; hop <= maximumRedirects; hop += 1) {
    const { origin } = parseUrl(url);
    const headers = new Headers(conditions);
    if (credentials !== undefined && (options.passCredentials === true || origin === trusted))
      headers.set("authorization", authorization(credentials));
    const answer = await transport(new Request(url, { headers, signal }));
    if (answer.status === 200 || (answer.status === 304 && "if-none-match" in conditions)) return { answer, signal };
    await answer.body?.cancel();
    const location = answer.headers.get("location");
    if (answer.status < 300 || answer.status >= 400 || location === null) {
      const code = answer.status === 401 ? "AuthenticationFailed" : "Unreachable";
      // Helm: HTTPGetter.get
      throw new SourceError(code, `failed to fetch ${withoutPassword(new URL(options.url))} : ${statusOf(answer)}`);
    }
    url = splitUserinfo(parseUrl(location, url).href).url;
    shown = URL.canParse(location) ? withoutPassword(new URL(location)) : location; // Go: as the server wrote it
  }
  throw new SourceError("Unreachable", `Get "${shown}": stopped after ${maximumRedirects} redirects`);
}

/** The body, or TooLarge before more than `limit` bytes are in memory. */
async function readBody(
  answer: Response,
  options: { readonly limit: number; readonly what: string; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  const { limit, what, signal } = options;
  try {
    return await readBounded(answer, limit);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    if (error.code === "too-large")
      throw new SourceError("TooLarge", `${what} exceeds the maximum ${what} file size of ${limit} bytes`);
    // Go names no URL once there was an answer.
    const text = signal.aborted
      ? "context deadline exceeded (Client.Timeout or context cancellation while reading body)"
      : "unexpected EOF";
    throw new SourceError("Unreachable", text, { cause: error.cause });
  }
}

/** The value of an Authorization header. */
export function authorization(credentials: Credentials): string {
  if (credentials.type === "bearer") return `Bearer ${credentials.token}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, "utf8").toString("base64")}`;
}

/** Parses an absolute URL, or one that is relative to a base, or throws URLInvalid. */
export function parseUrl(text: string, base?: string): URL {
  try {
    return new URL(text, base);
  } catch (cause) {
    throw new SourceError("URLInvalid", `parse ${JSON.stringify(text)}: invalid URL`, { cause });
  }
}

/** Takes the credentials that a URL carries out of it. */
export function splitUserinfo(text: string): { readonly url: string; readonly credentials?: Credentials } {
  const url = parseUrl(text);
  const { username, password } = url;
  if (username === "" && password === "") return { url: text };
  url.username = "";
  url.password = "";
  const credentials = { type: "basic", username: tryDecode(username), password: tryDecode(password) } as const;
  return { url: url.href, credentials };
}

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function statusOf(answer: Response): string {
  return answer.statusText === "" ? String(answer.status) : `${answer.status} ${answer.statusText}`;
}
