import type { KubeObject, ObjectList, ObjectReference } from "../api/index.ts";

/** The one seam to a cluster: the embedded API server is such a function, the network gives another. */
export type Fetch = (request: Request) => Promise<Response>;

export type Kind = { readonly apiVersion: string; readonly kind: string };

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly fieldValidation?: "Strict" | "Warn" | "Ignore";
  readonly subresource?: "status" | "scale";
  readonly signal?: AbortSignal;
}

export interface PatchOptions extends WriteOptions {
  readonly type: "json" | "merge" | "strategic";
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly propagation?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface ListOptions {
  readonly namespace?: string; // all namespaces when absent
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly limit?: number; // page size; `list` follows `continue` and returns everything
  readonly metadataOnly?: boolean; // the objects without spec, data and status
  readonly signal?: AbortSignal;
}

export interface WatchOptions extends ListOptions {
  readonly allowWatchBookmarks?: boolean;
  readonly timeoutSeconds?: number;
}

export type WatchEvent<T extends KubeObject = KubeObject> = {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: T;
};

/** What discovery says of one resource. */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

/** What `kubectl get` prints: the server's own columns. */
export interface Table {
  readonly columnDefinitions: readonly { readonly name: string; readonly type: string; readonly priority: number }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** A client of one cluster as one user. Every call throws `ApiError` for an answer that is not a success. */
export interface Client {
  get<T extends KubeObject = KubeObject>(
    reference: ObjectReference,
    options?: { readonly subresource?: string; readonly signal?: AbortSignal },
  ): Promise<T>;
  /** As `get`, but undefined where the object, or its kind, does not exist. */
  tryGet<T extends KubeObject = KubeObject>(
    reference: ObjectReference,
    options?: { readonly signal?: AbortSignal },
  ): Promise<T | undefined>;
  list<T extends KubeObject = KubeObject>(kind: Kind, options?: ListOptions): Promise<ObjectList<T>>;
  /** One object, or all that a selector takes, as the server's table. Rows come without their objects. */
  table?(
    kind: Kind,
    options: {
      readonly namespace?: string;
      readonly name?: string;
      readonly labelSelector?: string;
      readonly signal?: AbortSignal;
    },
  ): Promise<Table>;
  create<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  replace<T extends KubeObject>(object: T, options?: WriteOptions): Promise<T>;
  patch<T extends KubeObject = KubeObject>(
    reference: ObjectReference,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T>;
  apply<T extends KubeObject = KubeObject>(object: KubeObject, options: ApplyOptions): Promise<T>;
  /** As `apply`, and tells whether the object is new: the answer's code says so, and no look at the object has to come before. */
  upsert<T extends KubeObject = KubeObject>(
    object: KubeObject,
    options: ApplyOptions,
  ): Promise<{ readonly object: T; readonly created: boolean }>;
  delete(reference: ObjectReference, options?: DeleteOptions): Promise<void>;
  /** One watch connection. Ends when the server ends it; throws `ApiError` on an ERROR event (410 means: list again). */
  watch<T extends KubeObject = KubeObject>(kind: Kind, options?: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Where a kind is served; throws `ApiError` NoMatch when it is not. Answers come from a cache that is refreshed on a miss. */
  resource(kind: Kind): Promise<ApiResource>;
  resources(): Promise<readonly ApiResource[]>;
  /** Forgets what discovery said, for example after CRDs were applied. */
  refreshDiscovery(): void;
  version(): Promise<{ readonly major: string; readonly minor: string; readonly gitVersion: string }>;
  /** The last log lines of a container, at most `limitBytes`. */
  logs(
    pod: { readonly namespace: string; readonly name: string },
    options?: {
      readonly container?: string;
      readonly tailLines?: number;
      readonly limitBytes?: number;
      readonly previous?: boolean;
      readonly signal?: AbortSignal;
    },
  ): Promise<string>;
}

/** The objects of one kind, kept equal to the cluster by one list and one watch. Disposing says that it is no longer read. */
export interface KindCache<T extends KubeObject = KubeObject> extends Disposable {
  get(key: { readonly namespace?: string; readonly name: string }): T | undefined;
  list(options?: { readonly namespace?: string }): readonly T[];
  /**
   * Calls back for each change from now on, and first with ADDED for what is there: of all objects, or of the one that is named, which
   * costs the others nothing. Returns the unsubscribe function.
   */
  subscribe(
    listener: (event: WatchEvent<T>) => void,
    only?: { readonly namespace?: string; readonly name: string },
  ): () => void;
  /** Takes the answer of a write of ours, so that the next read sees it even before the watch does. Older versions are ignored. */
  learn(object: T): void;
}

/** Watch caches shared by everybody in the process who waits for something. */
export interface WatchCache extends AsyncDisposable {
  /**
   * Resolves when the first list is in; rejects for kinds that do not exist or may not be read. A kind that all who asked for it
   * have disposed of is dropped after a while. Each selection is a list and a watch of its own.
   */
  kind<T extends KubeObject = KubeObject>(
    kind: Kind,
    options?: { readonly namespace?: string } & Selection,
  ): Promise<KindCache<T>>;
}

/** Narrows down what is listed and watched of a kind. */
export type Selection = Pick<ListOptions, "labelSelector" | "fieldSelector" | "metadataOnly">;
