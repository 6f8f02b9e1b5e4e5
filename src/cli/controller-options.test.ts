import assert from "node:assert/strict";
import { test } from "node:test";
import { controllerFlags } from "./controller-flags.ts";
import {
  advertisedAddress,
  type ControllerFlags,
  controllerOptionsOf,
  runtimeOptionsOf,
  storeOptionsOf,
  withEnvironment,
} from "./controller-options.ts";

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
    controllerOptionsOf(usual, {});
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

const refusals = [
  {
    flags: { "sops-age-secret": "keys" },
    message: "RUNTIME_NAMESPACE is not set: --sops-age-secret needs it",
  },
  {
    flags: { "watch-all-namespaces": false },
    message: "RUNTIME_NAMESPACE is not set: --watch-all-namespaces=false needs it",
  },
  {
    flags: { "events-addr": "ftp://user:hunter2@receiver" },
    message: "unable to create event recorder: --events-addr is no http or https URL",
  },
];
for (const { flags: given, message } of refusals)
  test(`controllerOptionsOf() and runtimeOptionsOf() say at once: ${message}`, () => {
    const flags = { ...usual, ...given };
    assert.throws(() => [controllerOptionsOf(flags, {}), runtimeOptionsOf(flags, {})], { message });
  });

test("withEnvironment() takes from Flux's variables what no flag says", () => {
  const env = {
    STORAGE_PATH: "/data",
    STORAGE_ADV_ADDR: "source-controller.flux-system.svc.",
    METRICS_ADDR: "",
    EVENTS_ADDR: "x",
  };
  const found = withEnvironment({ ...usual, "events-addr": "http://own" }, { given: new Set(["events-addr"]), env });
  assert.equal(found["storage-path"], "/data");
  assert.equal(found["storage-adv-addr"], "source-controller.flux-system.svc.");
  assert.equal(found["metrics-addr"], ":8080");
  assert.equal(found["events-addr"], "http://own");
  assert.equal(found["storage-addr"], usual["storage-addr"]);
});

// Flux: artifact's Options.GetAdvertisedAddress.
for (const [listen, advertised, want] of [
  [":9090", "", "localhost:9090"],
  ["0.0.0.0:9090", "", "pod:9090"],
  ["127.0.0.1:9090", "", undefined],
  ["127.0.0.1:0", "", undefined],
  [":0", "", undefined],
  ["[::1]:9090", "", undefined],
  [":9090", "artifacts.example", "artifacts.example"],
] as const)
  test(`advertisedAddress() of ${listen} and ${JSON.stringify(advertised)} is ${want ?? "where it listens"}`, () => {
    const flags = { ...usual, "storage-addr": listen, "storage-adv-addr": advertised };
    assert.equal(advertisedAddress(flags, { HOSTNAME: "pod" }), want);
  });
