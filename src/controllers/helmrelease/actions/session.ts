import type { HelmRelease, KubeObject } from "../../../api/index.ts";
import { messageOf } from "../../../base/errors.ts";
import { isValues } from "../../../base/value.ts";
import { parseYamlDocuments } from "../../../base/yaml/index.ts";
import { type ReleaseContext, type ReleaseRecord, reasonsOf } from "../../../release/index.ts";
import { appendix } from "../../explain.ts";
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
    ...(context.interruption === undefined ? {} : { interruption: context.interruption }),
    log: logs.log,
    busy: context.busy,
    ...judgeOf(ledger.release),
    onRecord: (record) => void written.set(record.version, record),
  };
  // Flux: the digest is that of the chart that was released now; older revisions keep their own, or none.
  const snapshots = (options: { readonly action?: string; readonly ociDigest?: string } = {}): readonly Snapshot[] => {
    const newest = Math.max(...written.keys());
    return [...written.values()].map((record) => {
      const known = ledger.status.history?.find(({ version }) => version === record.version)?.ociDigest;
      const ociDigest = record.version === newest ? (options.ociDigest ?? known) : known;
      return snapshotOf(record, {
        algorithm: ledger.algorithm,
        ...(options.action === undefined ? {} : { action: options.action }),
        ...(ociDigest === undefined ? {} : { ociDigest }),
      });
    });
  };
  /** Why it failed, in Helm's words, and why what was waited for is not ready. */
  const describe = async (error: unknown): Promise<{ readonly text: string; readonly reasons: string }> => {
    for (const record of written.values()) for (const secret of secretsOf(record)) ledger.concealer.add(secret);
    // They were read when the wait ended: what a failed hook left may be deleted by now.
    return { text: messageOf(error).trim(), reasons: appendix(reasonsOf(error)) };
  };
  return { releaseContext, logs, written, snapshots, describe };
}

/** Flux: health checks of one's own count with the poller only. */
function judgeOf({ spec }: HelmRelease): Pick<ReleaseContext, "judge"> {
  const isPolled = (spec.waitStrategy?.name ?? "poller") === "poller";
  const judge = isPolled ? compileHealthChecks(spec.healthCheckExprs) : undefined;
  return judge === undefined ? {} : { judge };
}

/** The Secrets that a revision is made of: what the API, a hook or a program says of them may quote what they hold. */
function secretsOf({ manifest, hooks }: ReleaseRecord): readonly KubeObject[] {
  const texts = [manifest, ...hooks.map((hook) => hook.manifest ?? "")];
  return texts.flatMap((text) => {
    if (!text.includes("Secret")) return [];
    const documents = parseYamlDocuments(text).filter((document) => isValues(document) && document.kind === "Secret");
    return documents as unknown as readonly KubeObject[];
  });
}
