import { chartCrds, processDependencies } from "../../../chart/index.ts";
import { configDigest, rollback } from "../../../release/index.ts";
import type { Context } from "../../runtime/index.ts";
import { previousGood } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { releaseNameOf } from "../names.ts";
import { remediationFor } from "../remediation.ts";
import { chartName, fullName } from "../status.ts";
import { tellInventory } from "./inventory.ts";
import { notify } from "./notify.ts";
import { serverSideOf, waitStrategyOf } from "./options.ts";
import { openAction } from "./session.ts";
import { timeoutOf } from "./timeout.ts";
import type { Wanted } from "./wanted.ts";

/** Rolls back to the newest revision that was good. */
export async function rollBack(ledger: Ledger, { values, chart }: Wanted, context: Context): Promise<void> {
  const { release } = ledger;
  const timeout = timeoutOf(release, "rollback");
  const { releaseContext, logs, written, snapshots, describe: describeFailure } = openAction(ledger, context);
  const target = previousGood(ledger.status, { ignoreTests: remediationFor(release, "upgrade").ignoreTestFailures });
  if (target === undefined) throw new Error("missing target release for rollback: required to rollback");
  const { rollback: settings = {} } = release.spec;
  const describe = `Helm rollback to previous release ${fullName(target)} with chart ${chartName(target)}`;
  try {
    await rollback(releaseContext, {
      name: releaseNameOf(release),
      revision: target.version,
      timeout,
      waitStrategy: waitStrategyOf(release, settings.disableWait),
      waitForJobs: settings.disableWaitForJobs !== true,
      disableHooks: settings.disableHooks === true,
      serverSideApply: serverSideOf(settings.serverSideApply),
      forceConflicts: "auto",
      ...(settings.force === true ? { forceReplace: "auto" } : {}),
      cleanupOnFail: settings.cleanupOnFail === true,
      maxHistory: release.spec.maxHistory ?? 5,
    });
    ledger.tell({
      event: "rolledBack",
      written: snapshots({ action: "rollback" }),
      ok: true,
      summary: `${describe} succeeded`,
    });
    const deployed = [...written.values()].find(({ info }) => info.status === "deployed");
    await tellInventory(ledger, deployed, chartCrds(processDependencies(chart, values)), context);
    notify(
      ledger,
      context,
      "Normal",
      "RollbackSucceeded",
      `${describe} succeeded`,
      target,
      configDigest(values, ledger.algorithm),
    );
  } catch (error) {
    const { text, reasons } = await describeFailure(error);
    const summary = `${describe} failed: ${text}${reasons}`;
    ledger.tell({ event: "rolledBack", written: snapshots({ action: "rollback" }), ok: false, summary });
    notify(
      ledger,
      context,
      "Warning",
      "RollbackFailed",
      summary + logs.suffix(),
      target,
      configDigest(values, ledger.algorithm),
    );
    if (written.size === 0) throw error;
  }
}
