import { LRUCache } from "lru-cache";
import { isApiError, type KubeObject } from "../../api/index.ts";
import { type Limit, limitTo } from "../../base/limit.ts";
import type { Client, Kind, KindCache, ListOptions, WatchCache } from "../../kube/index.ts";
import {
  createSecretStorage,
  customLabels,
  hasCode,
  ReleaseError,
  type ReleaseRecord,
  type Storage,
} from "../../release/index.ts";
import type { StoredRelease } from "./decide.ts";

/** Helm's storage as it is kept for one release in one pass. */
export interface ReleaseStorage {
  /** Reads the history at most once while nobody else writes to it. */
  readonly storage: Storage;
  /** What `summarize` made of the stored revisions, newest first: made again only when storage has changed, or for another `key`. */
  readonly recall: (
    key: string,
    summarize: (records: readonly ReleaseRecord[]) => readonly StoredRelease[],
  ) => Promise<readonly StoredRelease[]>;
}

export interface StoredReleases {
  /** `client` acts as the release does; where that is not the controller itself, nothing is kept between two passes. */
  open(release: {
    readonly client: Client;
    readonly namespace: string;
    readonly name: string;
    readonly now: () => Date;
  }): ReleaseStorage;
}

/**
 * Knows of all stored releases which revision is where, by a watch of their metadata alone: records are large, and most reconciles need none
 * of them. Where the watch is not allowed, storage is read each time.
 */
export async function openStoredReleases(cache: WatchCache, own: Client): Promise<StoredReleases> {
  const index = await openIndex(cache);
  const inTurn = limitTo(mostWrites);
  const summaries = new LRUCache<string, Summary>({ max: 20_000 });
  return {
    open({ client, namespace, name, now }) {
      const key = `${namespace}/${name}`;
      const watched = client === own ? index : undefined;
      const marks = watched === undefined ? undefined : () => watched.marks(key);
      const known = new Map<string, string>();
      const inner = createSecretStorage({ client: noting(client, known, watched?.held), namespace, now });
      const limited = withLimitedWrites(inner, inTurn);
      const storage = withHistory(limited, () => marks !== undefined && isSame(known, marks()));
      return {
        storage,
        async recall(asked, summarize) {
          const last = summaries.get(key);
          if (marks !== undefined && last?.key === asked && isSame(last.marks, marks())) return last.releases;
          const records = await storage.history(name).catch(noneWhenMissing);
          const releases = summarize(records.toSorted((a, b) => b.version - a.version));
          summaries.set(key, { key: asked, marks: new Map(known), releases });
          return releases;
        },
      };
    },
  };
}

const mostWrites = 16;

interface Summary {
  readonly key: string;
  readonly marks: Marks;
  readonly releases: readonly StoredRelease[];
}

/** The version of each storage object, by its name. */
type Marks = ReadonlyMap<string, string>;

interface Index {
  readonly held: KindCache;
  /** What is stored of a release. */
  readonly marks: (key: string) => Marks;
}

const nothing: Marks = new Map();

async function openIndex(cache: WatchCache): Promise<Index | undefined> {
  const selection = { labelSelector: "owner=helm", metadataOnly: true } as const;
  let held: KindCache;
  try {
    held = await cache.kind({ apiVersion: "v1", kind: "Secret" }, selection);
  } catch (error) {
    if (isApiError(error, "Forbidden")) return undefined;
    throw error;
  }
  const byRelease = new Map<string, Map<string, string>>();
  held.subscribe(({ type, object: { metadata } }) => {
    const { namespace = "", name = "", labels = {} } = metadata;
    const key = `${namespace}/${labels["name"] ?? ""}`;
    const marks = byRelease.get(key) ?? new Map<string, string>();
    if (type === "DELETED") marks.delete(name);
    else marks.set(name, markOf(metadata));
    if (marks.size === 0) byRelease.delete(key);
    else byRelease.set(key, marks);
  });
  return { held, marks: (key) => byRelease.get(key) ?? nothing };
}

function markOf({ uid, resourceVersion }: KubeObject["metadata"]): string {
  return `${uid}/${resourceVersion}`;
}

function isSame(a: Marks, b: Marks): boolean {
  return a.size === b.size && [...a].every(([name, mark]) => b.get(name) === mark);
}

/** The client, noting which version of each storage object it has read or written. */
function noting(client: Client, known: Map<string, string>, held: KindCache | undefined): Client {
  const note = <T extends KubeObject>(object: T): T => {
    known.set(object.metadata.name ?? "", markOf(object.metadata));
    // Our own writes are news before the watch tells of them.
    held?.learn(object);
    return object;
  };
  return {
    ...client,
    list: async <T extends KubeObject>(kind: Kind, options?: ListOptions) => {
      const list = await client.list<T>(kind, options);
      known.clear();
      for (const { metadata } of list.items) known.set(metadata.name ?? "", markOf(metadata));
      return list;
    },
    create: async (object, options) => note(await client.create(object, options)),
    replace: async (object, options) => note(await client.replace(object, options)),
    delete: async (reference, options) => {
      await client.delete(reference, options);
      known.delete(reference.name);
    },
  };
}

/** What is written is in memory several times over, and hundreds of waits may end at once: not all of them write at once. */
function withLimitedWrites(storage: Storage, inTurn: Limit): Storage {
  return {
    ...storage,
    create: (record) => inTurn(() => storage.create(record)),
    update: (record) => inTurn(() => storage.update(record)),
  };
}

/** The storage with a history that is read once, and again when it is not current any more. */
function withHistory(storage: Storage, isCurrent: () => boolean): Storage {
  let records: readonly ReleaseRecord[] | undefined;
  const read = async (name: string): Promise<readonly ReleaseRecord[]> => {
    if (records === undefined || !isCurrent()) records = await readHistory(storage, name);
    return records;
  };
  const put = (record: ReleaseRecord): void => {
    const { name, version, info } = record;
    const labels = { ...record.labels, name, owner: "helm", status: info.status, version: String(version) };
    records = [...(records ?? []).filter((other) => other.version !== version), { ...record, labels }];
  };
  return {
    ...storage,
    history: async (name, { status } = {}) => {
      const all = await read(name);
      // Helm asks for a status by the label.
      const found = status === undefined ? all : all.filter(({ labels }) => labels["status"] === status);
      if (found.length === 0) throw new ReleaseError("NotFound", "release: not found");
      return found;
    },
    get: async (name, revision) => {
      const found = (await read(name)).find(({ version }) => version === revision);
      return found === undefined ? await storage.get(name, revision) : { ...found, labels: customLabels(found.labels) };
    },
    create: async (record) => {
      await storage.create(record);
      put(record);
    },
    update: async (record) => {
      await storage.update(record);
      put(record);
    },
    delete: async (name, revision, options) => {
      const record = await storage.delete(name, revision, options);
      records = records?.filter(({ version }) => version !== revision);
      return record;
    },
  };
}

/** Reads all revisions; none where there is none. Throws Corrupt, with Helm's text, where there are some and none of them can be read. */
async function readHistory(storage: Storage, name: string): Promise<readonly ReleaseRecord[]> {
  let records: readonly ReleaseRecord[];
  try {
    records = await storage.history(name);
  } catch (error) {
    return noneWhenMissing(error);
  }
  if (records.length === 0) throw new ReleaseError("Corrupt", `no revision for release ${JSON.stringify(name)}`);
  return records;
}

function noneWhenMissing(error: unknown): readonly ReleaseRecord[] {
  if (hasCode(error, "NotFound")) return [];
  throw error;
}
