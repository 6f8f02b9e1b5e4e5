import { type DigestAlgorithm, digestAlgorithms } from "../base/node/digest.ts";
import { messageOf } from "../base/errors.ts";
import { type ControllersOptions, parseFeatureGates } from "../controllers/index.ts";
import type { StoreOptions } from "../sources/index.ts";
import { CommandError, type FlagValues } from "./command.ts";
import type { controllerFlags } from "./controller-flags.ts";

export type ControllerFlags = FlagValues<typeof controllerFlags>;

/** What the flags say to the controllers themselves. Throws CommandError for values that mean nothing. */
export function controllerOptionsOf(flags: ControllerFlags): Omit<ControllersOptions, "store"> {
  const configs = flags["watch-configs"];
  if (configs !== "referenced" && configs !== "labelled")
    throw new CommandError(
      `invalid argument ${JSON.stringify(configs)} for "--watch-configs" flag: it is referenced or labelled`,
    );
  const featureGates = featureGatesOf(flags);
  if (flags["default-kubeconfig-service-account"] !== "" && !featureGates.has("ObjectLevelWorkloadIdentity"))
    throw new CommandError(
      "invalid configuration: cannot set default service accounts when the feature gate ObjectLevelWorkloadIdentity is not enabled",
    );
  return {
    featureGates,
    tokenCacheSize: flags["token-cache-max-size"],
    tokenCacheDuration: flags["token-cache-max-duration"],
    overriddenManagers: flags["override-manager"],
    snapshotDigestAlgorithm: algorithmNamed(flags["snapshot-digest-algo"]),
    artifactRetries: flags["http-retry"],
    artifactTimeout: flags["http-timeout"],
    requeueDependency: flags["requeue-dependency"],
    helmIndexMaxSize: flags["helm-index-max-size"],
    helmChartMaxSize: flags["helm-chart-max-size"],
    helmChartFileMaxSize: flags["helm-chart-file-max-size"],
    sshAlgorithms: { keyExchanges: flags["ssh-kex-algos"], hostKeyAlgorithms: flags["ssh-hostkey-algos"] },
    noCrossNamespaceRefs: flags["no-cross-namespace-refs"],
    defaultServiceAccount: flags["default-service-account"],
    defaultKubeconfigServiceAccount: flags["default-kubeconfig-service-account"],
    insecureKubeconfigExec: flags["insecure-kubeconfig-exec"],
    insecureKubeconfigTls: flags["insecure-kubeconfig-tls"],
    ...(configs === "labelled" ? { watchConfigs: { labelled: flags["watch-configs-label-selector"] } } : {}),
  };
}

/** What the flags say of how artifacts are kept. */
export function storeOptionsOf(flags: ControllerFlags): Omit<StoreOptions, "root"> {
  return {
    retention: { ttl: flags["artifact-retention-ttl"], records: flags["artifact-retention-records"] },
    digestAlgorithm: algorithmNamed(flags["artifact-digest-algo"]),
  };
}

function featureGatesOf(flags: ControllerFlags): ReadonlySet<string> {
  try {
    return parseFeatureGates(flags["feature-gates"]);
  } catch (error) {
    throw new CommandError(`unable to load feature gates: ${messageOf(error)}`);
  }
}

function algorithmNamed(name: string): DigestAlgorithm {
  const found = digestAlgorithms.find((algorithm) => algorithm === name);
  if (found !== undefined) return found;
  throw new CommandError(`unable to configure canonical digest algorithm: unsupported digest algorithm: ${name}`);
}
