import { toSeconds } from "../../api/index.ts";
import { algorithmOf, type DigestAlgorithm } from "../../base/node/digest.ts";
import { configDigest, type ReleaseRecord, snapshotDigest } from "../../release/index.ts";
import type { StoredRelease } from "./decide.ts";
import type { Snapshot } from "./history.ts";

/** What `status.history` keeps of a stored revision. */
export function snapshotOf(
  record: ReleaseRecord,
  options: { readonly action?: string; readonly ociDigest?: string; readonly algorithm?: DigestAlgorithm } = {},
): Snapshot {
  const { action, ociDigest = "", algorithm = "sha256" } = options;
  const { info, chart } = record;
  const { appVersion } = chart.metadata ?? {};
  return {
    apiVersion: "v2",
    digest: snapshotDigest(record, { ociDigest, algorithm }),
    name: record.name,
    namespace: record.namespace,
    version: record.version,
    status: info.status,
    ...(action === undefined ? {} : { action }),
    chartName: chart.metadata?.name ?? "",
    chartVersion: chart.metadata?.version ?? "",
    ...(appVersion === undefined || appVersion === "" ? {} : { appVersion }),
    configDigest: configDigest(record.config, algorithm),
    firstDeployed: inSeconds(info.first_deployed) ?? "",
    lastDeployed: inSeconds(info.last_deployed) ?? "",
    ...(inSeconds(info.deleted) === undefined ? {} : { deleted: inSeconds(info.deleted)! }),
    ...(ociDigest === "" ? {} : { ociDigest }),
  };
}

/**
 * A stored revision as a decision sees it. The OCI digest is not in helm's record: it comes from the snapshot of that revision, whose digest
 * may be another algorithm's than those of today.
 */
export function storedReleaseOf(
  record: ReleaseRecord,
  history: readonly Snapshot[] | undefined,
  algorithm: DigestAlgorithm,
): StoredRelease {
  const { digest, ociDigest = "" } = history?.find(({ version }) => version === record.version) ?? {};
  const snapshot = snapshotOf(record, { ociDigest, algorithm });
  const own = algorithmOf(digest) ?? algorithm;
  return {
    version: record.version,
    status: record.info.status,
    chartName: snapshot.chartName,
    chartVersion: snapshot.chartVersion,
    configDigest: snapshot.configDigest,
    snapshotDigest: own === algorithm ? snapshot.digest : snapshotDigest(record, { ociDigest, algorithm: own }),
  };
}

/** How the tests of a revision went, by the name of their hook; `undefined` while none was run. */
export function testHooksOf(
  record: ReleaseRecord,
  includes: (name: string) => boolean,
): NonNullable<Snapshot["testHooks"]> {
  const tests = record.hooks.filter((hook) => hook.events.includes("test") && includes(hook.name ?? ""));
  return Object.fromEntries(
    tests.map(({ name = "", last_run: run }) => [
      name,
      {
        ...(inSeconds(run.started_at) === undefined ? {} : { lastStarted: inSeconds(run.started_at)! }),
        ...(inSeconds(run.completed_at) === undefined ? {} : { lastCompleted: inSeconds(run.completed_at)! }),
        ...(run.phase === "" ? {} : { phase: run.phase }),
      },
    ]),
  );
}

function inSeconds(time: string | undefined): string | undefined {
  if (time === undefined || time === "" || time.startsWith("0001-01-01")) return undefined;
  return toSeconds(new Date(time));
}
