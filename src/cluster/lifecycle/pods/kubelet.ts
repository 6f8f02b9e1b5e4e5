import type { Controller } from "../runtime.ts";
import type { Pod } from "../kinds.ts";
import { nodeName } from "../node.ts";
import { isDeleted, isFinished, keyOf } from "../objects.ts";
import type { Store } from "../../store/types.ts";
import { createWaits } from "../waits.ts";
import { isRunning } from "./status.ts";
import { nextStep } from "./steps.ts";

/** Takes the Pods of the node through their lives: start, run, end, stop. */
export function createKubelet(): Controller {
  const waits = createWaits();
  const address = createAddresses();
  return {
    name: "kubelet",
    watches: [{ bucket: "/pods", keys: (pod) => [keyOf(pod)] }],
    async reconcile(key, { store, now, pace, api, events }) {
      const pod = store.get("/pods", key)?.object as Pod | undefined;
      if (pod === undefined) return waits.forget(key);
      const { uid = "" } = pod.metadata;
      const { record } = events("kubelet");
      if (isDeleted(pod)) {
        // What others hold by a finalizer is stopped already once its grace is over.
        if (pod.metadata.deletionGracePeriodSeconds === 0 && (pod.metadata.finalizers ?? []).length > 0)
          return undefined;
        if (pod.spec.nodeName !== undefined && !isFinished(pod)) {
          const isFirst = waits.until(key, { of: `${uid} stop`, after: pace.stop, now: now() }) === pace.stop;
          const running = pod.status?.containerStatuses?.filter(isRunning) ?? [];
          if (isFirst) {
            for (const { name } of running) {
              const fieldPath = `spec.containers{${name}}`;
              await record(pod, {
                type: "Normal",
                reason: "Killing",
                message: `Stopping container ${name}`,
                fieldPath,
              });
            }
          }
          const wait = waits.until(key, { of: `${uid} stop`, after: pace.stop, now: now() });
          if (wait > 0) return wait;
        }
        waits.forget(key);
        await api("kubelet").remove(pod, { gracePeriodSeconds: 0 });
        return undefined;
      }
      if (pod.spec.nodeName !== nodeName) return undefined;
      const step = nextStep(pod, pace);
      if (step === undefined) return waits.forget(key);
      const wait = waits.until(key, { of: `${uid} ${step.name}`, after: step.after, now: now() });
      if (wait > 0) return wait;
      waits.forget(key);
      const { status, events: told } = step.next(now(), () => address(store));
      await api("kubelet").updateStatus({ ...pod, status });
      for (const event of told) await record(pod, event);
      return undefined;
    },
  };
}

/** Addresses of Pods, each in use once. */
function createAddresses(): (store: Store) => string {
  let last = 1;
  return (store) => {
    const used = new Set(store.list("/pods").items.map(({ object }) => (object as Pod).status?.podIP));
    for (;;) {
      last = last >= 65_534 ? 2 : last + 1;
      const ip = `10.244.${last >> 8}.${last & 255}`;
      if (!used.has(ip)) return ip;
    }
  };
}
