import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { serve } from "../src/base/node/serve.ts";
import { cox } from "../src/cli/commands.ts";
import { runLine } from "../src/cli/run.ts";
import { startServedCluster } from "./served-cluster.ts";

/** An embedded cluster that is served, and `cox run` on it as in a process of its own. */
async function start(t: TestContext) {
  const { folder, kubeconfig, client } = await startServedCluster(t);
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  const free = async (): Promise<number> => {
    const server = await serve(async () => new Response(), { host: "127.0.0.1", port: 0 });
    await server.close();
    return Number(new URL(server.url).port);
  };
  const run = (flags: readonly string[], signal = new AbortController().signal): Promise<number> =>
    runLine(
      cox,
      "cox",
      [
        "run",
        "--kubeconfig",
        kubeconfig,
        "--metrics-addr=0",
        "--health-addr=0",
        "--storage-addr=127.0.0.1:0",
        ...flags,
      ],
      {
        stdout: () => {},
        stderr: (text) => {
          lines.push(text);
          for (const [word, tell] of waiting) if (text.includes(word)) tell();
        },
        stdin: () => Promise.resolve(""),
        env: { RUNTIME_NAMESPACE: "default" },
        cwd: folder,
        isTerminal: false,
        signal,
        now: () => new Date(),
      },
    );
  const until = (word: string): Promise<void> => new Promise((resolve) => waiting.set(word, resolve));
  return { folder, client, run, until, lines, free };
}

test("cox run ends well before its memory is used up", { timeout: 60_000 }, async (t) => {
  const { folder, run, until, lines } = await start(t);
  const [maximum, current] = [join(folder, "max"), join(folder, "current")];
  await writeFile(maximum, "1000\n");
  await writeFile(current, "100\n");
  const oom = [
    "--feature-gates=OOMWatch=true",
    "--oom-watch-interval=50ms",
    `--oom-watch-max-memory-path=${maximum}`,
    `--oom-watch-current-memory-path=${current}`,
  ];
  const ended = run(oom);
  await until("all controllers run");
  await writeFile(current, "999\n");
  assert.equal(await ended, 0);
  assert.match(lines.join(""), /Memory usage is near OOM \(999 B\/1000 B\), shutting down/);

  assert.equal(await run([...oom, "--oom-watch-memory-threshold=101"]), 1);
  assert.match(
    lines.at(-1) ?? "",
    /unable to setup OOM watcher: memory usage percent threshold must be between 1 and 100/,
  );
});

const refusals = [
  { flag: "--watch-configs=some", want: /invalid argument "some" for "--watch-configs" flag/ },
  { flag: "--feature-gates=Nope=true", want: /unable to load feature gates: feature-gate 'Nope' not supported/ },
  {
    flag: "--snapshot-digest-algo=blake3",
    want: /unable to configure canonical digest algorithm: unsupported digest algorithm: blake3/,
  },
  { flag: "--events-addr=nowhere", want: /unable to create event recorder: --events-addr is no http or https URL/ },
  {
    flag: "--default-kubeconfig-service-account=tenant",
    want: /cannot set default service accounts when the feature gate ObjectLevelWorkloadIdentity is not enabled/,
  },
  { flag: "--log-level=loud", want: /invalid argument "loud" for "--log-level" flag/ },
];
test("cox run says which flag it cannot do", { timeout: 60_000 }, async (t) => {
  const { run, lines } = await start(t);
  for (const { flag, want } of refusals) {
    assert.equal(await run([flag]), 1);
    assert.match(lines.at(-1) ?? "", want);
  }
});

for (const { flag, holder } of [
  { flag: "true", holder: /^$/ },
  { flag: "false", holder: /^\S+_[0-9a-f-]{36}$/ },
])
  test(`cox run leaves its leases as --leader-election-release-on-cancel=${flag} says`, {
    timeout: 60_000,
  }, async (t) => {
    const { client, run, until } = await start(t);
    const stop = new AbortController();
    const ended = run(["--enable-leader-election", `--leader-election-release-on-cancel=${flag}`], stop.signal);
    await until("all controllers run");
    stop.abort();
    assert.equal(await ended, 0);
    const lease = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace: "default" };
    for (const program of ["source", "helm", "kustomize"]) {
      const { spec } = await client.get({ ...lease, name: `${program}-controller-leader-election` });
      assert.match((spec as { readonly holderIdentity: string }).holderIdentity, holder);
    }
  });

test("cox run tells in its metrics of its queues and leases", { timeout: 60_000 }, async (t) => {
  const { run, until, free } = await start(t);
  const stop = new AbortController();
  const address = `127.0.0.1:${await free()}`;
  const ended = run(["--enable-leader-election", `--metrics-addr=${address}`], stop.signal);
  await until("all controllers run");
  const text = await (await fetch(`http://${address}/metrics`)).text();
  for (const line of [
    'leader_election_master_status{name="helm-controller-leader-election"} 1',
    'workqueue_depth{controller="helmrelease",name="helmrelease",priority="0"} 0',
    'workqueue_unfinished_work_seconds{controller="kustomization",name="kustomization"} 0',
    'controller_runtime_terminal_reconcile_errors_total{controller="helmrelease"} 0',
    "gotk_token_cached_items 0",
  ])
    assert.ok(text.split("\n").includes(line), line);
  stop.abort();
  assert.equal(await ended, 0);
});
