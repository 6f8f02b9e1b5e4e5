import type { HelmRelease } from "../../../api/index.ts";
import type { ReleaseContext, ReleaseRecord } from "../../../release/index.ts";
import { compileHealthChecks } from "../../expressions.ts";
import type { Context } from "../../runtime/index.ts";
import type { Snapshot } from "../history.ts";
import { type Ledger, manager } from "../ledger.ts";
import { createLogBuffer } from "../log-buffer.ts";
import { snapshotOf } from "../snapshot.ts";

/** One action's view of the release room: its log, and every record that it wrote. */
export function openAction(ledger: Ledger, context: Context) {
  const logs = createLogBuffer(context.now);
  const written = new Map<number, ReleaseRecord>();
  const releaseContext: ReleaseContext = {
    client: context.client,
    cache: context.cache,
    storage: ledger.storage(context).storage,
    now: context.now,
    fieldManager: manager,
    signal: context.signal,
    log: logs.log,
    busy: context.busy,
    ...judgeOf(ledger.release),
    onRecord: (record) => void written.set(record.version, record),
  };
  const snapshots = (options: { readonly action?: string; readonly ociDigest?: string } = {}): readonly Snapshot[] =>
    [...written.values()].map((record) => {
      const known = ledger.status.history?.find(({ version }) => version === record.version);
      const ociDigest = known?.ociDigest ?? options.ociDigest;
      return snapshotOf(record, { ...options, ...(ociDigest === undefined ? {} : { ociDigest }) });
    });
  return { releaseContext, logs, written, snapshots };
}

/** Flux: health checks of one's own count with the poller only. */
function judgeOf({ spec }: HelmRelease): Pick<ReleaseContext, "judge"> {
  const isPolled = (spec.waitStrategy?.name ?? "poller") === "poller";
  const judge = isPolled ? compileHealthChecks(spec.healthCheckExprs) : undefined;
  return judge === undefined ? {} : { judge };
}
