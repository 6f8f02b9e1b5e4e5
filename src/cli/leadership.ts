import { hostname } from "node:os";
import { sha256 } from "../base/digest.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../controllers/index.ts";
import { acquireLease, type Client, type Fetch, type HeldLease } from "../kube/index.ts";
import { CommandError, type FlagValues, type Io } from "./command.ts";
import type { controllerFlags } from "./controller-flags.ts";

/** The right to do the controllers' work, until `lost` is aborted. */
export interface Leadership {
  readonly lost: AbortSignal;
  /** True while the leases are surely ours: a process that was frozen leads no more before it has noticed. */
  readonly leads: () => boolean;
  /** Ends it: who does nothing any more lets the next one in; who may still be at work leaves the leases to run out. */
  readonly end: (how: { readonly idle: boolean }) => Promise<void>;
}

/** The programs of Flux that do the same work: whoever holds their leases keeps them out, too. */
const programs = ["source-controller", "helm-controller", "kustomize-controller"] as const;

/**
 * Waits until this process may work: at once without leader election, else when it holds the leases of all of Flux's controllers that it stands
 * for. Gives undefined when the process is told to end before.
 */
export async function awaitLeadership(options: {
  readonly flags: FlagValues<typeof controllerFlags>;
  readonly io: Io;
  /** Tells the process to end. */
  readonly signal: AbortSignal;
  readonly client: Client;
  readonly log: Log;
  /** Told of each lease whether this process holds it. */
  readonly onLead?: (lease: string, leads: boolean) => void;
}): Promise<Leadership | undefined> {
  const { flags, io, signal, client, log, onLead } = options;
  if (!flags["enable-leader-election"])
    return { lost: new AbortController().signal, leads: () => true, end: async () => {} };
  const identity = `${hostname()}_${crypto.randomUUID()}`;
  const namespace = io.env["RUNTIME_NAMESPACE"] || "flux-system";
  const acquire = async (program: string, turn: Promise<unknown>): Promise<HeldLease> => {
    const name = await leaseName(program, flags["watch-label-selector"]);
    log.info(`attempting to acquire leader lease ${namespace}/${name}...`);
    onLead?.(name, false);
    const lease = await acquireLease({
      client,
      namespace,
      name,
      identity,
      duration: flags["leader-election-lease-duration"],
      renewDeadline: flags["leader-election-renew-deadline"],
      retryPeriod: flags["leader-election-retry-period"],
      runsOut: !flags["leader-election-release-on-cancel"],
      turn,
      signal,
      onError: (error) => log.error("cannot renew or take the leader lease", { error: messageOf(error) }),
    });
    onLead?.(name, true);
    lease.lost.addEventListener("abort", () => onLead?.(name, false), { once: true });
    log.info(`successfully acquired lease ${namespace}/${name}`);
    return lease;
  };
  // All are looked at from the beginning, so that a dead leader's run out together; they are taken in one order, so that nobody waits for ever for
  // who waits for him.
  let turn: Promise<unknown> = Promise.resolve();
  const acquired = await Promise.allSettled(
    programs.map((program) => {
      const acquiring = acquire(program, turn);
      turn = acquiring.catch(() => new Promise(() => {}));
      return acquiring;
    }),
  );
  const held = acquired.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const end: Leadership["end"] = async ({ idle }) => {
    for (const lease of held.toReversed()) await (idle ? lease.release() : lease.leave());
  };
  const failed = acquired.find((one) => one.status === "rejected");
  const leads = (): boolean => held.every((lease) => lease.isFresh());
  if (failed === undefined) return { lost: AbortSignal.any(held.map(({ lost }) => lost)), leads, end };
  await end({ idle: true });
  if (signal.aborted) return undefined;
  throw failed.reason;
}

/** A fetch that changes nothing once its process leads no more. */
export function whileLeading(fetch: Fetch, leads: () => boolean): Fetch {
  return async (request) => {
    const isRead = request.method === "GET" || request.method === "HEAD";
    if (!isRead && !leads()) throw new CommandError("leader election lost");
    return await fetch(request);
  };
}

/** Flux: each shard elects a leader of its own, whose lease carries a digest of the shard's labels. */
export async function leaseName(program: string, labelSelector: string): Promise<string> {
  const name = `${program}-leader-election`;
  return labelSelector === "" ? name : `${name}-${(await sha256(labelSelector)).slice(0, 8)}`;
}
