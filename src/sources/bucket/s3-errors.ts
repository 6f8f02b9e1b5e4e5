import { SourceError, type SourceErrorCode } from "../errors.ts";
import { textAt } from "./fields.ts";
import { documentOf } from "./xml-document.ts";

/** A refusal of an S3 server, with its own word for the reason. */
export class S3Error extends SourceError {
  readonly reason: string;
  /** Where the bucket is, when the server says that it is elsewhere. */
  readonly region: string | undefined;

  constructor(code: SourceErrorCode, message: string, about: { readonly reason: string; readonly region?: string }) {
    super(code, message);
    this.reason = about.reason;
    this.region = about.region;
  }
}

// minio-go: s3ErrorResponseMap, for answers that bring no text of their own.
const texts: Readonly<Record<string, string>> = {
  AccessDenied: "Access Denied.",
  Conflict: "Bucket not empty.",
  InvalidAccessKeyId: "The access key ID you provided does not exist in our records.",
  NoSuchBucket: "The specified bucket does not exist.",
  NoSuchKey: "The specified key does not exist.",
  PreconditionFailed: "At least one of the pre-conditions you specified did not hold.",
  SignatureDoesNotMatch:
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
};

/** minio-go: httpRespToErrorResponse. The answer's own words come first; a HEAD has none, so its status speaks. */
export async function errorOf(answer: Response, body: string, key: string): Promise<S3Error> {
  const error = (await documentOf(body).catch(() => undefined))?.["Error"];
  const told = (name: string): string | undefined => textAt(error, name)?.trim().slice(0, 1024);
  const reason = told("Code") ?? reasonOf(answer, key);
  const fallback = texts[reason] ?? (body.trim() === "" ? statusOf(answer) : `Error response code ${reason}.`);
  const said = told("Message") ?? "";
  const message = said === "" ? fallback : said;
  const region = told("Region") ?? answer.headers.get("x-amz-bucket-region") ?? undefined;
  const code = answer.status === 401 || answer.status === 403 ? "AuthenticationFailed" : "Unreachable";
  return new S3Error(code, message, { reason, ...(region === undefined ? {} : { region }) });
}

function reasonOf(answer: Response, key: string): string {
  switch (answer.status) {
    case 404:
      return key === "" ? "NoSuchBucket" : "NoSuchKey";
    case 403:
      return "AccessDenied";
    case 409:
      return "Conflict";
    case 412:
      return "PreconditionFailed";
  }
  return statusOf(answer);
}

function statusOf(answer: Response): string {
  return answer.statusText === "" ? String(answer.status) : `${answer.status} ${answer.statusText}`;
}
