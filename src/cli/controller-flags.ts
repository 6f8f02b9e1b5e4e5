import type { Flags } from "./command.ts";

/** The flags of `cox run`: those of Flux's controllers, with their defaults. */
export const controllerFlags = {
  kubeconfig: { type: "string", help: "path to the kubeconfig file" },
  context: { type: "string", help: "kubernetes context to use" },
  "storage-path": { type: "string", default: ".cox/artifacts", help: "the local storage path" },
  "storage-addr": { type: "string", default: "127.0.0.1:9090", help: "the address of the artifact server" },
  "storage-adv-addr": { type: "string", help: "the advertised address of the artifact server" },
  concurrent: { type: "integer", default: 4, help: "how many reconciles of a kind may render or write at once" },
  "requeue-dependency": {
    type: "duration",
    default: 30_000,
    help: "the interval at which failing dependencies are reevaluated",
  },
  "sigstore-trusted-root": {
    type: "string",
    help: "a trusted_root.json, for keyless signatures of objects that name none",
  },
  "no-cross-namespace-refs": { type: "boolean", help: "refuse references to other namespaces" },
  "default-service-account": { type: "string", help: "service account to act as where a spec names none" },
  "default-kubeconfig-service-account": {
    type: "string",
    help: "the same for clusters that trust a token of this one",
  },
  "insecure-kubeconfig-exec": { type: "boolean", help: "allow kubeconfigs of specs to run programs" },
  "insecure-kubeconfig-tls": { type: "boolean", help: "allow kubeconfigs of specs to skip the check of certificates" },
  "feature-gates": { type: "list", help: "comma-separated name=true or name=false" },
  "watch-all-namespaces": {
    type: "boolean",
    default: true,
    help: "when false, only the namespace of RUNTIME_NAMESPACE",
  },
  "watch-label-selector": { type: "string", help: "reconcile only objects with these labels" },
  "watch-configs": {
    type: "string",
    default: "referenced",
    help: "which ConfigMaps and Secrets wake releases: referenced or labelled",
  },
  "watch-configs-label-selector": {
    type: "string",
    default: "reconcile.fluxcd.io/watch=Enabled",
    help: "the labels of those that wake releases when only labelled ones do",
  },
  "interval-jitter-percentage": { type: "integer", default: 5, help: "how far intervals are spread, in percent" },
  "min-retry-delay": { type: "duration", default: 750, help: "the shortest pause after a failure" },
  "max-retry-delay": { type: "duration", default: 15 * 60_000, help: "the longest pause after failures" },
  "kube-api-qps": { type: "integer", default: 50, help: "requests to the Kubernetes API in a second" },
  "kube-api-burst": { type: "integer", default: 300, help: "requests to the Kubernetes API at once" },
  "override-manager": {
    type: "strings",
    help: "a field manager whose changes of what is applied are undone; may be given many times",
  },
  "snapshot-digest-algo": {
    type: "string",
    default: "sha256",
    help: "the algorithm of digests of releases and values: sha1, sha256, sha384 or sha512",
  },
  "http-retry": { type: "integer", default: 9, help: "how often to fetch an artifact again that could not be fetched" },
  "http-timeout": { type: "duration", default: 30_000, help: "how long one fetch of an artifact may take" },
  "events-addr": { type: "string", help: "the URL of a receiver of events, as notification-controller is one" },
  "metrics-addr": { type: "string", default: ":8080", help: "the address of the metrics endpoint; 0 for none" },
  "health-addr": { type: "string", default: ":9440", help: "the address of the health endpoint; 0 for none" },
  "enable-leader-election": { type: "boolean", help: "let one of several processes do the work" },
  "leader-election-lease-duration": {
    type: "duration",
    default: 35_000,
    help: "how long others wait for a sign of life",
  },
  "leader-election-renew-deadline": {
    type: "duration",
    default: 30_000,
    help: "how long the leader tries to give one",
  },
  "leader-election-retry-period": { type: "duration", default: 5_000, help: "the pause between two tries" },
  "leader-election-release-on-cancel": {
    type: "boolean",
    default: true,
    help: "give the lease up at the end, so that the next process need not wait for it",
  },
  "oom-watch-memory-threshold": {
    type: "integer",
    default: 95,
    help: "with the gate OOMWatch: end gracefully when so many percent of the memory limit are used",
  },
  "oom-watch-interval": { type: "duration", default: 500, help: "with the gate OOMWatch: the pause between two looks" },
  "oom-watch-max-memory-path": {
    type: "string",
    help: "with the gate OOMWatch: the file of the memory limit; found by default",
  },
  "oom-watch-current-memory-path": {
    type: "string",
    help: "with the gate OOMWatch: the file of the memory in use; found by default",
  },
  "graceful-shutdown-timeout": {
    type: "duration",
    default: 600_000,
    help: "how long to wait for running reconciles at the end",
  },
  "log-level": { type: "string", default: "info", help: "trace, debug, info or error" },
  "log-encoding": { type: "string", default: "json", help: "json or console" },
} as const satisfies Flags;
