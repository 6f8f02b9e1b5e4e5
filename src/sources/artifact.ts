/** What a source controller stored, as `status.artifact` describes it. */
export interface Artifact {
  /** The digest of the stored file, `sha256:<hex>` unless another algorithm is configured. */
  readonly digest: string;
  /** `<kind>/<namespace>/<name>/<file>`, relative to the root of the store. */
  readonly path: string;
  readonly url: string;
  readonly revision: string;
  readonly size?: number;
  /** RFC 3339, in whole seconds. */
  readonly lastUpdateTime: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The object that an artifact belongs to. */
export interface Owner {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** The folder of an object's artifacts: `gitrepository/flux-system/podinfo`. */
export function folderOf(owner: Owner): string {
  return `${owner.kind.toLowerCase()}/${owner.namespace}/${owner.name}`;
}

/** How long and how many: Flux's `--artifact-retention-ttl` and `--artifact-retention-records`. */
export interface Retention {
  readonly ttl: number; // milliseconds
  readonly records: number;
}

export const defaultRetention: Retention = { ttl: 60_000, records: 2 };

export interface StoredFile {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly writtenAt: number;
}

/**
 * Chooses the files of one folder that may go: those older than the time to live, then the oldest until the number of
 * records is right. The current file never goes.
 */
export function selectGarbage(
  files: readonly StoredFile[],
  options: { readonly current: string; readonly now: number; readonly retention: Retention },
): readonly string[] {
  const { current, now, retention } = options;
  const oldestFirst = files.toSorted((a, b) => a.writtenAt - b.writtenAt || (a.name < b.name ? -1 : 1));
  const garbage = oldestFirst.filter((file) => file.name !== current && now - file.writtenAt > retention.ttl);
  let kept = files.length - garbage.length;
  for (const file of oldestFirst) {
    if (kept <= retention.records) break;
    if (file.name === current || garbage.includes(file)) continue;
    garbage.push(file);
    kept -= 1;
  }
  return garbage.map((file) => file.name);
}
