import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { KubeObject } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import type { Fetch } from "../../kube/index.ts";
import { limitTo } from "./limit.ts";
import { createOrder } from "./order.ts";
import type { Log, Milliseconds, RecordedEvent } from "./types.ts";

/** Where events are told besides in the cluster: Flux's notification-controller, or what speaks as it does. */
export interface NotificationOptions {
  /** Flux: --events-addr, a URL. */
  readonly address: string;
  readonly fetch: Fetch;
  readonly sleep?: (pause: Milliseconds, signal: AbortSignal) => Promise<void>;
}

export interface Notifier {
  /** Posts the event in the background, in order for each object. Never throws: what could not be told is logged. */
  post(object: KubeObject, event: RecordedEvent, at: Date): void;
  flush(): Promise<void>;
}

// Flux: go-retryablehttp's defaults, with a timeout of its own for each try.
const retries = 4;
const shortestPause = 1_000;
const patience = 5_000;
const mostAtOnce = 8;
const mostPending = 1_000;

export function createNotifier(
  options: NotificationOptions & { readonly component: string; readonly log: Log; readonly signal: AbortSignal },
): Notifier {
  const { address, component, log, signal } = options;
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
      if (order.pending >= mostPending) return fail(`${mostPending} events are waiting for ${redacted(address)}`);
      const body = JSON.stringify(toNotification(object, event, { component, at }));
      order.add(metadata.uid ?? "", () =>
        limited(() => send(body, options, signal)).catch((error: unknown) => fail(messageOf(error))),
      );
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
    timestamp: at.toISOString().replace(/\.\d+Z$/, "Z"),
    message,
    reason,
    ...(Object.keys(annotations).length === 0 ? {} : { metadata: annotations }),
    reportingController: component,
    reportingInstance: hostname(),
  };
}

/** Flux: tries again after failures of the network and of the server; 429 says that the receiver knows of it. */
async function send(body: string, options: NotificationOptions, signal: AbortSignal): Promise<void> {
  const { address, fetch, sleep = (pause) => delay(pause, undefined, { signal }) } = options;
  let problem = "";
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    if (attempt > 0) {
      // Whoever is ending tries once.
      if (signal.aborted) break;
      await sleep(shortestPause * 2 ** (attempt - 1), signal).catch(() => {});
    }
    try {
      const { url, authorization } = withoutCredentials(address);
      const headers = { "content-type": "application/json", ...authorization };
      const ending = AbortSignal.timeout(patience);
      const response = await fetch(new Request(url, { method: "POST", headers, body, signal: ending }));
      await response.body?.cancel();
      if (response.status < 500 || response.status === 501) return;
      problem = `unexpected HTTP status ${response.status} ${response.statusText}`.trim();
    } catch (error) {
      problem = messageOf(error);
    }
  }
  throw new Error(`POST ${redacted(address)} giving up after ${retries + 1} attempt(s): ${problem}`);
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

function redacted(address: string): string {
  const url = new URL(address);
  if (url.password !== "") url.password = "xxxxx";
  return url.href;
}
