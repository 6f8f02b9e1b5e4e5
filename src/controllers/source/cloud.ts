import { readFile } from "node:fs/promises";
import type { CloudPorts } from "../../oci/index.ts";
import { createTransport } from "../../sources/index.ts";
import { fail } from "./failure.ts";
import type { SourcePorts } from "./ports.ts";

/** Where this process finds its identity for one object: until the object's time is over, through the object's proxy. */
export function cloudOf(
  { cloud }: SourcePorts,
  options: { readonly signal: AbortSignal; readonly now: () => Date; readonly proxy?: string },
): CloudPorts {
  const { signal, now, proxy } = options;
  if (proxy === undefined) return { ...cloud, signal, now };
  const proxied = createTransport({ proxy });
  // Services of the machine itself are no proxy's business.
  const isOfMachine = (request: Request): boolean =>
    /^(169\.254\.\d+\.\d+|metadata\.google\.internal|127\.0\.0\.1|localhost)$/.test(new URL(request.url).hostname);
  return {
    ...cloud,
    signal,
    now,
    fetch: (request) => (isOfMachine(request) ? cloud.fetch(request) : proxied(request)),
  };
}

/** Where this process finds its own identity. */
export function processCloud(): CloudPorts {
  return {
    fetch: createTransport(),
    env: process.env,
    readFile: (path) => readFile(path, "utf8"),
    now: () => new Date(),
  };
}

/** Fails as Flux does without its feature gate: a ServiceAccount's identity is not this process's. With the gate, it is not supported. */
export function refuseServiceAccount({ featureGates }: Pick<SourcePorts, "featureGates">): never {
  if (featureGates?.has("ObjectLevelWorkloadIdentity") === true)
    return fail({
      condition: "FetchFailed",
      reason: "AuthenticationFailed",
      message: "the identity of spec.serviceAccountName in a cloud is not supported: only the controller's own is",
      next: "stall",
    });
  const message =
    "to use spec.serviceAccountName for provider authentication please enable the ObjectLevelWorkloadIdentity feature gate in the controller";
  return fail({ condition: "FetchFailed", reason: "FeatureGateDisabled", message, next: "stall" });
}
