import {
  ApiError,
  apiFailure,
  formatGroupResource,
  forbidden,
  type GroupResource,
  type StatusDetails,
} from "../../api/index.ts";

/** There is no such group, version or resource. */
export function unknownResource(): ApiError {
  return apiFailure("NotFound", "the server could not find the requested resource", {});
}

/** The name that was generated is taken, again and again. */
export function generatedNameTaken(resource: GroupResource, name: string): ApiError {
  const message = `${formatGroupResource(resource)} ${JSON.stringify(name)} already exists, the server was not able to generate a unique name for the object`;
  return apiFailure("AlreadyExists", message, {
    name,
    ...(resource.group === "" ? {} : { group: resource.group }),
    kind: resource.plural,
    retryAfterSeconds: 1,
  });
}

/** Forbidden, with causes that programs can tell apart. */
export function forbiddenBecause(
  resource: GroupResource,
  name: string,
  why: string,
  causes: NonNullable<StatusDetails["causes"]>,
): ApiError {
  const { status } = forbidden(resource, name, why);
  return new ApiError({ ...status, details: { ...status.details, causes } });
}

export function methodNotAllowed(): ApiError {
  return apiFailure("MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

export function unsupportedMediaType(accepted: readonly string[]): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`;
  return apiFailure("UnsupportedMediaType", message);
}

export function notAcceptable(accepted: readonly string[]): ApiError {
  return apiFailure("NotAcceptable", `only the following media types are accepted: ${accepted.join(", ")}`);
}

export function tooLarge(limit: number): ApiError {
  return apiFailure("RequestEntityTooLarge", `Request entity too large: limit is ${limit}`);
}

/** The revision is forgotten; a list may go on from the token without consistency. */
export function expiredRevision(message: string, continueToken?: string): ApiError {
  const { status } = apiFailure("Expired", message);
  return continueToken === undefined
    ? new ApiError(status)
    : new ApiError({ ...status, metadata: { continue: continueToken } });
}

/** The client asks for a revision that does not exist yet. */
export function tooLargeResourceVersion(wanted: number, current: number): ApiError {
  return apiFailure("Timeout", `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
}

/** A JSON patch that is none, or that does not fit the object that it is for. */
export function invalidPatch(thrown: { readonly code: string; readonly message: string }): ApiError {
  if (thrown.code === "patch") {
    return apiFailure(
      "BadRequest",
      "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    );
  }
  if (thrown.code === "limit") return apiFailure("RequestEntityTooLarge", thrown.message);
  return apiFailure("Invalid", "the server rejected our request due to an error in our request", {});
}

/** A strategic merge patch that cannot be applied. */
export function unfitPatch(thrown: { readonly code: string; readonly message: string }): ApiError {
  if (thrown.code === "BadFormat") return apiFailure("BadRequest", thrown.message);
  if (thrown.code === "Unprocessable") {
    return apiFailure("Invalid", `the server rejected our request due to an error in our request`, {});
  }
  return apiFailure("InternalError", thrown.message);
}

/** What storage does not take: kube-apiserver passes its text on, without a reason. */
export function storageRefusal(message: string): ApiError {
  return new ApiError({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, code: 500 });
}
