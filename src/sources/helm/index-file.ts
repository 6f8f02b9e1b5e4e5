import { messageOf } from "../../base/errors.ts";
import { compareVersions, tryParseVersion, type Version } from "../../base/semver.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { parseYaml } from "../../base/yaml/index.ts";
import { SourceError } from "../errors.ts";

/** One version of a chart in a repository, as far as choosing and downloading one needs. */
export interface ListedVersion {
  readonly name: string;
  readonly version: string;
  /** `version`, parsed. */
  readonly semver: Version;
  readonly urls: readonly string[];
  /** RFC 3339; the empty string where the index does not say. */
  readonly created: string;
  /** SHA-256 of the archive, as hex, often without a prefix. */
  readonly digest?: string;
}

/** One with all that its index says of it: Chart.yaml and more. */
export interface ChartVersion extends ListedVersion {
  readonly fields: Values;
}

/** An entry that is no valid chart, and why. */
export interface SkippedEntry {
  readonly chart: string;
  readonly version?: string;
  readonly reason: string;
}

/** A repository's index.yaml: the versions of each chart, newest first. */
export interface RepositoryIndex extends VersionIndex<ChartVersion> {}

/** An index that may be all of it, or only what is needed to choose. */
export interface VersionIndex<V extends ListedVersion = ListedVersion> {
  readonly generated: string;
  readonly entries: ReadonlyMap<string, readonly V[]>;
}

/**
 * Reads an index as Helm does: JSON or YAML, entries that are not valid charts are skipped, the rest is sorted. Throws
 * InvalidIndex with Helm's text.
 */
export function parseIndex(
  text: string,
  { onSkipped }: { readonly onSkipped?: (entry: SkippedEntry) => void } = {},
): RepositoryIndex {
  if (text.trim() === "") throw invalid("empty index.yaml file");
  const { document, strict } = parseDocument(text);
  if (!isValues(document)) throw mismatch(document, "Go value of type repo.IndexFile", strict);
  const reader: Reader = { strict };
  const index = readFields(document, indexFields, "IndexFile", reader);
  const charts = index["entries"] ?? {};
  if (!isValues(charts))
    throw mismatch(charts, "Go struct field IndexFile.entries of type map[string]repo.ChartVersions", strict);
  const entries = new Map<string, readonly ChartVersion[]>();
  for (const [name, list] of Object.entries(charts)) {
    if (list === null) {
      entries.set(name, []);
      continue;
    }
    if (!Array.isArray(list))
      throw mismatch(list as Value, "Go struct field IndexFile.entries of type repo.ChartVersions", strict);
    const versions: ChartVersion[] = [];
    const skipped: SkippedEntry[] = [];
    for (const entry of list as readonly Value[]) {
      const version = readEntry(entry, reader);
      if ("semver" in version) versions.push(version);
      else skipped.push({ chart: name, ...version });
    }
    // Helm: a list is looked through from its end.
    if (onSkipped !== undefined) for (const entry of skipped.toReversed()) onSkipped(entry);
    entries.set(
      name,
      versions.toSorted((a, b) => compareVersions(b.semver, a.semver)),
    );
  }
  if (index["apiVersion"] === undefined || index["apiVersion"] === "") throw invalid("no API version specified");
  const generated = index["generated"];
  return { generated: typeof generated === "string" ? generated : "", entries };
}

/** The index as JSON: what source-controller stores, and what is fastest to read again. */
export function formatIndex(index: RepositoryIndex): string {
  return [...formatIndexInParts(index)].join("");
}

/** The same, chart by chart: a large index is never in memory as one more text. */
export function* formatIndexInParts({ generated, entries }: RepositoryIndex): Iterable<string> {
  yield formatHead(generated);
  let separator = "";
  for (const [name, versions] of entries) {
    yield `${separator}${formatChart(name, versions)}`;
    separator = chartSeparator;
  }
  yield "}}";
}

/** Each chart has a line of its own: JSON has no line breaks within texts, so that a reader may take some charts at a time. */
export const chartSeparator = ",\n";

/** The beginning of an index as JSON, up to its charts; `}}` ends it. */
export function formatHead(generated: string): string {
  return `{"apiVersion":"v1",${generated === "" ? "" : `"generated":${JSON.stringify(generated)},`}"entries":{\n`;
}

export function formatChart(name: string, versions: readonly ChartVersion[]): string {
  return `${JSON.stringify(name)}:${JSON.stringify(versions.map(({ fields }) => fields))}`;
}

/** Helm reads JSON leniently and YAML strictly. */
interface Reader {
  readonly strict: boolean;
}

function parseDocument(text: string): { readonly document: Value; readonly strict: boolean } {
  if (/^\s*[[{]/.test(text)) {
    try {
      return { document: JSON.parse(text) as Value, strict: false };
    } catch {
      // YAML's flow style looks like JSON and is not.
    }
  }
  try {
    return { document: parseYaml(text, { duplicateKeys: "refuse" }), strict: true };
  } catch (cause) {
    throw new SourceError("InvalidIndex", messageOf(cause), { cause });
  }
}

/** A valid entry, or why Helm skips it. */
function readEntry(entry: Value, reader: Reader): ChartVersion | Omit<SkippedEntry, "chart"> {
  if (entry === null) return { reason: "empty entry" };
  if (!isValues(entry))
    throw mismatch(entry, "Go struct field IndexFile.entries of type repo.ChartVersion", reader.strict);
  const fields = readFields(entry, entryFields, "ChartVersion.entries", reader);
  const { name = "", version = "", type = "", urls, created, digest } = fields;
  const skip = (why: string): Omit<SkippedEntry, "chart"> => ({
    version: String(version),
    reason: `validation: ${why}`,
  });
  if (typeof name !== "string" || name === "") return skip("chart.metadata.name is required");
  if (name === "." || name === "..") return skip(`chart.metadata.name ${JSON.stringify(name)} is not allowed`);
  if (name.includes("/")) return skip(`chart.metadata.name ${JSON.stringify(name)} is invalid`);
  if (version === "") return skip("chart.metadata.version is required");
  const semver = typeof version === "string" ? tryParseVersion(version) : undefined;
  if (semver === undefined) return skip(`chart.metadata.version ${JSON.stringify(version)} is invalid`);
  if (type !== "" && type !== "application" && type !== "library")
    return skip("chart.metadata.type must be application or library");
  for (const list of ["maintainers", "dependencies"]) {
    const items = fields[list];
    if (Array.isArray(items) && items.includes(null)) return skip(`${list} must not contain empty or null nodes`);
  }
  return {
    name,
    version: semver.original,
    semver,
    urls: Array.isArray(urls) ? urls.filter((url) => typeof url === "string") : [],
    created: typeof created === "string" ? created : "",
    ...(typeof digest === "string" && digest !== "" ? { digest } : {}),
    fields,
  };
}

type FieldType = "string" | "time" | "bool" | "strings" | "map" | "any";
type Fields = ReadonlyMap<string, FieldType>;

// Helm: repo.IndexFile.
const indexFields: Fields = new Map<string, FieldType>([
  ["serverInfo", "any"],
  ["apiVersion", "string"],
  ["generated", "time"],
  ["entries", "any"],
  ["publicKeys", "strings"],
  ["annotations", "map"],
]);

// Helm: chart.Metadata, which repo.ChartVersion embeds.
const metadataFields: Fields = new Map<string, FieldType>([
  ["name", "string"],
  ["home", "string"],
  ["sources", "strings"],
  ["version", "string"],
  ["description", "string"],
  ["keywords", "strings"],
  ["maintainers", "any"],
  ["icon", "string"],
  ["apiVersion", "string"],
  ["condition", "string"],
  ["tags", "string"],
  ["appVersion", "string"],
  ["deprecated", "bool"],
  ["annotations", "map"],
  ["kubeVersion", "string"],
  ["dependencies", "any"],
  ["type", "string"],
]);

const entryFields: Fields = new Map<string, FieldType>([
  ...metadataFields,
  ["urls", "strings"],
  ["created", "time"],
  ["removed", "bool"],
  ["digest", "string"],
  ["checksum", "string"],
  ["engine", "string"],
  ["tillerVersion", "string"],
  ["url", "string"],
]);

const goTypes: Readonly<Record<Exclude<FieldType, "any" | "time">, string>> = {
  string: "string",
  bool: "bool",
  strings: "[]string",
  map: "map[string]string",
};

/** The known fields under their own names, whatever the case they came in; null counts as absent. */
function readFields(map: Values, known: Fields, owner: string, { strict }: Reader): Values {
  const fields: Record<string, Value> = {};
  for (const [key, value] of Object.entries(map)) {
    const name = known.has(key) ? key : [...known.keys()].find((each) => each.toLowerCase() === key.toLowerCase());
    if (name === undefined) {
      if (!strict) continue;
      throw invalid(`error unmarshaling JSON: while decoding JSON: json: unknown field ${JSON.stringify(key)}`);
    }
    if (value === null) continue;
    const type = known.get(name) ?? "any";
    // sigs.k8s.io/yaml makes text of numbers where it sees that a string is wanted; it does not look into embedded structs.
    const isTop = known === indexFields;
    if (type === "string" && isTop && strict && typeof value === "number") fields[name] = String(value);
    else {
      if (!fits(value, type)) {
        if (type === "time") throw badTime(value, strict);
        const inner = !isTop && metadataFields.has(name) ? `${owner}.Metadata.${name}` : `${owner}.${name}`;
        throw mismatch(value, `Go struct field ${inner} of type ${goTypes[type as "string"]}`, strict);
      }
      fields[name] = value;
    }
  }
  return fields;
}

function fits(value: Value, type: FieldType): boolean {
  switch (type) {
    case "string":
      return typeof value === "string";
    case "time":
      return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
    case "bool":
      return typeof value === "boolean";
    case "strings":
      return Array.isArray(value);
    case "map":
      return isValues(value);
    case "any":
      return true;
  }
}

function badTime(value: Value, strict: boolean): SourceError {
  const text = JSON.stringify(value);
  return decoding(`parsing time ${text} as "2006-01-02T15:04:05Z07:00": cannot parse ${text} as "2006"`, strict);
}

function mismatch(value: Value, into: string, strict: boolean): SourceError {
  const found = Array.isArray(value) ? "array" : isValues(value) ? "object" : goKind(value);
  return decoding(`json: cannot unmarshal ${found} into ${into}`, strict);
}

function goKind(value: Value): string {
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}

function decoding(message: string, strict: boolean): SourceError {
  return invalid(strict ? `error unmarshaling JSON: while decoding JSON: ${message}` : message);
}

function invalid(message: string): SourceError {
  return new SourceError("InvalidIndex", message);
}
