import { CodedError } from "../base/errors.ts";
import type { Client, Fetch } from "../kube/index.ts";
import type { CloudPorts } from "../oci/index.ts";
import type { TokenCache } from "./runtime/index.ts";
import type { ClusterAccess } from "./target-cloud.ts";

/** A cluster cannot be reached as a spec says; the code tells whether what it names is missing. */
export class TargetError extends CodedError<"Missing" | "Unusable"> {}

export interface TargetOptions {
  /** A client of the controllers' own cluster that acts as another user. */
  readonly clientAs?: (user: string) => Client;
  /** What each request to another cluster must pass. */
  readonly guard?: (fetch: Fetch) => Fetch;
  /** Asks the controllers' own cluster for a token of a service account, for clusters that trust it. */
  readonly requestToken?: RequestToken;
  /** Keeps the tokens by which clusters are reached. Flux: --token-cache-*. Default: keeps none. */
  readonly tokens?: TokenCache<ClusterAccess>;
  /** Where the identity of this process is found, for clusters of clouds. */
  readonly cloud?: CloudPorts;
  /** Flux: --feature-gates, those that are on. */
  readonly featureGates?: ReadonlySet<string>;
  /** Flux: --default-service-account, for specs that name none. */
  readonly defaultServiceAccount?: string;
  /** Flux: --default-kubeconfig-service-account, for ConfigMaps that name none. */
  readonly defaultKubeconfigServiceAccount?: string;
  /** Flux: --insecure-kubeconfig-exec. */
  readonly insecureKubeconfigExec?: boolean;
  /** Flux: --insecure-kubeconfig-tls. */
  readonly insecureKubeconfigTls?: boolean;
}

export type RequestToken = (
  account: { readonly namespace: string; readonly name: string },
  options: { readonly audiences: readonly string[]; readonly signal: AbortSignal },
) => Promise<{ readonly token: string; readonly expiresAt: Date }>;

/** The parts of a spec that say where its objects go, and in whose name. */
export interface TargetSpec {
  readonly kubeConfig?: {
    readonly secretRef?: { readonly name: string; readonly key?: string };
    readonly configMapRef?: { readonly name: string };
  };
  readonly serviceAccountName?: string;
}
