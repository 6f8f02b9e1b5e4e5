import { ApiError, type KubeObject } from "../../api/index.ts";
import type { Store } from "../store/types.ts";
import type { Api, Component } from "./api.ts";
import { nodeName } from "./node.ts";
import { timestamp } from "./objects.ts";

export interface EventRecorder {
  /** Records an Event about an object; the same one again is counted. Never throws. */
  record(about: KubeObject, event: EventText): Promise<void>;
}

export interface EventText {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** The part of the object, for example `spec.containers{web}`. */
  readonly fieldPath?: string;
}

export function createEventRecorder(options: {
  readonly api: Api;
  readonly store: Store;
  readonly now: () => Date;
  /** The controller that tells, for example `deployment-controller`. */
  readonly source: string;
}): EventRecorder {
  const { api, store, now, source } = options;
  const host = source === "kubelet" ? nodeName : undefined;
  return {
    async record(about, { type, reason, message, fieldPath }) {
      const { name = "", namespace, uid, resourceVersion } = about.metadata;
      const time = timestamp(now());
      const same = store
        .list("/events", { prefix: `${namespace ?? "default"}/${name}.` })
        .items.map(({ object }) => object)
        .find((event) => {
          const involved = event["involvedObject"] as
            | { readonly uid?: string; readonly fieldPath?: string }
            | undefined;
          return (
            event["reason"] === reason &&
            event["message"] === message &&
            involved?.uid === uid &&
            involved?.fieldPath === fieldPath
          );
        });
      try {
        if (same !== undefined) {
          const count = typeof same["count"] === "number" ? same["count"] : 1;
          await api.update({ ...same, count: count + 1, lastTimestamp: time });
          return;
        }
        await api.create({
          apiVersion: "v1",
          kind: "Event",
          metadata: { name: `${name}.${uniqueSuffix()}`, namespace: namespace ?? "default" },
          involvedObject: {
            apiVersion: about.apiVersion,
            kind: about.kind,
            name,
            ...(namespace === undefined ? {} : { namespace }),
            ...(uid === undefined ? {} : { uid }),
            ...(resourceVersion === undefined ? {} : { resourceVersion }),
            ...(fieldPath === undefined ? {} : { fieldPath }),
          },
          type,
          reason,
          message,
          source: source === "default-scheduler" ? {} : { component: source, ...(host === undefined ? {} : { host }) },
          reportingComponent: source,
          reportingInstance: host ?? "",
          count: 1,
          firstTimestamp: time,
          lastTimestamp: time,
        });
      } catch (thrown) {
        // An event is not worth more than what it tells of: a namespace that goes takes no new ones.
        if (!(thrown instanceof ApiError)) throw thrown;
      }
    },
  };
}

function uniqueSuffix(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The program that a source of events is a part of. */
export function componentOf(source: string): Component {
  if (source === "kubelet") return source;
  return source === "default-scheduler" ? "kube-scheduler" : "kube-controller-manager";
}
