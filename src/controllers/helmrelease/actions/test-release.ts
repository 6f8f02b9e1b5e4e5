import { test as runTests } from "../../../release/index.ts";
import type { Context } from "../../runtime/index.ts";
import { latestSnapshot, type Snapshot } from "../history.ts";
import type { Ledger } from "../ledger.ts";
import { activeRemediation } from "../remediation.ts";
import { snapshotOf, testHooksOf } from "../snapshot.ts";
import { chartName, fullName } from "../status.ts";
import { notify } from "./notify.ts";
import { openAction } from "./session.ts";
import { timeoutOf } from "./timeout.ts";

/** Runs the tests of the latest release. */
export async function testRelease(ledger: Ledger, context: Context): Promise<void> {
  const { release } = ledger;
  const latest = latestSnapshot(ledger.status);
  if (latest === undefined) throw new Error("no latest release: required for test");
  const timeout = timeoutOf(release, "test");
  const { releaseContext, logs, written, describe } = openAction(ledger, context);
  const filters = release.spec.test?.filters ?? [];
  const exclude = filters.filter((filter) => filter.exclude === true).map(({ name }) => name);
  const include = filters.filter((filter) => filter.exclude !== true).map(({ name }) => name);
  const includes = (name: string): boolean =>
    !exclude.includes(name) && (include.length === 0 || include.includes(name));
  const about = `for release ${fullName(latest)} with chart ${chartName(latest)}`;
  let error: unknown;
  try {
    await runTests(releaseContext, {
      name: latest.name,
      timeout,
      waitStrategy: "poller",
      filters: { include, exclude },
    });
  } catch (caught) {
    error = caught;
  }
  const record = [...written.values()].find(({ version }) => version === latest.version);
  const hooks = record === undefined ? {} : testHooksOf(record, includes);
  const ociDigest = latest.ociDigest;
  const options = {
    ...(latest.action === undefined ? {} : { action: latest.action }),
    ...(ociDigest === undefined ? {} : { ociDigest }),
    algorithm: ledger.algorithm,
  };
  const snapshot: Snapshot = { ...(record === undefined ? latest : snapshotOf(record, options)), testHooks: hooks };
  if (error === undefined) {
    const count = Object.keys(hooks).length;
    const tail = count === 0 ? "no test hooks" : `${count} test hook${count === 1 ? "" : "s"} completed successfully`;
    const summary = `Helm test succeeded ${about}: ${tail}`;
    ledger.tell({ event: "tested", snapshot, ok: true, summary });
    notify(ledger, context, "Normal", "TestSucceeded", summary, latest, latest.configDigest);
    return;
  }
  const { text, reasons } = await describe(error);
  const summary = `Helm test failed ${about}: ${text}${reasons}`;
  const remediation = activeRemediation(release);
  const counted =
    remediation !== undefined && !remediation.ignoreTestFailures && written.size > 0
      ? { countsAsFailureOf: remediation.action }
      : {};
  ledger.tell({ event: "tested", snapshot, ok: false, summary, ...counted });
  notify(ledger, context, "Warning", "TestFailed", summary + logs.suffix(), latest, latest.configDigest);
  if (written.size === 0) throw error;
}
