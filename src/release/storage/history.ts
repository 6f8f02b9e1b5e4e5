import { messageOf } from "../../base/errors.ts";
import { hasCode, noDeployedReleases, noRevision, ReleaseError } from "../errors.ts";
import type { ReleaseRecord } from "../record.ts";
import type { Storage } from "./types.ts";

/** Oldest first. */
export function sortByRevision(records: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  return records.toSorted((a, b) => a.version - b.version);
}

/** The newest revision of a release. Throws NotFound. */
export async function lastRelease(storage: Storage, name: string): Promise<ReleaseRecord> {
  const last = sortByRevision(await storage.history(name)).at(-1);
  if (last === undefined) throw noRevision(name);
  return last;
}

/** Every deployed revision; usually one. Empty when there is none. */
export async function deployedReleases(storage: Storage, name: string): Promise<readonly ReleaseRecord[]> {
  try {
    return await storage.history(name, { status: "deployed" });
  } catch (error) {
    if (hasCode(error, "NotFound")) return [];
    throw error;
  }
}

/** Those of a history that storage lists as deployed, oldest first. */
export function deployedOf(history: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  // Helm asks for them by the label of their objects.
  return sortByRevision(history.filter(({ labels, info }) => (labels["status"] ?? info.status) === "deployed"));
}

/** The newest deployed revision. Throws NoDeployedReleases. */
export async function deployedRelease(storage: Storage, name: string): Promise<ReleaseRecord> {
  const deployed = sortByRevision(await deployedReleases(storage, name)).at(-1);
  if (deployed === undefined) throw noDeployedReleases(name);
  return deployed;
}

/**
 * Makes room for a new revision, oldest first and never the deployed one, then stores it. `maxHistory` 0 keeps everything; `history` is what
 * storage holds, where the caller has read it.
 */
export async function createRevision(
  storage: Storage,
  record: ReleaseRecord,
  options: { readonly maxHistory?: number; readonly history?: readonly ReleaseRecord[] } = {},
): Promise<void> {
  const { maxHistory = 0 } = options;
  if (maxHistory > 0) {
    const history = options.history ?? (await readHistory(storage, record.name));
    await prune(storage, sortByRevision(history), maxHistory - 1);
  }
  await storage.create(record);
}

async function readHistory(storage: Storage, name: string): Promise<readonly ReleaseRecord[]> {
  try {
    return await storage.history(name);
  } catch (error) {
    if (hasCode(error, "NotFound")) return [];
    throw error;
  }
}

async function prune(storage: Storage, history: readonly ReleaseRecord[], keep: number): Promise<void> {
  if (history.length <= keep) return;
  const deployed = deployedOf(history).at(-1);
  const surplus = history.filter((record) => record.version !== deployed?.version).slice(0, history.length - keep);
  const failures: unknown[] = [];
  for (const record of surplus) {
    try {
      await storage.delete(record.name, record.version, { known: record });
    } catch (error) {
      // Helm: a revision that another process removed already is no reason to stop.
      failures.push(error);
    }
  }
  const [first, ...more] = failures;
  if (first === undefined || hasCode(first, "NotFound")) return;
  if (more.length === 0) throw first;
  throw new ReleaseError(
    "StorageFailed",
    `encountered ${failures.length} deletion errors. First is: ${messageOf(first)}`,
    {
      cause: first,
    },
  );
}
