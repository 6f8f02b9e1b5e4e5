import type { ObjectReference } from "../../api/index.ts";
import { waitReady, type WaitedFor } from "../../kube/index.ts";
import type { Context, Milliseconds } from "./types.ts";

/** Waits on shared watches until all objects are ready. Throws with Flux's text, which names those that are not. */
export async function waitUntilReady(
  targets: readonly ObjectReference[],
  context: Pick<Context, "cache" | "signal" | "now">,
  timeout: Milliseconds,
): Promise<void> {
  const { cache, signal, now } = context;
  const { outcome, pending } = await waitReady({ cache, targets, timeout, signal, now, failFast: true });
  if (outcome === "reached") return;
  signal.throwIfAborted();
  const prefix = outcome === "failed" ? "failed early due to stalled resources" : "timeout waiting for";
  throw new Error(`${prefix}: [${pending.map(describe).join(", ")}]`);
}

function describe({ target, readiness }: WaitedFor): string {
  const { kind, namespace, name } = target;
  const subject = [kind, namespace, name].filter((part) => part !== undefined && part !== "").join("/");
  return `${subject} status: '${readiness.status}'${readiness.message === "" ? "" : `: ${readiness.message}`}`;
}
