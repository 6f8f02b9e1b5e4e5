import {
  appendFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { StoreError } from "../errors.ts";
import { createStore } from "../store/store.ts";
import type { Journal, JournalEntry, Store } from "../store/types.ts";
import { lockDirectory } from "./lock.ts";
import { formatEnd, formatRecord, tryParseEnd, tryParseRecord } from "./record.ts";

export interface DiskStoreOptions {
  readonly directory: string;
  /** How large the log may grow, in bytes, before a snapshot replaces it; 32 MiB when absent. */
  readonly compactAt?: number;
  /** How many changes of each kind are remembered for watches. */
  readonly history?: number;
}

/**
 * Opens a store that lives in a directory: a snapshot, and a log of what came after it. A write is on the disk before it is
 * answered; writes that come together share one sync. A record that was cut off by a crash was never answered, and is dropped.
 * Throws StoreError: Locked when another process has the directory, Damaged when the files are not what was written.
 */
export async function openDiskStore(options: DiskStoreOptions): Promise<Store> {
  const { directory, compactAt = 32 * 1024 * 1024, history } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const unlock = lockDirectory(directory);
  try {
    const found = await recover(directory);
    const journal = await openJournal({ directory, generation: found.generation, compactAt, unlock });
    const store = createStore({
      journal,
      // Readers may have seen revisions that a crash took back: no number of theirs is used for anything else.
      initial: { ...found, revision: found.revision === 1 ? 1 : found.revision + revisionGap },
      ...(history === undefined ? {} : { history }),
    });
    journal.snapshotOf(store);
    return store;
  } catch (thrown) {
    unlock();
    throw thrown;
  }
}

const revisionGap = 1000;

const snapshotName = (generation: number): string => `snapshot-${generation}`;
const logName = (generation: number): string => `log-${generation}`;

interface Recovered {
  readonly generation: number;
  readonly revision: number;
  readonly entries: Iterable<JournalEntry>;
}

async function recover(directory: string): Promise<Recovered> {
  const numbers = (prefix: string): number[] =>
    readdirSync(directory)
      .map((name) => new RegExp(`^${prefix}-(\\d+)$`).exec(name)?.[1])
      .filter((digits) => digits !== undefined)
      .map(Number)
      .sort((a, b) => a - b);
  const snapshots = numbers("snapshot");
  const base = snapshots.at(-1) ?? 0;
  const state = new Map<string, JournalEntry>();
  let revision = 1;
  if (snapshots.length > 0) revision = await readSnapshot(join(directory, snapshotName(base)), state);
  const logs = numbers("log").filter((generation) => generation >= base);
  for (const [index, generation] of logs.entries()) {
    const path = join(directory, logName(generation));
    revision = await readLog(path, { state, revision, isLast: index === logs.length - 1 });
  }
  for (const generation of snapshots.slice(0, -1)) rmSync(join(directory, snapshotName(generation)), { force: true });
  for (const generation of numbers("log")) {
    if (generation < base) rmSync(join(directory, logName(generation)), { force: true });
  }
  return { generation: logs.at(-1) ?? base, revision, entries: state.values() };
}

async function readSnapshot(path: string, state: Map<string, JournalEntry>): Promise<number> {
  let end: ReturnType<typeof tryParseEnd>;
  for await (const line of linesOf(path)) {
    end = tryParseEnd(line);
    if (end !== undefined) break;
    const entry = tryParseRecord(line);
    if (entry === undefined) throw damaged(path);
    state.set(keyOf(entry), entry);
  }
  if (end === undefined || end.count !== state.size) throw damaged(path);
  return end.revision;
}

async function readLog(
  path: string,
  into: { readonly state: Map<string, JournalEntry>; readonly revision: number; readonly isLast: boolean },
): Promise<number> {
  let { revision } = into;
  let good = 0;
  let torn = false;
  for await (const line of linesOf(path)) {
    if (torn) throw damaged(path);
    const entry = tryParseRecord(line);
    if (entry === undefined) {
      torn = true;
      continue;
    }
    good += Buffer.byteLength(line) + 1;
    // A snapshot may hold what the log before it was still about to say.
    if (entry.revision <= revision) continue;
    revision = entry.revision;
    if (entry.object === undefined) into.state.delete(keyOf(entry));
    else into.state.set(keyOf(entry), entry);
  }
  if (torn && !into.isLast) throw damaged(path);
  if (torn) truncateSync(path, good);
  // Cut off just before the end of its line: whole, but the next record must not be written onto it.
  else if (statSync(path).size < good) appendFileSync(path, "\n");
  return revision;
}

function linesOf(path: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
}

function keyOf({ bucket, key }: JournalEntry): string {
  return `${bucket}\0${key}`;
}

function damaged(path: string): StoreError {
  return new StoreError("Damaged", `cannot read ${JSON.stringify(path)}: a record in its middle is damaged`);
}

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (thrown: unknown) => void;
}

async function openJournal(options: {
  readonly directory: string;
  readonly generation: number;
  readonly compactAt: number;
  readonly unlock: () => void;
}): Promise<Journal & { snapshotOf(store: Store): void }> {
  const { directory, compactAt, unlock } = options;
  let { generation } = options;
  let file: FileHandle = await openLog(directory, generation);
  let size = (await file.stat()).size;
  let waiting: Waiting[] = [];
  let flushing: Promise<void> | undefined;
  let compacting: Promise<void> | undefined;
  let store: Store | undefined;

  async function flush(): Promise<void> {
    // One turn of the event loop gathers what is written together.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      try {
        const bytes = Buffer.from(batch.map(({ line }) => line).join(""));
        await writeAll(file, bytes);
        await file.datasync();
        size += bytes.byteLength;
        for (const { resolve } of batch) resolve();
        if (size > compactAt && compacting === undefined) await beginCompaction();
      } catch (thrown) {
        for (const { reject } of [...batch, ...waiting]) reject(thrown);
        waiting = [];
        break;
      }
    }
    flushing = undefined;
  }

  /** Writes go to a new log from here on; the snapshot of everything before it is made beside them. */
  async function beginCompaction(): Promise<void> {
    if (store === undefined) return;
    const revision = store.revision();
    const entries = [...store.entries()];
    const old = file;
    const previous = generation;
    generation += 1;
    file = await openLog(directory, generation);
    size = 0;
    await old.close();
    const next = generation;
    compacting = writeSnapshot(directory, next, { revision, entries })
      .then(() => {
        rmSync(join(directory, snapshotName(previous)), { force: true });
        for (let at = previous; existsSync(join(directory, logName(at))); at -= 1) {
          rmSync(join(directory, logName(at)), { force: true });
        }
      })
      // Without the snapshot the logs hold all: nothing is lost, the next compaction tries again.
      .catch(() => {})
      .finally(() => {
        compacting = undefined;
      });
  }

  return {
    append(entry) {
      return new Promise((resolve, reject) => {
        waiting.push({ line: formatRecord(entry), resolve, reject });
        flushing ??= flush();
      });
    },
    async close() {
      await flushing;
      await compacting;
      await file.close();
      unlock();
    },
    snapshotOf(given) {
      store = given;
    },
  };
}

async function openLog(directory: string, generation: number): Promise<FileHandle> {
  const file = await open(join(directory, logName(generation)), "a", 0o600);
  await syncDirectory(directory);
  return file;
}

async function writeSnapshot(
  directory: string,
  generation: number,
  state: { readonly revision: number; readonly entries: readonly JournalEntry[] },
): Promise<void> {
  const path = join(directory, snapshotName(generation));
  const file = await open(`${path}.new`, "w", 0o600);
  try {
    let lines: string[] = [];
    for (const [index, entry] of state.entries.entries()) {
      lines.push(formatRecord(entry));
      if (index % 256 !== 255) continue;
      await writeAll(file, Buffer.from(lines.join("")));
      lines = [];
    }
    lines.push(formatEnd(state.revision, state.entries.length));
    await writeAll(file, Buffer.from(lines.join("")));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.byteLength; ) {
    offset += (await file.write(bytes, offset)).bytesWritten;
  }
}

/** A new name in a directory is durable when the directory is. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
