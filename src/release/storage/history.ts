import { messageOf } from "../../base/errors.ts";
import { goQuote } from "../../base/go-quote.ts";
import { hasCode, noDeployedReleases, ReleaseError } from "../errors.ts";
import type { ReleaseRecord } from "../record.ts";
import type { Storage } from "./types.ts";

/** Oldest first. */
export function sortByRevision(records: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  return records.toSorted((a, b) => a.version - b.version);
}

/** The newest revision of a release. Throws NotFound. */
export async function lastRelease(storage: Storage, name: string): Promise<ReleaseRecord> {
  const last = sortByRevision(await storage.history(name)).at(-1);
  if (last === undefined) throw new ReleaseError("NotFound", `no revision for release ${goQuote(name)}`);
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

/** The newest deployed revision. Throws NoDeployedReleases. */
export async function deployedRelease(storage: Storage, name: string): Promise<ReleaseRecord> {
  const deployed = sortByRevision(await deployedReleases(storage, name)).at(-1);
  if (deployed === undefined) throw noDeployedReleases(name);
  return deployed;
}

/** Makes room for a new revision, oldest first and never the deployed one, then stores it. `maxHistory` 0 keeps everything. */
export async function createRevision(
  storage: Storage,
  record: ReleaseRecord,
  options: { readonly maxHistory?: number } = {},
): Promise<void> {
  const { maxHistory = 0 } = options;
  if (maxHistory > 0) await prune(storage, record.name, maxHistory - 1);
  await storage.create(record);
}

async function prune(storage: Storage, name: string, keep: number): Promise<void> {
  let history: readonly ReleaseRecord[];
  try {
    history = sortByRevision(await storage.history(name));
  } catch (error) {
    if (hasCode(error, "NotFound")) return;
    throw error;
  }
  if (history.length <= keep) return;
  const deployed = sortByRevision(await deployedReleases(storage, name)).at(-1);
  const surplus = history.filter((record) => record.version !== deployed?.version).slice(0, history.length - keep);
  const failures: unknown[] = [];
  for (const { version } of surplus) {
    try {
      await storage.delete(name, version);
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
