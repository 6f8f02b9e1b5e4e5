import type { KubeObject } from "../../api/index.ts";
import type { Client, Kind, Selection, WatchCache } from "../../kube/index.ts";

export type Milliseconds = number;

/** How a reconcile ended. What is thrown instead is unexpected: the runtime backs off and tries again. */
export type Outcome =
  | { readonly outcome: "done"; readonly again?: Milliseconds }
  | { readonly outcome: "waiting"; readonly reason: string; readonly message: string; readonly again: Milliseconds }
  | { readonly outcome: "stalled"; readonly reason: string; readonly message: string }
  /** Not an error, but to be tried again at once with the error backoff (Flux: "must requeue"). */
  | { readonly outcome: "retry"; readonly reason: string; readonly message: string };

/** What is told of an object. Flux: a `Trace` is a Normal event in the cluster, of which no receiver is told. */
export interface RecordedEvent {
  readonly type: "Normal" | "Warning" | "Trace";
  readonly reason: string;
  readonly message: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface EventRecorder {
  /**
   * Records a core/v1 Event about the object; equal ones are counted, not repeated. The object's annotations of the group
   * event.toolkit.fluxcd.io are the event's, too. Never throws.
   */
  record(object: KubeObject, event: RecordedEvent): void;
}

export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface Context {
  readonly client: Client;
  readonly cache: WatchCache;
  /** What the watches that wake objects are narrowed down to: what is read from the same watches is never behind what woke. */
  readonly scope?: { readonly namespace?: string };
  readonly events: EventRecorder;
  readonly log: Log;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  /** Ends waits for readiness, and nothing else, when something asks for another look: `triggerOf` tells what. */
  readonly interruption?: AbortSignal;
  /** Runs work that costs processor time or API writes under the controller's concurrency limit. Never wait for a cluster inside it. */
  readonly busy: <T>(work: () => Promise<T>) => Promise<T>;
  /** Takes the answer of a write of the reconciled object, so that the next look at it is not behind. */
  readonly learn: (object: KubeObject) => void;
}

export type Reconcile<T extends KubeObject> = (object: T, context: Context) => Promise<Outcome>;

/** A change of an object that others may depend on. */
export interface Change {
  readonly object: KubeObject;
  readonly previous?: KubeObject;
  readonly deleted: boolean;
}

/** Wakes objects of the controller's kind when an object of another kind changes. */
export interface Wake {
  readonly kind: Kind;
  /** Which objects of the kind are watched. Default: all. */
  readonly selection?: Selection;
  /** How long to wait for more changes before the objects are reconciled. Default: not at all. */
  readonly quiet?: Milliseconds;
  /** False for a change that does not end the waits of those that it wakes. Default: each does. */
  readonly interrupts?: (change: Change) => boolean;
  /** Names the objects to reconcile. `previous` is absent for objects that are new to the watch. */
  readonly keys: (
    change: Change,
    own: readonly KubeObject[],
  ) => readonly { readonly namespace: string; readonly name: string }[];
}

/** A controller is one value: a kind, what wakes it, and how to reconcile one object of it. */
export interface Controller<T extends KubeObject = KubeObject> {
  /** Flux's name for the program that does this work: the component of its events and its field manager. */
  readonly manager: "source-controller" | "helm-controller" | "kustomize-controller";
  readonly kind: Kind;
  readonly wakes?: readonly Wake[];
  /** True when a change of the object asks for a reconcile. Default: a new generation, a new requestedAt annotation, a deletion. */
  readonly changed?: (object: T, previous: T) => boolean;
  /** Flux: the gate CancelHealthCheckOnNewRevision. What asks for another look ends the waits of the one under way. */
  readonly cancelsWaits?: boolean;
  readonly reconcile: Reconcile<T>;
}
