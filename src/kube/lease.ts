import { isApiError, type KubeObject } from "../api/index.ts";
import { type Sleep, sleep as platformSleep } from "./throttle.ts";
import type { Client } from "./types.ts";

export interface LeaseOptions {
  readonly client: Client;
  readonly namespace: string;
  readonly name: string;
  /** Names this process; no two may have the same. */
  readonly identity: string;
  /** How long others wait for the holder's next sign of life, in milliseconds. */
  readonly duration?: number;
  /** How long the holder tries to renew before it gives up. Must be shorter than `duration`. */
  readonly renewDeadline?: number;
  readonly retryPeriod?: number;
  /** Leaves the lease to run out when its holder ends: others wait for it as if it had died. client-go: ReleaseOnCancel is false. */
  readonly runsOut?: boolean;
  readonly now?: () => number;
  readonly sleep?: Sleep;
  /** Until it resolves the lease is only looked at, so that the silence of who holds it counts from the beginning. */
  readonly turn?: Promise<unknown>;
  /** Ends the wait for the lease; one that is held is renewed until it is released. */
  readonly signal?: AbortSignal;
  readonly onError?: (error: unknown) => void;
}

/** The lease is ours until `lost` aborts: whoever works under it must stop then. */
export interface HeldLease extends AsyncDisposable {
  readonly lost: AbortSignal;
  /** False when it was not renewed for so long that another may hold it soon, or when it is lost: `lost` may tell a moment later. */
  isFresh(): boolean;
  /** Lets the next one in at once instead of after `duration`. */
  release(): Promise<void>;
  /** Renews it no more: the next one comes in when it has run out. For who cannot say that nothing of his is at work any more. */
  leave(): Promise<void>;
}

/**
 * Waits until this process leads, by a Lease as client-go's leader election keeps it, and renews it from then on. Clocks of different
 * machines are never compared: a lease has run out when it has not changed for its duration by our own clock. Rejects when aborted.
 */
export async function acquireLease(options: LeaseOptions): Promise<HeldLease> {
  const {
    duration = 35_000,
    renewDeadline = 30_000,
    retryPeriod = 5_000,
    now = Date.now,
    sleep = platformSleep,
    signal,
    turn,
  } = options;
  const { onError = () => {} } = options;
  if (renewDeadline >= duration) throw new RangeError("renewDeadline must be shorter than the lease's duration");
  const candidate = createCandidate(options, duration, now);
  const attempt = (how: {
    readonly patience: number;
    readonly end: AbortSignal | undefined;
    readonly mayTake: boolean;
  }): Promise<boolean> => {
    const { patience, end, mayTake } = how;
    // A call that hangs must not outlive the time in which the lease is surely ours.
    const patient = AbortSignal.timeout(Math.max(patience, 1));
    const ending = end === undefined ? patient : AbortSignal.any([patient, end]);
    return candidate.attempt({ signal: ending, mayTake }).catch(fail(onError));
  };
  let mayTake = turn === undefined;
  let wake = (): void => {};
  void turn?.then(() => {
    mayTake = true;
    wake();
  });
  let renewed = now();
  while (!(await attempt({ patience: renewDeadline, end: signal, mayTake }))) {
    // Who stands by may do so for months: a race with the turn would keep something of each pause until it comes.
    await new Promise<void>((resolve, reject) => {
      wake = resolve;
      sleep(retryPeriod * (1 + Math.random() * 0.2), signal).then(resolve, reject);
    });
    renewed = now();
  }

  const lost = new AbortController();
  const stop = new AbortController();
  const renew = async (): Promise<void> => {
    for (;;) {
      await sleep(retryPeriod, stop.signal);
      const began = now();
      const patience = renewDeadline - (began - renewed);
      if (await attempt({ patience, end: stop.signal, mayTake: true })) renewed = began;
      else if (candidate.isOthers() || now() - renewed >= renewDeadline) break;
    }
    lost.abort(new Error(`the lease ${options.namespace}/${options.name} was lost`));
  };
  const renewing = renew().catch(() => {});
  const end = async ({ lets }: { readonly lets: boolean }): Promise<void> => {
    if (stop.signal.aborted) return;
    stop.abort();
    await renewing;
    if (!lost.signal.aborted && lets) await candidate.release(AbortSignal.timeout(retryPeriod)).catch(fail(onError));
    lost.abort(new Error(`the lease ${options.namespace}/${options.name} was released`));
  };
  const release = (): Promise<void> => end({ lets: options.runsOut !== true });
  const isFresh = (): boolean => !lost.signal.aborted && now() - renewed < renewDeadline;
  return { lost: lost.signal, isFresh, release, leave: () => end({ lets: false }), [Symbol.asyncDispose]: release };
}

function fail(onError: (error: unknown) => void): (error: unknown) => false {
  return (error) => {
    // Somebody else was faster; that is what the election is for.
    if (!isApiError(error, "Conflict", "AlreadyExists")) onError(error);
    return false;
  };
}

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

interface Candidate {
  /** Takes or renews the lease; false while it is another's, or may not be taken. */
  attempt(how: { readonly signal: AbortSignal; readonly mayTake: boolean }): Promise<boolean>;
  release(signal: AbortSignal): Promise<void>;
  isOthers(): boolean;
}

function createCandidate(options: LeaseOptions, duration: number, now: () => number): Candidate {
  const { client, namespace, name, identity } = options;
  const reference = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name };
  let seen: { readonly version: string; readonly at: number } | undefined;
  let others = false;
  const specOf = (lease: KubeObject | undefined): LeaseSpec => (lease?.["spec"] ?? {}) as LeaseSpec;
  const time = (): string => new Date(now()).toISOString().replace("Z", "000Z");
  return {
    isOthers: () => others,
    async attempt({ signal, mayTake }) {
      const lease = await client.tryGet(reference, { signal });
      if (lease === undefined) {
        if (!mayTake) return false;
        const spec = {
          holderIdentity: identity,
          leaseDurationSeconds: duration / 1000,
          acquireTime: time(),
          renewTime: time(),
          leaseTransitions: 0,
        };
        await client.create({ ...reference, metadata: { namespace, name }, spec }, { signal });
        others = false;
        return true;
      }
      const { resourceVersion: version = "" } = lease.metadata;
      if (seen?.version !== version) seen = { version, at: now() };
      const {
        holderIdentity: holder = "",
        leaseTransitions = 0,
        leaseDurationSeconds = duration / 1000,
        acquireTime,
      } = specOf(lease);
      others = holder !== "" && holder !== identity;
      if (!mayTake || (others && now() - seen.at < leaseDurationSeconds * 1000)) return false;
      const ours = holder === identity;
      const spec = {
        holderIdentity: identity,
        leaseDurationSeconds: duration / 1000,
        acquireTime: ours && acquireTime !== undefined ? acquireTime : time(),
        renewTime: time(),
        leaseTransitions: ours ? leaseTransitions : leaseTransitions + 1,
      };
      // With the version that was read: of two that take it at once, one is refused.
      await client.replace({ ...lease, spec }, { signal });
      others = false;
      return true;
    },
    async release(signal) {
      const lease = await client.tryGet(reference, { signal });
      if (lease === undefined || specOf(lease).holderIdentity !== identity) return;
      const spec = {
        ...specOf(lease),
        holderIdentity: "",
        leaseDurationSeconds: 1,
        acquireTime: time(),
        renewTime: time(),
      };
      try {
        await client.replace({ ...lease, spec }, { signal });
      } catch (error) {
        // A renewal that was under way came through after all.
        if (!isApiError(error, "Conflict")) throw error;
        await this.release(signal);
      }
    },
  };
}
