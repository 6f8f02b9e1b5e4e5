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
  readonly signal?: AbortSignal;
  readonly onError?: (error: unknown) => void;
}

/** The lease is ours until `lost` aborts: whoever works under it must stop then. */
export interface HeldLease extends AsyncDisposable {
  readonly lost: AbortSignal;
  /** Lets the next one in at once instead of after `duration`. */
  release(): Promise<void>;
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
  } = options;
  const { onError = () => {} } = options;
  if (renewDeadline >= duration) throw new RangeError("renewDeadline must be shorter than the lease's duration");
  const candidate = createCandidate(options, duration, now);
  const attempt = (patience: number): Promise<boolean> => {
    // A call that hangs must not outlive the time in which the lease is surely ours.
    const patient = AbortSignal.timeout(Math.max(patience, 1));
    return candidate.attempt(signal === undefined ? patient : AbortSignal.any([patient, signal])).catch(fail(onError));
  };
  while (!(await attempt(renewDeadline))) await sleep(retryPeriod * (1 + Math.random() * 0.2), signal);

  const lost = new AbortController();
  const stop = new AbortController();
  const renew = async (): Promise<void> => {
    let renewed = now();
    for (;;) {
      await sleep(retryPeriod, stop.signal);
      if (await attempt(renewDeadline - (now() - renewed))) renewed = now();
      else if (candidate.isOthers() || now() - renewed >= renewDeadline) break;
    }
    lost.abort(new Error(`the lease ${options.namespace}/${options.name} was lost`));
  };
  const renewing = renew().catch(() => {});
  const release = async (): Promise<void> => {
    if (stop.signal.aborted) return;
    stop.abort();
    await renewing;
    if (!lost.signal.aborted && options.runsOut !== true) await candidate.release().catch(fail(onError));
    lost.abort(new Error(`the lease ${options.namespace}/${options.name} was released`));
  };
  return { lost: lost.signal, release, [Symbol.asyncDispose]: release };
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
  /** Takes or renews the lease; false while it is another's. */
  attempt(signal: AbortSignal): Promise<boolean>;
  release(): Promise<void>;
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
    async attempt(signal) {
      const lease = await client.tryGet(reference, { signal });
      if (lease === undefined) {
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
      if (others && now() - seen.at < leaseDurationSeconds * 1000) return false;
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
    async release() {
      const lease = await client.tryGet(reference);
      if (lease === undefined || specOf(lease).holderIdentity !== identity) return;
      const spec = {
        ...specOf(lease),
        holderIdentity: "",
        leaseDurationSeconds: 1,
        acquireTime: time(),
        renewTime: time(),
      };
      await client.replace({ ...lease, spec });
    },
  };
}
