import { CodedError } from "../base/errors.ts";

export type KubeErrorCode =
  | "connection" // the server could not be reached, or the connection broke
  | "answer" // the server answered something that is not Kubernetes' API
  | "too-large" // an answer is larger than we take
  | "name" // a name that cannot stand in a URL
  | "kubeconfig" // the configuration cannot be read or is incomplete
  | "credentials" // the configuration's credentials cannot be had
  | "closed"; // asked of something that has been closed

/** Why the API could not be asked, or its answer not be taken. What the API itself refuses is an `ApiError`. */
export class KubeError extends CodedError<KubeErrorCode> {}
