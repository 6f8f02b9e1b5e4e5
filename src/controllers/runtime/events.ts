import { hostname } from "node:os";
import { type KubeObject, toSeconds } from "../../api/index.ts";
import { limitTo } from "../../base/limit.ts";
import { sha256Sync } from "../../base/node/digest.ts";
import type { Client } from "../../kube/index.ts";
import { createNotifier, type NotificationOptions } from "./notification.ts";
import { createOrder } from "./order.ts";
import type { EventRecorder, Log, RecordedEvent } from "./types.ts";

/** Hundreds of releases may end at once: their events must not fill memory or crowd out the requests of others. */
const mostAtOnce = 4;

interface Recorded {
  readonly name: string;
  readonly namespace: string;
  count: number;
}

/**
 * Writes core/v1 Events in the background, in order for each object and few at once; an equal one within ten minutes is counted on the first. A
 * receiver of notifications is told of each.
 */
export function createEventRecorder(options: {
  readonly client: Client;
  readonly component: string;
  readonly now: () => Date;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly notifications?: NotificationOptions | undefined;
}): EventRecorder & { flush(): Promise<void> } {
  const { client, component, now, log, notifications } = options;
  const notifier = notifications === undefined ? undefined : createNotifier({ ...notifications, ...options });
  const seen = new Map<string, Recorded & { readonly at: number }>();
  const limit = 4096; // client-go's aggregator keeps as many
  const order = createOrder();
  const limited = limitTo(mostAtOnce);
  let serial = 0;

  async function write(involved: Involved, event: RecordedEvent, at: Date): Promise<void> {
    const { kind, name, namespace, uid } = involved;
    const time = toSeconds(at);
    // Messages are long, and thousands are remembered.
    const key = sha256Sync(
      JSON.stringify([kind, namespace, name, uid, event.type, event.reason, event.message, event.annotations]),
    );
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
      involvedObject: involved,
      type: event.type === "Trace" ? "Normal" : event.type,
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
    record(object, given) {
      const at = now();
      const event = withOwnAnnotations(object, given);
      const involved = involvedOf(object);
      order.add(involved.uid, () =>
        limited(() => write(involved, event, at)).catch((error: unknown) =>
          log.error("cannot record event", { reason: event.reason, error: String(error) }),
        ),
      );
      if (event.type !== "Trace") notifier?.post(object, event, at);
    },
    flush: async () => void (await Promise.all([order.flush(), notifier?.flush()])),
  };
}

type Involved = ReturnType<typeof involvedOf>;

/** What an event says of its object: the object itself need not be kept until it is written. */
function involvedOf({ apiVersion, kind, metadata }: KubeObject) {
  const { name = "", namespace = "default", uid = "", resourceVersion } = metadata;
  return { apiVersion, kind, name, namespace, uid, resourceVersion };
}

function withOwnAnnotations({ metadata }: KubeObject, event: RecordedEvent): RecordedEvent {
  const own = Object.entries(metadata.annotations ?? {}).filter(([key]) => key.startsWith("event.toolkit.fluxcd.io/"));
  return own.length === 0 ? event : { ...event, annotations: { ...event.annotations, ...Object.fromEntries(own) } };
}
