import assert from "node:assert/strict";
import { test } from "node:test";
import { controllerFlags } from "./controller-flags.ts";
import { type ControllerFlags, controllerOptionsOf, storeOptionsOf } from "./controller-options.ts";

// `source-controller --help` of version 1.9.1; docs/compatibility.md says which are not here.
const flags =
  "artifact-digest-algo artifact-retention-records artifact-retention-ttl concurrent default-service-account \
enable-leader-election events-addr feature-gates health-addr helm-cache-max-size helm-cache-purge-interval helm-cache-ttl \
helm-chart-file-max-size helm-chart-max-size helm-index-max-size interval-jitter-percentage kube-api-burst kube-api-qps kubeconfig \
leader-election-lease-duration leader-election-release-on-cancel leader-election-renew-deadline leader-election-retry-period \
log-encoding log-level max-retry-delay metrics-addr min-retry-delay requeue-dependency ssh-hostkey-algos ssh-kex-algos storage-addr \
storage-adv-addr storage-path watch-all-namespaces watch-label-selector".split(" ");

test("cox run has the flags of source-controller", () => {
  assert.deepEqual(
    flags.filter((name) => !Object.hasOwn(controllerFlags, name)),
    [],
  );
});

const usual = Object.fromEntries(
  Object.entries(controllerFlags).map(([name, flag]) => [
    name,
    "default" in flag ? flag.default : flag.type === "list" ? [] : flag.type === "boolean" ? false : "",
  ]),
) as unknown as ControllerFlags;

test("controllerOptionsOf() and storeOptionsOf() say by default what source-controller does", () => {
  const { helmIndexMaxSize, helmChartMaxSize, helmChartFileMaxSize, requeueDependency, sshAlgorithms } =
    controllerOptionsOf(usual);
  assert.deepEqual(
    { helmIndexMaxSize, helmChartMaxSize, helmChartFileMaxSize, requeueDependency, sshAlgorithms },
    {
      helmIndexMaxSize: 52_428_800,
      helmChartMaxSize: 10_485_760,
      helmChartFileMaxSize: 5_242_880,
      requeueDependency: 30_000,
      sshAlgorithms: { keyExchanges: [], hostKeyAlgorithms: [] },
    },
  );
  assert.deepEqual(storeOptionsOf(usual), { retention: { ttl: 60_000, records: 2 }, digestAlgorithm: "sha256" });
});

test("storeOptionsOf() refuses an algorithm that nobody knows", () => {
  assert.throws(() => storeOptionsOf({ ...usual, "artifact-digest-algo": "md5" }), {
    message: "unable to configure canonical digest algorithm: unsupported digest algorithm: md5",
  });
});
