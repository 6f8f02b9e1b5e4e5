import { SourceError, type SourceErrorCode } from "../errors.ts";

/** A refusal of Azure's, with its own word for the reason. */
export class AzureError extends SourceError {
  readonly reason: string;

  constructor(code: SourceErrorCode, message: string, reason: string) {
    super(code, message);
    this.reason = reason;
  }
}

const line = "-".repeat(80);

/** In the words of Azure's client (azcore.ResponseError): the address without its query, which can be a signature. */
export function azureErrorOf(
  answer: Response,
  asked: { readonly method: string; readonly url: URL; readonly body: string },
): AzureError {
  const { method, url, body } = asked;
  const told = answer.headers.get("x-ms-error-code") ?? /<(?:\w+:)?[Cc]ode>\s*(\w+)\s*<\//.exec(body)?.[1] ?? "";
  const reason = told.slice(0, 256);
  const status = `${answer.status} ${answer.statusText}`;
  const text = [
    `${method} ${url.protocol}//${url.host}${url.pathname}`,
    line,
    `RESPONSE ${answer.status}: ${status}`,
    reason === "" ? "ERROR CODE UNAVAILABLE" : `ERROR CODE: ${reason}`,
    line,
    body === "" ? "Response contained no body" : body.slice(0, 2048),
    line,
    "",
  ].join("\n");
  return new AzureError([401, 403].includes(answer.status) ? "AuthenticationFailed" : "Unreachable", text, reason);
}
