import type { KubeObject } from "../../api/index.ts";
import { StoreError } from "../errors.ts";
import { negotiate } from "../http/accept.ts";
import type { Call } from "../http/call.ts";
import { toPartial } from "../http/partial.ts";
import { expiredRevision } from "../http/refusals.ts";
import { toWatchTable } from "../http/table.ts";
import type { Selector } from "../selectors.ts";
import { toJson, toServed } from "../serve.ts";
import type { Change } from "../store/types.ts";
import { listOptionsOf, type ListOptions } from "./list-options.ts";
import { refuseFutureRevision, selectorOf } from "./read.ts";

type EventType = "ADDED" | "MODIFIED" | "DELETED";

// A client that does not read is let go rather than kept in memory: as many events as may wait for it.
const queueLimit = 20_000;
const bookmarkEvery = 60_000;
// kube-apiserver: --min-request-timeout; a watch without a timeout ends between 30 and 60 minutes.
const defaultTimeout = 30 * 60;

/** A watch of a collection. */
export function watchObjects(call: Call): Response {
  const { core, resource, path } = call;
  const options = listOptionsOf(call, true);
  const { as } = negotiate(call.request.headers.get("accept"), ["Table", "PartialObjectMetadata"]);
  if (options.resourceVersion !== "0") refuseFutureRevision(call, options.resourceVersion);
  const prefix = path.namespace === undefined ? "" : `${path.namespace}/`;
  const { matches } = selectorOf(call);
  const encoder = createEncoder(call, as);
  let end = (): void => {};

  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let isOpen = true;
        const endings: (() => void)[] = [];
        end = () => {
          if (!isOpen) return;
          isOpen = false;
          for (const ending of endings) ending();
          try {
            controller.close();
          } catch {
            // The reader has cancelled: there is nothing left to close.
          }
        };
        const send = (bytes: Uint8Array): void => {
          if (!isOpen) return;
          if ((controller.desiredSize ?? 0) < -queueLimit) end();
          else controller.enqueue(bytes);
        };
        const onAbort = (): void => end();
        for (const signal of [call.request.signal, core.closing]) {
          if (signal.aborted) return end();
          signal.addEventListener("abort", onAbort, { once: true });
          endings.push(() => signal.removeEventListener("abort", onAbort));
        }
        const timeout = setTimeout(end, (options.timeoutSeconds ?? defaultTimeout) * 1000);
        endings.push(() => clearTimeout(timeout));

        const since = sendInitial({ call, options, prefix, matches, send, encoder });
        const report = (change: Change): void => {
          if (!change.key.startsWith(prefix)) return;
          const type = eventOf(call, change, matches);
          if (type !== undefined) send(encoder.event(type, type === "DELETED" ? lastSeen(change) : change.object));
        };
        try {
          endings.push(core.store.watch(resource.bucket, since, report));
        } catch (thrown) {
          if (!(thrown instanceof StoreError)) throw thrown;
          send(
            encoder.error(
              expiredRevision(`too old resource version: ${since} (${core.store.compacted(resource.bucket)})`).status,
            ),
          );
          return end();
        }
        if (options.allowWatchBookmarks) {
          const timer = setInterval(() => send(encoder.bookmark(core.store.revision(), false)), bookmarkEvery);
          endings.push(() => clearInterval(timer));
        }
      },
      cancel: () => end(),
    },
    { highWaterMark: 0 },
  );
  const type = as?.kind === "Table" ? "application/json;as=Table;g=meta.k8s.io;v=v1;stream=watch" : "application/json";
  return new Response(body, {
    status: 200,
    headers: {
      "content-type": type.startsWith("application/json;") ? "application/json" : type,
      "cache-control": "no-cache, private",
    },
  });
}

/** Sends the state that the watch begins with, where it begins with one. Returns the revision after which changes are to follow. */
function sendInitial(watch: {
  readonly call: Call;
  readonly options: ListOptions;
  readonly prefix: string;
  readonly matches: Selector<KubeObject>;
  readonly send: (bytes: Uint8Array) => void;
  readonly encoder: Encoder;
}): number {
  const { call, options, prefix, matches, send, encoder } = watch;
  const { resourceVersion, sendInitialEvents } = options;
  const isFromState = resourceVersion === undefined || resourceVersion === "0";
  const wantsState = sendInitialEvents ?? isFromState;
  if (!wantsState) return isFromState ? call.core.store.revision() : Number(resourceVersion);
  const { items, revision } = call.core.store.list(call.resource.bucket, { prefix });
  for (const { object } of items) {
    if (matches(toServed(call.resource, object))) send(encoder.event("ADDED", object));
  }
  if (sendInitialEvents === true && options.allowWatchBookmarks) send(encoder.bookmark(revision, true));
  return revision;
}

/** What a change is for one watch: an object that no longer matches is gone for it, one that begins to match is new. */
function eventOf(call: Call, change: Change, matches: Selector<KubeObject>): EventType | undefined {
  const was = change.previous !== undefined && matches(toServed(call.resource, change.previous.object));
  const is = change.next !== undefined && matches(toServed(call.resource, change.next.object));
  if (is) return was ? "MODIFIED" : "ADDED";
  return was ? "DELETED" : undefined;
}

const lastStates = new WeakMap<Change, KubeObject>();

/** The last state that matched, with the revision of the change that ended it. */
function lastSeen(change: Change): KubeObject {
  if (change.next === undefined) return change.object;
  let found = lastStates.get(change);
  if (found === undefined) {
    const { object } = change.previous!;
    found = { ...object, metadata: { ...object.metadata, resourceVersion: String(change.revision) } };
    lastStates.set(change, found);
  }
  return found;
}

interface Encoder {
  event(type: EventType, object: KubeObject): Uint8Array;
  bookmark(revision: number, initialEnd: boolean): Uint8Array;
  error(status: object): Uint8Array;
}

const utf8 = new TextEncoder();
// Bytes of an event, made once for all who watch the same version of a kind.
const encoded = new WeakMap<KubeObject, Map<string, Uint8Array>>();

function createEncoder(call: Call, as: ReturnType<typeof negotiate>["as"]): Encoder {
  const { resource } = call;
  let isFirst = true;
  const line = (type: string, object: unknown): Uint8Array => utf8.encode(`${JSON.stringify({ type, object })}\n`);
  return {
    event(type, object) {
      if (as?.kind === "Table") {
        const bytes = line(type, toWatchTable(call, toServed(resource, object), as.version, isFirst));
        isFirst = false;
        return bytes;
      }
      if (as !== undefined) return line(type, toPartial(toServed(resource, object), as.version));
      let known = encoded.get(object);
      if (known === undefined) {
        known = new Map();
        encoded.set(object, known);
      }
      const key = `${type} ${resource.apiVersion}`;
      let bytes = known.get(key);
      if (bytes === undefined) {
        bytes = utf8.encode(`{"type":"${type}","object":${toJson(resource, object)}}\n`);
        known.set(key, bytes);
      }
      return bytes;
    },
    bookmark(revision, initialEnd) {
      const metadata = {
        resourceVersion: String(revision),
        ...(initialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
      };
      const object = { kind: resource.kind, apiVersion: resource.apiVersion, metadata };
      if (as?.kind === "Table") return line("BOOKMARK", toWatchTable(call, object, as.version, isFirst));
      return line("BOOKMARK", as === undefined ? object : toPartial(object, as.version));
    },
    error: (status) => line("ERROR", status),
  };
}
