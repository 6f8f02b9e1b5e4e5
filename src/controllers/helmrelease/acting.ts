import type { HelmRelease } from "../../api/index.ts";
import { CodedError } from "../../base/errors.ts";
import { identityOf, type Context } from "../runtime/index.ts";
import type { HelmReleaseOptions } from "./ports.ts";

/** The cluster of a release cannot be reached as its spec says; the code is the reason of its Ready condition. */
export class ActingError extends CodedError<"RESTClientError"> {}

/** The context in which the release's own objects are read and written: as its service account where the spec names one. Throws ActingError. */
export function actingContext(release: HelmRelease, context: Context, options: HelmReleaseOptions): Context {
  const { kubeConfig, serviceAccountName = options.defaultServiceAccount ?? "" } = release.spec;
  if (kubeConfig !== undefined)
    throw new ActingError(
      "RESTClientError",
      "spec.kubeConfig is not supported yet: the release can only go to its own cluster",
    );
  if (serviceAccountName === "") return context;
  if (options.clientAs === undefined)
    throw new ActingError("RESTClientError", "cannot act as a service account: impersonation is not set up");
  const user = `system:serviceaccount:${identityOf(release).namespace}:${serviceAccountName}`;
  return { ...context, client: options.clientAs(user) };
}
