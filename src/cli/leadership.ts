import { hostname } from "node:os";
import { sha256 } from "../base/digest.ts";
import { messageOf } from "../base/errors.ts";
import type { Log } from "../controllers/index.ts";
import { acquireLease, type Client } from "../kube/index.ts";
import type { FlagValues, Io } from "./command.ts";
import type { controllerFlags } from "./controller-flags.ts";

/** The right to do the controllers' work, until `lost` is aborted. */
export interface Leadership extends AsyncDisposable {
  readonly lost: AbortSignal;
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
  await using open = new AsyncDisposableStack();
  const lost: AbortSignal[] = [];
  if (flags["enable-leader-election"]) {
    const identity = `${hostname()}_${crypto.randomUUID()}`;
    for (const program of programs) {
      const name = await leaseName(program, flags["watch-label-selector"]);
      const namespace = io.env["RUNTIME_NAMESPACE"] || "flux-system";
      log.info(`attempting to acquire leader lease ${namespace}/${name}...`);
      onLead?.(name, false);
      try {
        const lease = await acquireLease({
          client,
          namespace,
          name,
          identity,
          duration: flags["leader-election-lease-duration"],
          renewDeadline: flags["leader-election-renew-deadline"],
          retryPeriod: flags["leader-election-retry-period"],
          runsOut: !flags["leader-election-release-on-cancel"],
          signal,
          onError: (error) => log.error("cannot renew or take the leader lease", { error: messageOf(error) }),
        });
        lost.push(lease.lost);
        onLead?.(name, true);
        lease.lost.addEventListener("abort", () => onLead?.(name, false), { once: true });
        open.defer(() => lease.release());
        log.info(`successfully acquired lease ${namespace}/${name}`);
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      }
    }
  }
  const opened = open.move();
  return { lost: AbortSignal.any(lost), [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

/** Flux: each shard elects a leader of its own, whose lease carries a digest of the shard's labels. */
export async function leaseName(program: string, labelSelector: string): Promise<string> {
  const name = `${program}-leader-election`;
  return labelSelector === "" ? name : `${name}-${(await sha256(labelSelector)).slice(0, 8)}`;
}
