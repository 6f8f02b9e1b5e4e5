import { unlock } from "../../../release/index.ts";
import type { Context } from "../../runtime/index.ts";
import type { Ledger } from "../ledger.ts";
import { releaseNameOf } from "../names.ts";
import { snapshotOf } from "../snapshot.ts";
import { chartName, fullName } from "../status.ts";
import { notify } from "./notify.ts";
import { openAction } from "./session.ts";

/** Marks a release that a dead process left pending, or half uninstalled, as failed. */
export async function unlockRelease(ledger: Ledger, context: Context): Promise<void> {
  const { release } = ledger;
  const { releaseContext, snapshots } = openAction(ledger, context);
  const name = releaseNameOf(release);
  const unlocked = await unlock(releaseContext, { name, uninstalls: true });
  if (unlocked === undefined) return; // Somebody else was quicker: the next look will tell.
  const shown = snapshotOf(unlocked.record, { algorithm: ledger.algorithm });
  const summary = `Unlocked Helm release ${fullName(shown)} with chart ${chartName(shown)} in ${unlocked.from} state`;
  ledger.tell({ event: "unlocked", written: snapshots(), ok: true, summary });
  notify(ledger, context, "Normal", "PendingRelease", summary, shown, shown.configDigest);
}
