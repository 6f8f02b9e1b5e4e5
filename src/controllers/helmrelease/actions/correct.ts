import type { Context } from "../../runtime/index.ts";
import type { Drift } from "../drift.ts";
import { correctDrift } from "../drift-detection.ts";
import { latestSnapshot } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { fullName } from "../status.ts";
import { notify } from "./notify.ts";

/** Puts back what drifted, and says so in an event. */
export async function correct(drift: readonly Drift[], ledger: Ledger, context: Context): Promise<void> {
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) return;
  ledger.tell({ event: "correctingDrift" });
  const { corrected, failed } = await correctDrift(drift, context);
  const about = `cluster state of release ${fullName(latest)}`;
  if (failed.length > 0) {
    const partially = corrected.length > 0 ? "partially " : "";
    const done = corrected.length > 0 ? `\n\nSuccessful corrections:\n${corrected.join("\n")}` : "";
    const message = `Failed to ${partially}correct ${about}:\n${failed.join("\n")}${done}`;
    notify(ledger, context, "Warning", "DriftCorrectionFailed", message, latest, latest.configDigest);
  } else if (corrected.length > 0) {
    const message = `Cluster state of release ${fullName(latest)} has been corrected:\n${corrected.join("\n")}`;
    notify(ledger, context, "Normal", "DriftCorrected", message, latest, latest.configDigest);
  }
}
