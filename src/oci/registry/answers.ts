import { CodedError } from "../../base/errors.ts";

/** The error codes of the distribution specification, with the status that each is answered with. */
const statusOf = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 404,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  RANGE_INVALID: 416,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  TOOMANYREQUESTS: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED: 405,
} as const;

export type RefusalCode = keyof typeof statusOf;

/** Why a registry does not do what it was asked: it is thrown inside, and is an answer at the door. */
export class Refused extends CodedError<RefusalCode> {
  readonly status: number;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: RefusalCode,
    message: string,
    options: { readonly detail?: unknown; readonly status?: number; readonly headers?: Record<string, string> } = {},
  ) {
    super(code, message);
    this.status = options.status ?? statusOf[code];
    this.detail = options.detail;
    this.headers = options.headers ?? {};
  }
}

/** The answer that tells a client of a refusal, in the specification's form. */
export function answerOf({ code, message, detail, status, headers }: Refused): Response {
  const error = { code, message, ...(detail === undefined ? {} : { detail }) };
  return Response.json({ errors: [error] }, { status, headers });
}

/** A page of a sorted list, and the `Link` to the next one where there are more. */
export function pageOf(
  names: readonly string[],
  query: URLSearchParams,
  path: string,
): { readonly names: readonly string[]; readonly headers: Record<string, string> } {
  const limit = readCount(query.get("n"));
  const last = query.get("last");
  const rest = last === null ? names : names.filter((name) => name > last);
  const page = rest.slice(0, limit);
  const end = page.at(-1);
  if (end === undefined || page.length === rest.length) return { names: page, headers: {} };
  return {
    names: page,
    headers: { link: `<${path}?n=${limit}&last=${encodeURIComponent(end)}>; rel="next"` },
  };
}

const longestPage = 10_000;

function readCount(text: string | null): number {
  if (text === null) return longestPage;
  if (!/^\d{1,9}$/.test(text))
    throw new Refused("UNSUPPORTED", "invalid number of results requested", { detail: { n: text }, status: 400 });
  return Math.min(Number(text), longestPage);
}
