import type { Value, Values } from "../base/value.ts";
import type { ChartLock, ChartMetadata, Dependency, Maintainer } from "../chart/index.ts";
import { encodeString, encodeStruct, encodeValue, type Field } from "./go-json.ts";
import type { HookExecution, RecordedChart, RecordedFile, RecordedHook, ReleaseInfo, ReleaseRecord } from "./record.ts";
import { zeroTime } from "./record.ts";

/** The record as Helm's JSON, byte for byte: field order, what is omitted when empty, HTML escapes. `helm status` leaves the chart out. */
export function encodeRecordJson(record: ReleaseRecord, options: { readonly chart?: boolean } = {}): string {
  return encodeStruct([
    text("name", record.name),
    ["info", encodeInfo(record.info)],
    ["chart", options.chart === false ? undefined : encodeChart(record.chart)],
    map("config", record.config),
    text("manifest", record.manifest),
    list("hooks", record.hooks, encodeHook),
    integer("version", record.version),
    text("namespace", record.namespace),
    text("apply_method", record.apply_method),
  ]);
}

/** The `info` of a record. */
export function encodeInfo(info: ReleaseInfo): string {
  return encodeStruct([
    time("first_deployed", info.first_deployed),
    time("last_deployed", info.last_deployed),
    time("deleted", info.deleted),
    text("description", info.description),
    text("status", info.status),
    text("notes", info.notes),
    map("resources", info.resources),
  ]);
}

/** Chart.yaml as records and snapshot digests hold it. */
export function encodeMetadata(metadata: ChartMetadata): string {
  return encodeStruct([
    text("name", metadata.name),
    text("home", metadata.home),
    list("sources", metadata.sources, encodeString),
    text("version", metadata.version),
    text("description", metadata.description),
    list("keywords", metadata.keywords, encodeString),
    list("maintainers", metadata.maintainers, encodeMaintainer),
    text("icon", metadata.icon),
    text("apiVersion", metadata.apiVersion),
    text("condition", metadata.condition),
    text("tags", metadata.tags),
    text("appVersion", metadata.appVersion),
    flag("deprecated", metadata.deprecated),
    map("annotations", metadata.annotations),
    text("kubeVersion", metadata.kubeVersion),
    list("dependencies", metadata.dependencies, encodeDependency),
    text("type", metadata.type),
  ]);
}

export function encodeHook(hook: RecordedHook): string {
  return encodeStruct([
    text("name", hook.name),
    text("kind", hook.kind),
    text("path", hook.path),
    text("manifest", hook.manifest),
    list("events", hook.events, encodeString),
    ["last_run", encodeExecution(hook.last_run)],
    integer("weight", hook.weight),
    list("delete_policies", hook.delete_policies, encodeString),
    list("output_log_policies", hook.output_log_policies, encodeString),
  ]);
}

function encodeExecution(run: HookExecution): string {
  return encodeStruct([
    time("started_at", run.started_at),
    time("completed_at", run.completed_at),
    ["phase", encodeString(run.phase)],
  ]);
}

function encodeChart(chart: RecordedChart): string {
  return encodeStruct([
    ["metadata", chart.metadata === null ? "null" : encodeMetadata(chart.metadata)],
    ["lock", chart.lock === null ? "null" : encodeLock(chart.lock)],
    ["templates", encodeFiles(chart.templates)],
    ["values", encodeValue(chart.values)],
    ["schema", encodeNullable(chart.schema)],
    ["schemamodtime", encodeString(chart.schemamodtime)],
    ["files", encodeFiles(chart.files)],
    time("modtime", chart.modtime),
  ]);
}

function encodeLock(lock: ChartLock): string {
  const dependencies = lock.dependencies;
  return encodeStruct([
    ["generated", encodeString(lock.generated)],
    ["digest", encodeString(lock.digest)],
    ["dependencies", dependencies === null ? "null" : `[${dependencies.map(encodeDependency).join(",")}]`],
  ]);
}

function encodeFiles(files: readonly RecordedFile[] | null): string {
  if (files === null) return "null";
  return `[${files
    .map((file) =>
      encodeStruct([
        ["name", encodeString(file.name)],
        ["data", encodeNullable(file.data)],
        time("modtime", file.modtime),
      ]),
    )
    .join(",")}]`;
}

function encodeDependency(dependency: Dependency): string {
  return encodeStruct([
    ["name", encodeString(dependency.name)],
    text("version", dependency.version),
    ["repository", encodeString(dependency.repository)],
    text("condition", dependency.condition),
    list("tags", dependency.tags, encodeString),
    flag("enabled", dependency.enabled),
    list("import-values", dependency["import-values"], encodeValue),
    text("alias", dependency.alias),
  ]);
}

function encodeMaintainer(maintainer: Maintainer): string {
  return encodeStruct([text("name", maintainer.name), text("email", maintainer.email), text("url", maintainer.url)]);
}

function encodeNullable(value: string | null): string {
  return value === null ? "null" : encodeString(value);
}

function text(name: string, value: string | undefined): Field {
  return [name, value === undefined || value === "" ? undefined : encodeString(value)];
}

function integer(name: string, value: number | undefined): Field {
  return [name, value === undefined || value === 0 ? undefined : String(value)];
}

function flag(name: string, value: boolean | undefined): Field {
  return [name, value === true ? "true" : undefined];
}

function time(name: string, value: string | undefined): Field {
  return [name, value === undefined || value === "" || value === zeroTime ? undefined : encodeString(value)];
}

function map(name: string, value: Values | undefined): Field {
  return [name, value === undefined || Object.keys(value).length === 0 ? undefined : encodeValue(value)];
}

function list<T extends Value | object>(
  name: string,
  values: readonly T[] | undefined,
  encode: (value: T) => string,
): Field {
  return [name, values === undefined || values.length === 0 ? undefined : `[${values.map(encode).join(",")}]`];
}
