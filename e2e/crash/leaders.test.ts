import assert from "node:assert/strict";
import { test } from "node:test";
import type { HelmRelease, KubeObject } from "../../src/api/index.ts";
import { type Ground, openGround } from "./controllers/ground.ts";
import { changeSpec, installed, isReady, nameOf, prepare } from "./controllers/scenario.ts";
import { type Spawned, spawnControllers } from "./controllers/spawn.ts";
import { isWrite } from "./crashing-fetch.ts";

// Two processes of `cox run` with leader election. Runs where openGround says.
const leases = ["source-controller", "helm-controller", "kustomize-controller"].map(
  (program) => `${program}-leader-election`,
);

/** How long leases last and are renewed, in milliseconds. */
interface Terms {
  readonly lasts: number;
  readonly renewed: number;
}

const flagsOf = ({ lasts, renewed }: Terms): readonly string[] => [
  "--enable-leader-election",
  `--leader-election-lease-duration=${lasts}ms`,
  `--leader-election-renew-deadline=${renewed}ms`,
  "--leader-election-retry-period=400ms",
];

/** A process that must not write but while the leases say that it leads. */
interface Candidate {
  readonly process: Spawned;
  readonly holds: () => Promise<boolean>;
  /** Writes that came while another led. */
  readonly trespasses: readonly string[];
  readonly writes: () => number;
}

async function startCandidate(ground: Ground, folder: string, terms: Terms): Promise<Candidate> {
  let identity: string | undefined;
  const trespasses: string[] = [];
  let writes = 0;
  const holders = () => Promise.all(leases.map((name) => holderOf(ground, name)));
  const holds = async () => identity !== undefined && (await holders()).every((holder) => holder === identity);
  const process = await spawnControllers(ground, {
    flags: flagsOf(terms),
    folder,
    async spy(request, pass) {
      if (!isWrite(request)) return await pass(request);
      if (request.url.includes("/leases")) {
        const lease = (await request.clone().json()) as KubeObject;
        identity ??= (lease.spec as { readonly holderIdentity: string }).holderIdentity;
        return await pass(request);
      }
      writes += 1;
      if (!(await holds())) trespasses.push(`${request.method} ${request.url}`);
      return await pass(request);
    },
  });
  return { process, holds, trespasses, writes: () => writes };
}

async function holderOf({ client, namespace }: Ground, name: string): Promise<string | undefined> {
  const lease = await client.tryGet({ apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name });
  return (lease?.spec as { readonly holderIdentity?: string } | undefined)?.holderIdentity;
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("of several processes one leads, and another takes over when it dies, freezes or ends", {
  timeout: 400_000,
}, async () => {
  try {
    await elect({ lasts: 3_000, renewed: 2_000 });
  } catch {
    // A busy machine may keep a leader from renewing such a lease in time, which is no fault of its own.
    await elect({ lasts: 30_000, renewed: 25_000 });
  }
});

async function elect(terms: Terms): Promise<void> {
  await using ground = await openGround();
  await using open = new AsyncDisposableStack();
  const candidates: Candidate[] = [];
  const start = async (folder: string): Promise<Candidate> => {
    const candidate = await startCandidate(ground, folder, terms);
    candidates.push(candidate);
    open.defer(async () => {
      candidate.process.kill("SIGKILL");
      await candidate.process.ended;
      await candidate.process.close();
    });
    return candidate;
  };
  const upgrade = async (setting: string): Promise<void> => {
    await changeSpec({ values: { setting } })(ground);
    await until(`the upgrade to ${setting}`, async () => isReady(await read()));
  };
  const read = (): Promise<HelmRelease | undefined> => ground.client.tryGet<HelmRelease>(nameOf(ground));
  await prepare({ name: "web", steps: [installed] }, ground);

  const first = await start("first");
  await until("the first to lead", first.holds);
  const second = await start("second");
  await until("the install", async () => isReady(await read()));
  await upgrade("by the first");
  assert.equal(second.writes(), 0);

  // Dead: its leases run out first.
  first.process.kill("SIGKILL");
  await first.process.ended;
  const died = performance.now();
  await until("the second to lead", second.holds);
  assert.ok(performance.now() - died > terms.lasts - terms.renewed - 400, "the second did not wait for the lease");
  await upgrade("by the second");

  // Frozen: when it wakes, another leads, and it ends.
  const third = await start("third");
  second.process.kill("SIGSTOP");
  await until("the third to lead", third.holds);
  await upgrade("by the third");
  second.process.kill("SIGCONT");
  assert.equal(await second.process.ended, "exit code 1");
  assert.match(second.process.said(), /leader election lost/);

  // Told to end: it lets go of the leases at once.
  third.process.kill("SIGTERM");
  assert.equal(await third.process.ended, "exit code 0");
  for (const name of leases) assert.equal(await holderOf(ground, name), "");
  const fourth = await start("fourth");
  await until("the fourth to lead", fourth.holds);
  await upgrade("by the fourth");

  for (const { trespasses } of candidates) assert.deepEqual(trespasses, []);
}
