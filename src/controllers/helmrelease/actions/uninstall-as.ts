import type { HelmRelease } from "../../../api/index.ts";
import { ReleaseError, uninstall } from "../../../release/index.ts";
import type { Context } from "../../runtime/index.ts";
import { latestSnapshot } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { chartName, fullName } from "../status.ts";
import { notify } from "./notify.ts";
import { waitStrategyOf } from "./options.ts";
import { openAction } from "./session.ts";
import { timeoutOf } from "./timeout.ts";

/** Uninstalls the latest release: to remedy a failed one, or because the object goes or points elsewhere. */
export async function uninstallAs(
  event: "remediatedByUninstall" | "uninstalled",
  ledger: Ledger,
  context: Context,
): Promise<void> {
  const { release } = ledger;
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) {
    if (event === "uninstalled") return;
    throw new Error("no latest release: required to uninstall");
  }
  const timeout = timeoutOf(release, "uninstall");
  const { releaseContext, logs, written, snapshots, describe: describeFailure } = openAction(ledger, context);
  const settings: Partial<NonNullable<HelmRelease["spec"]["uninstall"]>> = release.spec.uninstall ?? {};
  const isRemediation = event === "remediatedByUninstall";
  const action = isRemediation ? "uninstall-remediation" : "uninstall";
  const describe = `Helm uninstall${isRemediation ? " remediation" : ""}`;
  const about = `for release ${fullName(latest)} with chart ${chartName(latest)}`;
  try {
    await uninstall(releaseContext, {
      name: latest.name,
      keepHistory: settings.keepHistory === true,
      disableHooks: settings.disableHooks === true,
      waitStrategy: waitStrategyOf(release, settings.disableWait),
      timeout,
      deletionPropagation: settings.deletionPropagation ?? "background",
    });
    const summary = isRemediation ? `${describe} ${about} succeeded` : `${describe} succeeded ${about}`;
    ledger.tell({ event, written: snapshots({ action }), ok: true, summary });
    notify(ledger, context, "Normal", "UninstallSucceeded", summary, latest, latest.configDigest);
  } catch (error) {
    if (!isRemediation && error instanceof ReleaseError && error.code === "NotFound") {
      const summary = `Release ${fullName(latest)} was not found, assuming it is uninstalled`;
      ledger.tell({ event, written: [], ok: true, summary });
      return;
    }
    context.signal.throwIfAborted(); // The next process goes on with it.
    const { text, reasons } = await describeFailure(error);
    const cause = text + reasons;
    const summary = isRemediation ? `${describe} ${about} failed: ${cause}` : `${describe} failed ${about}: ${cause}`;
    ledger.tell({ event, written: snapshots({ action }), ok: false, summary });
    notify(ledger, context, "Warning", "UninstallFailed", summary + logs.suffix(), latest, latest.configDigest);
    if (!isRemediation || written.size === 0) throw error;
  }
}
