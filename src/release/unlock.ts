import { observed, type ReleaseContext } from "./context.ts";
import { hasCode } from "./errors.ts";
import { unlocked } from "./interrupted.ts";
import { isPending, type ReleaseRecord, type ReleaseStatus, withStatus } from "./record.ts";
import { lastRelease } from "./storage/history.ts";

/** What `unlock` changed, and from which state. */
export interface Unlocked {
  readonly record: ReleaseRecord;
  readonly from: ReleaseStatus;
}

/**
 * Marks a last revision that an interrupted action left pending as failed, and with `uninstalls` one whose uninstallation was interrupted. Gives
 * undefined when there is nothing to unlock.
 */
export async function unlock(
  given: ReleaseContext,
  { name, uninstalls = false }: { readonly name: string; readonly uninstalls?: boolean },
): Promise<Unlocked | undefined> {
  const { storage } = observed(given);
  let last: ReleaseRecord;
  try {
    last = await lastRelease(storage, name);
  } catch (error) {
    if (hasCode(error, "NotFound")) return undefined;
    throw error;
  }
  const { status: from } = last.info;
  if (!isPending(from) && !(uninstalls && from === "uninstalling")) return undefined;
  const record = withStatus(last, "failed", `${unlocked}${from}' state`);
  await storage.update(record);
  return { record, from };
}
