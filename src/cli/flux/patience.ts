import { setTimeout as sleep } from "node:timers/promises";
import { type Condition, findCondition, isApiError, type KubeObject, type ObjectReference } from "../../api/index.ts";
import type { Client } from "../../kube/index.ts";
import { CommandError, type Io } from "../command.ts";

const interval = 500; // milliseconds; flux looks every two seconds, we need not

/** Looks at an object until `isDone`, or throws flux's text when the time is over. */
export async function waitFor(
  client: Client,
  reference: ObjectReference,
  options: { readonly timeout: number; readonly io: Io; readonly isDone: (object: KubeObject) => boolean },
): Promise<KubeObject> {
  const { timeout, io, isDone } = options;
  const until = performance.now() + timeout;
  for (;;) {
    try {
      const object = await client.get(reference, { signal: io.signal });
      if (isDone(object)) return object;
    } catch (error) {
      if (!isApiError(error, "TooManyRequests", "ServiceUnavailable")) throw error;
    }
    if (performance.now() >= until) throw new CommandError("context deadline exceeded");
    await sleep(interval, undefined, { signal: io.signal });
  }
}

interface Reconciled {
  readonly observedGeneration?: number;
  readonly lastHandledReconcileAt?: string;
  readonly conditions?: readonly Condition[];
}

export function statusOf(object: KubeObject): Reconciled {
  return (object.status as Reconciled | undefined) ?? {};
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return findCondition(statusOf(object).conditions, type);
}

/** True when a controller has come to an end with the object as it is now: ready, or stalled. kstatus' Current and Failed. */
export function isSettled(object: KubeObject): boolean {
  const { observedGeneration } = statusOf(object);
  if (observedGeneration !== undefined && observedGeneration !== object.metadata.generation) return false;
  if (conditionOf(object, "Stalled")?.status === "True") return true;
  if (conditionOf(object, "Reconciling")?.status === "True") return false;
  return conditionOf(object, "Ready")?.status === "True";
}
