import { messageOf } from "../base/errors.ts";
import type { ReleaseContext } from "./context.ts";
import type { RecordedHook, ReleaseRecord } from "./record.ts";

/** The revision that an action works on: the action's latest picture of it, ahead of storage between two writes. */
export class Draft {
  record: ReleaseRecord;
  /** What storage holds of it; undefined before the first write. */
  stored: ReleaseRecord | undefined;

  constructor(record: ReleaseRecord, stored?: ReleaseRecord) {
    this.record = record;
    this.stored = stored;
  }

  changeHook(index: number, change: Partial<RecordedHook>): void {
    this.record = {
      ...this.record,
      hooks: this.record.hooks.map((hook, at) => (at === index ? { ...hook, ...change } : hook)),
    };
  }
}

/** Stores the draft over its stored revision. Helm goes on when that fails, and says so in its log; so do we. */
export async function storeDraft(context: ReleaseContext, draft: Draft): Promise<void> {
  if (await storeRecord(context, draft.record)) draft.stored = draft.record;
}

/** As `storeDraft`, for a revision that is no draft. Tells whether it was stored. */
export async function storeRecord(context: ReleaseContext, record: ReleaseRecord): Promise<boolean> {
  try {
    await context.storage.update(record);
    return true;
  } catch (error) {
    context.log?.({
      level: "WARN",
      message: "failed to update release",
      attributes: { name: record.name, revision: record.version, error: messageOf(error) },
    });
    return false;
  }
}
