import { hostname } from "node:os";
import { type KubeObject, toSeconds } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import type { Fetch } from "../../kube/index.ts";
import { type RetryOptions, retrying } from "../../sources/index.ts";
import { limitTo } from "../../base/limit.ts";
import { createOrder } from "./order.ts";
import type { Log, RecordedEvent } from "./types.ts";

/** Where events are told besides in the cluster: Flux's notification-controller, or what speaks as it does. */
export interface NotificationOptions {
  /** Flux: --events-addr, a URL. */
  readonly address: string;
  readonly fetch: Fetch;
  readonly sleep?: RetryOptions["sleep"];
}

export interface Notifier {
  /** Posts the event in the background, in order for each object. Never throws: what could not be told is logged. */
  post(object: KubeObject, event: RecordedEvent, at: Date): void;
  flush(): Promise<void>;
}

// Flux: go-retryablehttp's defaults with a short timeout. 429 says that the receiver knows of it.
const patience = {
  retries: 4,
  shortestPause: 1_000,
  longestPause: 30_000,
  timeout: 5_000,
  isPassing: (status: number) => status >= 500 && status !== 501,
};
const mostAtOnce = 8;
const mostPending = 1_000;

export function createNotifier(
  options: NotificationOptions & { readonly component: string; readonly log: Log; readonly signal: AbortSignal },
): Notifier {
  const { address, component, log, signal, sleep } = options;
  const fetch = retrying(options.fetch, { ...patience, signal, ...(sleep === undefined ? {} : { sleep }) });
  const { url, authorization } = withoutCredentials(address);
  const send = async (body: string): Promise<void> => {
    const headers = { "content-type": "application/json", ...authorization };
    const answer = await fetch(new Request(url, { method: "POST", headers, body }));
    await answer.body?.cancel();
  };
  const order = createOrder();
  const limited = limitTo(mostAtOnce);
  return {
    post(object, event, at) {
      const { metadata, kind } = object;
      const fail = (error: string): void =>
        log.error("unable to record event", {
          error,
          name: metadata.name,
          namespace: metadata.namespace,
          "reconciler kind": kind,
        });
      // A receiver that is away must not fill memory.
      if (order.pending >= mostPending) return fail(`${mostPending} events are waiting for ${url.href}`);
      const body = JSON.stringify(toNotification(object, event, { component, at }));
      order.add(metadata.uid ?? "", () => limited(() => send(body)).catch((error: unknown) => fail(messageOf(error))));
    },
    flush: order.flush,
  };
}

/** The event as notification-controller takes it. */
export function toNotification(
  { apiVersion, kind, metadata }: KubeObject,
  { type, message, reason, annotations = {} }: RecordedEvent,
  { component, at }: { readonly component: string; readonly at: Date },
) {
  const { namespace, name, uid, resourceVersion } = metadata;
  return {
    involvedObject: { kind, namespace, name, uid, apiVersion, resourceVersion },
    severity: type === "Warning" ? "error" : "info",
    timestamp: toSeconds(at),
    message,
    reason,
    ...(Object.keys(annotations).length === 0 ? {} : { metadata: annotations }),
    reportingController: component,
    reportingInstance: hostname(),
  };
}

/** Go: credentials in a URL are sent as a header. */
function withoutCredentials(address: string) {
  const url = new URL(address);
  const credentials = [url.username, url.password].map(decodeURIComponent).join(":");
  url.username = "";
  url.password = "";
  const encoded = Buffer.from(credentials, "utf8").toString("base64");
  return { url, authorization: credentials === ":" ? {} : { authorization: `Basic ${encoded}` } };
}
