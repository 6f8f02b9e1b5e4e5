import type { Chart, ChartFile, Hook } from "../chart/index.ts";
import type { RecordedChart, RecordedFile, RecordedHook } from "./record.ts";
import { zeroTime } from "./record.ts";

/** What the record keeps of a chart: no subcharts, no raw files. */
export function toRecordedChart(chart: Chart): RecordedChart {
  return {
    metadata: chart.metadata,
    lock: chart.lock,
    templates: chart.templates.map(toRecordedFile),
    values: chart.values,
    schema: chart.schema === null ? null : base64(chart.schema),
    schemamodtime: chart.schemaModTime ?? zeroTime,
    files: chart.files.length === 0 ? null : chart.files.map(toRecordedFile),
    ...(chart.modTime === undefined ? {} : { modtime: chart.modTime }),
  };
}

/** A chart as it comes out of storage: good for its values and its metadata, not for rendering when it had subcharts. */
export function toChart(recorded: RecordedChart): Chart {
  return {
    metadata: recorded.metadata ?? { name: "", version: "", apiVersion: "" },
    lock: recorded.lock,
    templates: (recorded.templates ?? []).map(toChartFile),
    values: recorded.values,
    schema: recorded.schema === null ? null : Buffer.from(recorded.schema, "base64"),
    files: (recorded.files ?? []).map(toChartFile),
    dependencies: [],
    raw: [],
  };
}

/** A hook that has not run yet, as the record keeps it. */
export function toRecordedHook(hook: Hook): RecordedHook {
  return {
    name: hook.name,
    kind: hook.kind,
    path: hook.path,
    manifest: hook.manifest,
    events: hook.events,
    last_run: { phase: "" },
    weight: hook.weight,
    delete_policies: hook.deletePolicies,
    output_log_policies: hook.outputLogPolicies,
  };
}

/** Hundreds of releases of one chart share its files. */
const recordedFiles = new WeakMap<ChartFile, RecordedFile>();

function toRecordedFile(file: ChartFile): RecordedFile {
  const known = recordedFiles.get(file);
  if (known !== undefined) return known;
  const { name, data, modTime } = file;
  const recorded = { name, data: base64(data), ...(modTime === undefined ? {} : { modtime: modTime }) };
  recordedFiles.set(file, recorded);
  return recorded;
}

function toChartFile(file: RecordedFile): ChartFile {
  return {
    name: file.name,
    data: Buffer.from(file.data ?? "", "base64"),
    ...(file.modtime === undefined ? {} : { modTime: file.modtime }),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
