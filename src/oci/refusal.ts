import { OciError, type OciErrorCode, type Refusal, type RefusalReason } from "./errors.ts";
import { readBody } from "./read-body.ts";

/** Reads an answer that is not a success. */
export async function readRefusal(method: string, url: URL, answer: Response): Promise<Refusal> {
  const body = await readBody(answer, 1 << 16, "error").catch(() => new Uint8Array());
  return {
    method,
    url: `${url.origin}${url.pathname}`,
    status: answer.status,
    statusText: answer.statusText,
    errors: readReasons(new TextDecoder().decode(body)),
  };
}

/** The error of a refusal, with another explanation where there is a better one. */
export function refused(refusal: Refusal, explanation?: string): OciError {
  const { method, url } = refusal;
  const text = `${method} "${url}": ${explanation ?? `response status code ${refusal.status}: ${orasReason(refusal)}`}`;
  return new OciError(codeOf(refusal.status), text, { refusal });
}

/** The text of an error as go-containerregistry, which Flux uses for OCIRepository, puts it. */
export function craneText(error: OciError): string {
  const { refusal } = error;
  if (refusal === undefined) return error.message;
  const { method, url, status, statusText, errors } = refusal;
  const reasons = errors.map(({ code, message, detail }) => {
    const said = [code, message].filter((part) => part !== "").join(": ");
    return detail === undefined ? said : `${said}; ${goText(detail)}`;
  });
  const why = reasons.length > 0 ? reasons.join("; ") : `unexpected status code ${status} ${statusText}`.trimEnd();
  return `${method} ${url}: ${why}`;
}

function codeOf(status: number): OciErrorCode {
  switch (status) {
    case 401:
      return "Unauthorized";
    case 403:
      return "Denied";
    case 404:
      return "NotFound";
    default:
      return "Unreachable";
  }
}

/** oras: errcode.Errors. */
function orasReason({ errors, statusText }: Refusal): string {
  const [first] = errors;
  if (first === undefined) return statusText === "" ? "no reason given" : statusText;
  const code = first.code.toLowerCase().replaceAll("_", " ");
  const parts = [code, first.message, ...(first.detail === undefined ? [] : [goText(first.detail)])];
  return parts.filter((part) => part !== "").join(": ");
}

function readReasons(body: string): readonly RefusalReason[] {
  try {
    const { errors } = JSON.parse(body) as { readonly errors?: unknown };
    if (!Array.isArray(errors)) return [];
    return errors.slice(0, 4).flatMap((entry: unknown) => {
      if (typeof entry !== "object" || entry === null) return [];
      const { code, message, detail } = entry as {
        readonly code?: unknown;
        readonly message?: unknown;
        readonly detail?: unknown;
      };
      const text = (value: unknown): string => (typeof value === "string" ? value.slice(0, 500) : "");
      return [
        { code: text(code), message: text(message), ...(detail === undefined || detail === null ? {} : { detail }) },
      ];
    });
  } catch {
    return []; // proxies answer in HTML
  }
}

/** Go prints `map[Tag:latest]` and `[a b]`. */
function goText(value: unknown): string {
  const text = printed(value);
  return text.length > 500 ? `${text.slice(0, 500)}...` : text;
}

function printed(value: unknown, depth = 0): string {
  if (depth > 20) return "...";
  if (Array.isArray(value)) return `[${value.map((entry) => printed(entry, depth + 1)).join(" ")}]`;
  if (typeof value !== "object" || value === null) return value === null ? "<nil>" : String(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, entry]) => `${key}:${printed(entry, depth + 1)}`).join(" ")}]`;
}
