import { hostname } from "node:os";
import { type DigestAlgorithm, digestAlgorithms } from "../base/node/digest.ts";
import { messageOf } from "../base/errors.ts";
import { type ControllersOptions, parseFeatureGates, type RuntimeOptions } from "../controllers/index.ts";
import { createTransport, type StoreOptions } from "../sources/index.ts";
import { CommandError, type FlagValues } from "./command.ts";
import type { controllerFlags } from "./controller-flags.ts";

export type ControllerFlags = FlagValues<typeof controllerFlags>;

/** Flux: the variables that stand for flags which are not given. */
const variables = {
  "storage-path": "STORAGE_PATH",
  "storage-addr": "STORAGE_ADDRESS",
  "storage-adv-addr": "STORAGE_ADV_ADDR",
  "metrics-addr": "METRICS_ADDR",
  "events-addr": "EVENTS_ADDR",
} as const satisfies Partial<Record<keyof ControllerFlags, string>>;

/** The flags with what the environment says in the place of some that were not given. */
export function withEnvironment(
  flags: ControllerFlags,
  { given, env }: { readonly given: ReadonlySet<string>; readonly env: Environment },
): ControllerFlags {
  const told = Object.entries(variables).flatMap(([name, variable]) => {
    const value = env[variable] ?? "";
    return given.has(name) || value === "" ? [] : [[name, value] as const];
  });
  return { ...flags, ...Object.fromEntries(told) };
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Flux: what others call the artifact server; undefined where that is where it listens. */
export function advertisedAddress(flags: ControllerFlags, env: Environment): string | undefined {
  if (flags["storage-adv-addr"] !== "") return flags["storage-adv-addr"];
  const [, host = "", port = ""] = /^(.*?):?(\d+)$/.exec(flags["storage-addr"]) ?? [];
  if (port === "" || Number(port) === 0) return undefined;
  if (host === "") return `localhost:${port}`;
  return host === "0.0.0.0" ? `${env["HOSTNAME"] || hostname()}:${port}` : undefined;
}

/** What the flags say to the controllers themselves. Throws CommandError for values that mean nothing. */
export function controllerOptionsOf(flags: ControllerFlags, env: Environment): Omit<ControllersOptions, "store"> {
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
    ...sopsSecretOf(flags, env),
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

/** What the flags say of how objects are reconciled. Throws CommandError for values that mean nothing. */
export function runtimeOptionsOf(flags: ControllerFlags, env: Environment) {
  return {
    ...notificationsOf(flags),
    ...namespaceOf(flags, env),
    concurrent: flags.concurrent,
    jitterPercentage: flags["interval-jitter-percentage"],
    minimumRetryDelay: flags["min-retry-delay"],
    maximumRetryDelay: flags["max-retry-delay"],
    labelSelector: flags["watch-label-selector"],
  } satisfies Partial<RuntimeOptions>;
}

/** The receiver's credentials may stand in its URL: no error quotes it. */
function notificationsOf({ "events-addr": address }: ControllerFlags): Pick<RuntimeOptions, "notifications"> {
  if (address === "") return {};
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new CommandError("unable to create event recorder: --events-addr is no http or https URL");
  return { notifications: { address, fetch: createTransport({ keepAlive: true }) } };
}

function sopsSecretOf(flags: ControllerFlags, env: Environment): Pick<ControllersOptions, "sopsAgeSecret"> {
  const name = flags["sops-age-secret"];
  return name === "" ? {} : { sopsAgeSecret: { namespace: ownNamespace(env, "--sops-age-secret"), name } };
}

function namespaceOf(flags: ControllerFlags, env: Environment): Pick<RuntimeOptions, "namespace"> {
  return flags["watch-all-namespaces"] ? {} : { namespace: ownNamespace(env, "--watch-all-namespaces=false") };
}

function ownNamespace(env: Environment, flag: string): string {
  const namespace = env["RUNTIME_NAMESPACE"] ?? "";
  if (namespace === "") throw new CommandError(`RUNTIME_NAMESPACE is not set: ${flag} needs it`);
  return namespace;
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
