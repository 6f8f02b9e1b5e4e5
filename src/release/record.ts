import { formatRfc3339Nano, toMoment } from "../base/time.ts";
import type { Values } from "../base/value.ts";
import type { ChartLock, ChartMetadata, HookEvent } from "../chart/index.ts";

/** Where a revision is in its life. */
export type ReleaseStatus =
  | "unknown"
  | "deployed"
  | "uninstalled"
  | "superseded"
  | "failed"
  | "uninstalling"
  | "pending-install"
  | "pending-upgrade"
  | "pending-rollback";

/** How a revision's objects were written: by server-side or by client-side apply. */
export type ApplyMethod = "ssa" | "csa";

/** RFC 3339 with nanoseconds where there are some, in the zone it was written in: kept as text, because digests are made of it. */
export type Timestamp = string;

/** One revision of a release, field by field as Helm stores it. Absent is what Helm omits. */
export interface ReleaseRecord {
  readonly name: string;
  readonly info: ReleaseInfo;
  readonly chart: RecordedChart;
  /** The user's values. */
  readonly config?: Values;
  /** The rendered objects, without hooks. */
  readonly manifest: string;
  readonly hooks: readonly RecordedHook[];
  /** The revision. */
  readonly version: number;
  readonly namespace: string;
  readonly apply_method?: ApplyMethod;
  /**
   * Labels of the storage object; not part of the JSON. `get` gives the user's own, `history` and `list` give all of them: Helm copies what
   * `history` gave into the next revision, `modifiedAt` included, and so do we.
   */
  readonly labels: Readonly<Record<string, string>>;
}

export interface ReleaseInfo {
  readonly first_deployed?: Timestamp;
  readonly last_deployed?: Timestamp;
  readonly deleted?: Timestamp;
  readonly description?: string;
  readonly status: ReleaseStatus;
  readonly notes?: string;
  /** Live objects by kind; only in what `status` prints, never stored by us. */
  readonly resources?: Values;
}

/** A chart without its subcharts, as records keep it. */
export interface RecordedChart {
  readonly metadata: ChartMetadata | null;
  readonly lock: ChartLock | null;
  readonly templates: readonly RecordedFile[] | null;
  readonly values: Values | null;
  /** Base64. */
  readonly schema: string | null;
  readonly schemamodtime: Timestamp;
  readonly files: readonly RecordedFile[] | null;
  readonly modtime?: Timestamp;
}

export interface RecordedFile {
  readonly name: string;
  /** Base64. */
  readonly data: string | null;
  readonly modtime?: Timestamp;
}

export interface RecordedHook {
  readonly name?: string;
  readonly kind?: string;
  readonly path?: string;
  readonly manifest?: string;
  readonly events: readonly HookEvent[];
  readonly last_run: HookExecution;
  readonly weight?: number;
  readonly delete_policies: readonly string[];
  readonly output_log_policies: readonly string[];
}

export interface HookExecution {
  readonly started_at?: Timestamp;
  readonly completed_at?: Timestamp;
  readonly phase: "" | "Unknown" | "Running" | "Succeeded" | "Failed";
}

/** Go's zero time, which stands for "not said". */
export const zeroTime: Timestamp = "0001-01-01T00:00:00Z";

/** True while an action is under way, or was interrupted. */
export function isPending(status: ReleaseStatus): boolean {
  return status === "pending-install" || status === "pending-upgrade" || status === "pending-rollback";
}

/** The same revision with another status and, where one is given, another description. */
export function withStatus(record: ReleaseRecord, status: ReleaseStatus, description?: string): ReleaseRecord {
  return { ...record, info: { ...record.info, status, ...(description === undefined ? {} : { description }) } };
}

/** The name of the storage object of a revision. */
export function recordKey(name: string, revision: number): string {
  return `sh.helm.release.v1.${name}.v${revision}`;
}

/** A moment as Go writes it in the zone of this process. */
export function timestamp(moment: Date): Timestamp {
  return formatRfc3339Nano(toMoment(moment, -moment.getTimezoneOffset()));
}
