import type { KubeObject, ObjectReference } from "../../api/index.ts";
import { type Readiness, waitReady, type WaitedFor } from "../../kube/index.ts";
import { explainAll } from "../explain.ts";
import type { Context, Milliseconds } from "./types.ts";

/** Waits on shared watches until all objects are ready. Throws with Flux's text, which names those that are not, and then says why. */
export async function waitUntilReady(
  targets: readonly ObjectReference[],
  context: Pick<Context, "cache" | "client" | "signal" | "now">,
  options: {
    readonly timeout: Milliseconds;
    /** Ends the wait as the context's own signal does. */
    readonly interruption?: AbortSignal | undefined;
    /** Ends the wait as soon as something has failed. Default: true. */
    readonly failFast?: boolean;
    /** Judges the objects that it knows better than kstatus. */
    readonly judge?: (object: KubeObject) => Readiness | undefined;
  },
): Promise<void> {
  const { cache, now } = context;
  const { interruption, ...how } = options;
  const signal = interruption === undefined ? context.signal : AbortSignal.any([context.signal, interruption]);
  const { outcome, pending } = await waitReady({ cache, targets, signal, now, failFast: true, ...how });
  if (outcome === "reached") return;
  signal.throwIfAborted();
  const prefix = outcome === "failed" ? "failed early due to stalled resources" : "timeout waiting for";
  const unready = pending.map(({ target }) => target);
  const reasons = await explainAll(unready, context);
  throw new Error(`${prefix}: [${pending.map(describe).join(", ")}]${reasons}`);
}

function describe({ target, readiness }: WaitedFor): string {
  const { kind, namespace, name } = target;
  const subject = [kind, namespace, name].filter((part) => part !== undefined && part !== "").join("/");
  return `${subject} status: '${readiness.status}'${readiness.message === "" ? "" : `: ${readiness.message}`}`;
}
