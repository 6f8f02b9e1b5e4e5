import { LRUCache } from "lru-cache";
import { formatRfc3339Nano, tryParseMoment } from "../base/time.ts";
import { isValues, type Value, type Values } from "../base/value.ts";
import type { ChartLock, ChartMetadata, Dependency, HookEvent, Maintainer } from "../chart/index.ts";
import { ReleaseError } from "./errors.ts";
import {
  type ApplyMethod,
  type HookExecution,
  type RecordedChart,
  type RecordedFile,
  type RecordedHook,
  type ReleaseInfo,
  type ReleaseRecord,
  type ReleaseStatus,
  zeroTime,
} from "./record.ts";

/** Reads a record's JSON. Unknown fields are dropped, as Helm drops them; a field of the wrong type makes the record Corrupt. */
export function decodeRecordJson(json: string): ReleaseRecord {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new ReleaseError("Corrupt", "cannot read a release record: it is not JSON", { cause });
  }
  if (!isValues(parsed)) throw wrongType("the record", "an object");
  const config = readMap(parsed, "config");
  const applyMethod = readText(parsed, "apply_method");
  return {
    name: readText(parsed, "name") ?? "",
    info: readInfo(readMap(parsed, "info") ?? {}),
    chart: readChart(readMap(parsed, "chart") ?? {}),
    ...(config === undefined ? {} : { config }),
    manifest: readText(parsed, "manifest") ?? "",
    hooks: (readMaps(parsed, "hooks") ?? []).map(readHook),
    version: readInteger(parsed, "version") ?? 0,
    namespace: readText(parsed, "namespace") ?? "",
    // Helm keeps whatever text is there and compares with "ssa"; so do we.
    ...(applyMethod === undefined ? {} : { apply_method: applyMethod as ApplyMethod }),
    labels: {},
  };
}

function readInfo(info: Values): ReleaseInfo {
  const resources = readMap(info, "resources");
  return {
    ...optional("first_deployed", readTime(info, "first_deployed")),
    ...optional("last_deployed", readTime(info, "last_deployed")),
    ...optional("deleted", readTime(info, "deleted")),
    ...optional("description", readText(info, "description")),
    // Any text is a status to Helm; one that nobody knows is treated as such by who looks at it.
    status: (readText(info, "status") ?? "unknown") as ReleaseStatus,
    ...optional("notes", readText(info, "notes")),
    ...optional("resources", resources),
  };
}

function readChart(chart: Values): RecordedChart {
  const metadata = readMap(chart, "metadata");
  const lock = readMap(chart, "lock");
  return {
    metadata: metadata === undefined ? null : readMetadata(metadata),
    lock: lock === undefined ? null : readLock(lock),
    templates: readMaps(chart, "templates")?.map(readFile) ?? null,
    values: readMap(chart, "values") ?? null,
    schema: readText(chart, "schema") ?? null,
    schemamodtime: readTime(chart, "schemamodtime") ?? zeroTime,
    files: readMaps(chart, "files")?.map(readFile) ?? null,
    ...optional("modtime", readTime(chart, "modtime")),
  };
}

/** Texts of files that were read before: the records of hundreds of releases hold the same chart. */
const shared = new LRUCache<string, string>({ maxSize: 4 << 20, sizeCalculation: ({ length }) => length + 1 });

function share(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const known = shared.get(text);
  if (known !== undefined) return known;
  shared.set(text, text);
  return text;
}

function readFile(file: Values): RecordedFile {
  return {
    name: readText(file, "name") ?? "",
    data: share(readText(file, "data")) ?? null,
    ...optional("modtime", readTime(file, "modtime")),
  };
}

function readMetadata(metadata: Values): ChartMetadata {
  return {
    name: readText(metadata, "name") ?? "",
    ...optional("home", readText(metadata, "home")),
    ...optional("sources", readTexts(metadata, "sources")),
    version: readText(metadata, "version") ?? "",
    ...optional("description", readText(metadata, "description")),
    ...optional("keywords", readTexts(metadata, "keywords")),
    ...optional("maintainers", readMaps(metadata, "maintainers")?.map(readMaintainer)),
    ...optional("icon", readText(metadata, "icon")),
    apiVersion: readText(metadata, "apiVersion") ?? "",
    ...optional("condition", readText(metadata, "condition")),
    ...optional("tags", readText(metadata, "tags")),
    ...optional("appVersion", readText(metadata, "appVersion")),
    ...optional("deprecated", readFlag(metadata, "deprecated")),
    ...optional("annotations", readTextMap(metadata, "annotations")),
    ...optional("kubeVersion", readText(metadata, "kubeVersion")),
    ...optional("dependencies", readMaps(metadata, "dependencies")?.map(readDependency)),
    ...optional("type", readText(metadata, "type")),
  };
}

function readMaintainer(maintainer: Values): Maintainer {
  return {
    ...optional("name", readText(maintainer, "name")),
    ...optional("email", readText(maintainer, "email")),
    ...optional("url", readText(maintainer, "url")),
  };
}

function readDependency(dependency: Values): Dependency {
  return {
    name: readText(dependency, "name") ?? "",
    ...optional("version", readText(dependency, "version")),
    repository: readText(dependency, "repository") ?? "",
    ...optional("condition", readText(dependency, "condition")),
    ...optional("tags", readTexts(dependency, "tags")),
    ...optional("enabled", readFlag(dependency, "enabled")),
    ...optional("import-values", readList(dependency, "import-values")),
    ...optional("alias", readText(dependency, "alias")),
  };
}

function readLock(lock: Values): ChartLock {
  return {
    generated: readTime(lock, "generated") ?? zeroTime,
    digest: readText(lock, "digest") ?? "",
    dependencies: readMaps(lock, "dependencies")?.map(readDependency) ?? null,
  };
}

function readHook(hook: Values): RecordedHook {
  return {
    ...optional("name", readText(hook, "name")),
    ...optional("kind", readText(hook, "kind")),
    ...optional("path", readText(hook, "path")),
    ...optional("manifest", readText(hook, "manifest")),
    // Only known events fire; others are kept for who knows them.
    events: (readTexts(hook, "events") ?? []) as readonly HookEvent[],
    last_run: readExecution(readMap(hook, "last_run") ?? {}),
    ...optional("weight", readInteger(hook, "weight")),
    delete_policies: readTexts(hook, "delete_policies") ?? [],
    output_log_policies: readTexts(hook, "output_log_policies") ?? [],
  };
}

function readExecution(run: Values): HookExecution {
  return {
    ...optional("started_at", readTime(run, "started_at")),
    ...optional("completed_at", readTime(run, "completed_at")),
    phase: (readText(run, "phase") ?? "") as HookExecution["phase"],
  };
}

/** Gives the text Go would write for the moment again: no zeros at the end of the fraction, `Z` for UTC. */
function readTime(from: Values, key: string): string | undefined {
  const text = readText(from, key);
  if (text === undefined || text === "") return undefined;
  const moment = tryParseMoment(text);
  if (moment === undefined) throw wrongType(JSON.stringify(key), "a time");
  const time = formatRfc3339Nano(moment);
  return time === zeroTime ? undefined : time;
}

function readText(from: Values, key: string): string | undefined {
  return readAs(from, key, "a string", (value) => typeof value === "string");
}

function readFlag(from: Values, key: string): boolean | undefined {
  return readAs(from, key, "a boolean", (value) => typeof value === "boolean");
}

function readInteger(from: Values, key: string): number | undefined {
  return readAs(from, key, "an integer", (value): value is number => Number.isSafeInteger(value));
}

function readMap(from: Values, key: string): Values | undefined {
  return readAs(from, key, "an object", isValues);
}

function readList(from: Values, key: string): readonly Value[] | undefined {
  return readAs(from, key, "a list", (value): value is readonly Value[] => Array.isArray(value));
}

function readMaps(from: Values, key: string): readonly Values[] | undefined {
  return readAs(from, key, "a list of objects", (value): value is readonly Values[] => isListOf(value, isValues));
}

function readTexts(from: Values, key: string): readonly string[] | undefined {
  return readAs(from, key, "a list of strings", (value): value is readonly string[] =>
    isListOf(value, (item) => typeof item === "string"),
  );
}

function readTextMap(from: Values, key: string): Readonly<Record<string, string>> | undefined {
  return readAs(
    from,
    key,
    "an object of strings",
    (value): value is Readonly<Record<string, string>> =>
      isValues(value) && Object.values(value).every((item) => typeof item === "string"),
  );
}

function readAs<T extends Value>(
  from: Values,
  key: string,
  wanted: string,
  is: (value: Value) => value is T,
): T | undefined {
  const value = Object.hasOwn(from, key) ? from[key] : undefined;
  if (value === undefined || value === null) return undefined;
  if (!is(value)) throw wrongType(JSON.stringify(key), wanted);
  return value;
}

function isListOf(value: Value, is: (item: Value) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function wrongType(what: string, wanted: string): ReleaseError {
  return new ReleaseError("Corrupt", `cannot read a release record: ${what} is not ${wanted}`);
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [Key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [Key in K]?: V });
}
