import { CodedError } from "../base/errors.ts";
import { goQuote } from "../base/go-quote.ts";
import type { FieldError } from "./field-error.ts";
import type { Status } from "./object.ts";

/** Kubernetes' reasons for an answer that is not a success, and NoMatch for a kind that the cluster does not have. */
export type StatusReason =
  | "Unknown"
  | "Unauthorized"
  | "Forbidden"
  | "NotFound"
  | "AlreadyExists"
  | "Conflict"
  | "Gone"
  | "Invalid"
  | "ServerTimeout"
  | "StoreReadError"
  | "Timeout"
  | "TooManyRequests"
  | "BadRequest"
  | "MethodNotAllowed"
  | "NotAcceptable"
  | "RequestEntityTooLarge"
  | "UnsupportedMediaType"
  | "InternalError"
  | "Expired"
  | "ServiceUnavailable"
  | "NoMatch";

const httpCodes: Readonly<Record<StatusReason, number>> = {
  Unknown: 500,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Invalid: 422,
  ServerTimeout: 500,
  StoreReadError: 500,
  Timeout: 504,
  TooManyRequests: 429,
  BadRequest: 400,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  InternalError: 500,
  Expired: 410,
  ServiceUnavailable: 503,
  NoMatch: 404,
};

/** What a bare HTTP code means; a 409 that answers a POST means AlreadyExists. */
const reasonsByCode: Readonly<Record<number, StatusReason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Gone",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** The HTTP code of a reason. */
export function httpCodeOf(reason: StatusReason): number {
  return httpCodes[reason];
}

/** The reason that an HTTP code stands for when the answer gives none. */
export function reasonOfHttpCode(code: number): StatusReason {
  return reasonsByCode[code] ?? (code >= 500 ? "InternalError" : "Unknown");
}

/** An answer of the Kubernetes API that is not a success. The server throws it, the client rebuilds it; `message` is the status' own. */
export class ApiError extends CodedError<StatusReason> {
  readonly status: Status;
  /** The HTTP code of the answer. */
  readonly http: number;

  constructor(status: Status, options?: ErrorOptions) {
    const reason = toReason(status);
    super(reason, status.message ?? reason, options);
    this.status = status;
    this.http = status.code ?? httpCodes[reason];
  }
}

/** True for an ApiError with one of the reasons. */
export function isApiError(thrown: unknown, ...reasons: readonly StatusReason[]): thrown is ApiError {
  return thrown instanceof ApiError && (reasons.length === 0 || reasons.includes(thrown.code));
}

function toReason(status: Status): StatusReason {
  const { reason, code } = status;
  if (reason !== undefined && Object.hasOwn(httpCodes, reason)) return reason as StatusReason;
  return code === undefined ? "Unknown" : reasonOfHttpCode(code);
}

/** A resource in an error text: `deployments.apps`, or `pods` for the core group. */
export interface GroupResource {
  readonly group: string;
  readonly plural: string;
}

export function formatGroupResource({ group, plural }: GroupResource): string {
  return group === "" ? plural : `${plural}.${group}`;
}

export type StatusDetails = NonNullable<Status["details"]>;

/** An answer that is no success, for a reason and with a text. */
export function apiFailure(reason: StatusReason, message: string, details?: StatusDetails): ApiError {
  return new ApiError({
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    reason,
    ...(details === undefined ? {} : { details }),
    code: httpCodes[reason],
  });
}

function about(resource: GroupResource, name: string): StatusDetails {
  return {
    ...(name === "" ? {} : { name }),
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
  };
}

export function notFound(resource: GroupResource, name: string): ApiError {
  return apiFailure("NotFound", `${formatGroupResource(resource)} ${goQuote(name)} not found`, about(resource, name));
}

export function alreadyExists(resource: GroupResource, name: string): ApiError {
  const message = `${formatGroupResource(resource)} ${goQuote(name)} already exists`;
  return apiFailure("AlreadyExists", message, about(resource, name));
}

/** The write was based on something that has changed since. */
export function conflict(resource: GroupResource, name: string, why: string = modified): ApiError {
  const message = `Operation cannot be fulfilled on ${formatGroupResource(resource)} ${goQuote(name)}: ${why}`;
  return apiFailure("Conflict", message, about(resource, name));
}

const modified = "the object has been modified; please apply your changes to the latest version and try again";

export function forbidden(resource: GroupResource, name: string, why: string): ApiError {
  const who = name === "" ? formatGroupResource(resource) : `${formatGroupResource(resource)} ${goQuote(name)}`;
  return apiFailure("Forbidden", `${who} is forbidden: ${why}`, about(resource, name));
}

/** The object does not hold what its kind asks for; every error is listed in the text and in the causes. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): ApiError {
  const texts = [...new Set(errors.map(({ field, message }) => `${field}: ${message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const who = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const message = `${who} ${goQuote(name)} is invalid${errors.length === 0 ? "" : `: ${list}`}`;
  return apiFailure("Invalid", message, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.kind,
    causes: errors.map(({ reason, message: text, field }) => ({ reason, message: text, field })),
  });
}

export function badRequest(message: string): ApiError {
  return apiFailure("BadRequest", message);
}

export function unauthorized(message = "Unauthorized"): ApiError {
  return apiFailure("Unauthorized", message);
}

/** The version that was asked for is no longer known: list again. */
export function expired(message: string): ApiError {
  return apiFailure("Expired", message);
}

export function tooManyRequests(message: string, retryAfterSeconds: number): ApiError {
  return apiFailure("TooManyRequests", message, { retryAfterSeconds });
}

export function internalError(message: string): ApiError {
  return apiFailure("InternalError", `Internal error occurred: ${message}`, { causes: [{ message }] });
}

/** The cluster does not serve the kind. The text is kubectl's and helm's. */
export function noMatch({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): ApiError {
  return apiFailure("NoMatch", `no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`);
}
