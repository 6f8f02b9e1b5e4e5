import { hostname } from "node:os";
import type { KubeObject } from "../../api/index.ts";
import type { Client } from "../../kube/index.ts";
import type { EventRecorder, Log } from "./types.ts";

interface Recorded {
  readonly name: string;
  readonly namespace: string;
  count: number;
}

/** Writes core/v1 Events in the background, in order for each object; an equal one within ten minutes is counted on the first. */
export function createEventRecorder(options: {
  readonly client: Client;
  readonly component: string;
  readonly now: () => Date;
  readonly log: Log;
}): EventRecorder & { flush(): Promise<void> } {
  const { client, component, now, log } = options;
  const seen = new Map<string, Recorded & { readonly at: number }>();
  const limit = 4096; // client-go's aggregator keeps as many
  // In order for one object; objects do not wait for each other.
  const chains = new Map<string, Promise<void>>();
  let serial = 0;

  async function write(object: KubeObject, event: Parameters<EventRecorder["record"]>[1], at: Date): Promise<void> {
    const { name = "", namespace = "default", uid = "", resourceVersion } = object.metadata;
    const time = at.toISOString().replace(/\.\d+Z$/, "Z");
    const key = JSON.stringify([
      object.kind,
      namespace,
      name,
      uid,
      event.type,
      event.reason,
      event.message,
      event.annotations,
    ]);
    const earlier = seen.get(key);
    if (earlier !== undefined && at.getTime() - earlier.at < 600_000) {
      earlier.count += 1;
      const reference = { apiVersion: "v1", kind: "Event", namespace: earlier.namespace, name: earlier.name };
      await client.patch(
        reference,
        { count: earlier.count, lastTimestamp: time },
        { type: "merge", fieldManager: component },
      );
      return;
    }
    serial += 1;
    const unique = `${(BigInt(at.getTime()) * 1_000_000n + BigInt(serial % 1_000_000)).toString(16)}`;
    const created = { name: `${name}.${unique}`, namespace, count: 1, at: at.getTime() };
    seen.set(key, created);
    if (seen.size > limit) seen.delete(seen.keys().next().value!);
    await client.create({
      apiVersion: "v1",
      kind: "Event",
      metadata: {
        name: created.name,
        namespace,
        ...(event.annotations === undefined ? {} : { annotations: event.annotations }),
      },
      involvedObject: { apiVersion: object.apiVersion, kind: object.kind, name, namespace, uid, resourceVersion },
      type: event.type,
      reason: event.reason,
      message: event.message,
      source: { component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      reportingComponent: component,
      reportingInstance: hostname(),
    });
  }

  return {
    record(object, event) {
      const at = now();
      const { uid = "" } = object.metadata;
      const written = (chains.get(uid) ?? Promise.resolve())
        .then(() => write(object, event, at))
        .catch((error: unknown) => log.error("cannot record event", { reason: event.reason, error: String(error) }))
        .finally(() => {
          if (chains.get(uid) === written) chains.delete(uid);
        });
      chains.set(uid, written);
    },
    flush: async () => void (await Promise.all(chains.values())),
  };
}
