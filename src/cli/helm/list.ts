import { RE2JS } from "re2js";
import { messageOf } from "../../base/errors.ts";
import { compareBytes } from "../../base/value.ts";
import { isApiError } from "../../api/index.ts";
import type { ReleaseRecord, Storage } from "../../release/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues } from "../command.ts";
import { appVersionOf, chartNameOf } from "./chart-name.ts";
import { withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { helmTable } from "./go-table.ts";
import { outputFlags, outputFormat, writeOutput } from "./output.ts";
import { takesNoArguments } from "./arguments.ts";
import { goTime } from "./times.ts";

const flags = {
  ...globalFlags,
  ...outputFlags,
  short: { type: "boolean", short: "q", help: "output short (quiet) listing format" },
  "no-headers": { type: "boolean", help: "don't print headers when using the default output format" },
  date: { type: "boolean", short: "d", help: "sort by release date" },
  reverse: { type: "boolean", short: "r", help: "reverse the sort order" },
  uninstalled: { type: "boolean", help: "show uninstalled releases (if 'helm uninstall --keep-history' was used)" },
  superseded: { type: "boolean", help: "show superseded releases" },
  uninstalling: { type: "boolean", help: "show releases that are currently being uninstalled" },
  deployed: { type: "boolean", help: "show deployed releases" },
  failed: { type: "boolean", help: "show failed releases" },
  pending: { type: "boolean", help: "show pending releases" },
  "all-namespaces": { type: "boolean", short: "A", help: "list releases across all namespaces" },
  max: { type: "integer", short: "m", default: 256, help: "maximum number of releases to fetch" },
  offset: { type: "integer", help: "next release index in the list, used to offset from start value" },
  "time-format": { type: "string", help: 'format time using golang time formatter, eg: "2006-01-02 15:04:05Z0700"' },
  filter: { type: "string", short: "f", help: "a regular expression; only releases whose name matches are listed" },
  selector: { type: "string", short: "l", help: "label selector; only releases whose labels match are listed" },
} as const satisfies Flags;

type ListFlags = FlagValues<typeof flags>;

/** `helm list`: the newest revision of each release. */
export const command = defineCommand({
  name: "list",
  usage: "helm list [flags]",
  summary: "list releases",
  aliases: ["ls"],
  flags,
  checkArgs: takesNoArguments("helm list [flags]"),
  run: async ({ flags, io }) => {
    const format = outputFormat(flags);
    const namespace = flags["all-namespaces"] ? "" : undefined;
    const releases = await withCluster(
      { flags, io, ...(namespace === undefined ? {} : { namespace }) },
      async ({ storage }) => {
        const all = await storage.list();
        const chosen = chooseReleases(all, flags);
        if (flags.selector === "") return paged(chosen, flags, all.length);
        // Helm selects among the newest revisions only; the selector is the API server's to understand.
        const matching = new Set((await listSelected(storage, flags.selector)).map(keyOf));
        return paged(
          chosen.filter((record) => matching.has(keyOf(record))),
          flags,
          all.length,
        );
      },
    );
    if (flags.short) {
      const names = releases.map(({ name }) => name);
      writeOutput(io, format, { value: names, table: () => names.map((name) => `${name}\n`).join("") });
      return 0;
    }
    const layout = flags["time-format"];
    const showTime = layout === "" ? goTime : (await import("./time-format.ts")).timeFormatter(layout);
    const elements = releases.map((record) => toElement(record, showTime));
    writeOutput(io, format, { value: elements, table: () => tableOf(elements, flags["no-headers"]) });
    return 0;
  },
});

/** Helm reads the selector itself, so what is wrong with it is said without the storage's words around it. */
async function listSelected(storage: Storage, labelSelector: string): Promise<readonly ReleaseRecord[]> {
  try {
    return await storage.list({ labelSelector });
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    throw isApiError(cause, "BadRequest") ? new CommandError(cause.message) : error;
  }
}

/** The newest revision of each release that the flags ask for, in their order. */
export function chooseReleases(
  records: readonly ReleaseRecord[],
  flags: Pick<ListFlags, StateFlag | "filter" | "date" | "reverse">,
): readonly ReleaseRecord[] {
  const matches = nameFilter(flags.filter);
  const named = records.filter(({ name }) => matches(name));
  const states = wantedStates(flags);
  // Helm: among newest revisions none is superseded, so asking for those alone asks for all revisions.
  const onlySuperseded = states.size === 1 && states.has("superseded");
  const candidates = onlySuperseded ? named : newestOf(named);
  const wanted = candidates.filter(({ info }) =>
    states.size === 0 ? info.status !== "unknown" : states.has(info.status),
  );
  return sortReleases(wanted, flags);
}

type StateFlag = "deployed" | "uninstalled" | "uninstalling" | "pending" | "failed" | "superseded";

function wantedStates(flags: Pick<ListFlags, StateFlag>): ReadonlySet<string> {
  const states = new Set<string>();
  for (const flag of ["deployed", "uninstalled", "uninstalling", "failed", "superseded"] as const) {
    if (flags[flag]) states.add(flag);
  }
  if (flags.pending) for (const what of ["install", "upgrade", "rollback"]) states.add(`pending-${what}`);
  return states;
}

function newestOf(records: readonly ReleaseRecord[]): readonly ReleaseRecord[] {
  const newest = new Map<string, ReleaseRecord>();
  for (const record of records) {
    const key = `${record.namespace}/${record.name}`;
    const known = newest.get(key);
    if (known === undefined || known.version <= record.version) newest.set(key, record);
  }
  return [...newest.values()];
}

function sortReleases(
  records: readonly ReleaseRecord[],
  { date, reverse }: Pick<ListFlags, "date" | "reverse">,
): readonly ReleaseRecord[] {
  const byName = (a: ReleaseRecord, b: ReleaseRecord): number =>
    compareBytes(a.name, b.name) || compareBytes(a.namespace, b.namespace);
  const byDate = (a: ReleaseRecord, b: ReleaseRecord): number => secondsOf(a) - secondsOf(b) || byName(a, b);
  const sorted = records.toSorted(date ? byDate : byName);
  return reverse ? sorted.toReversed() : sorted;
}

function paged(
  records: readonly ReleaseRecord[],
  { offset, max }: ListFlags,
  stored: number,
): readonly ReleaseRecord[] {
  const limit = max > 0 && max < stored ? max : stored;
  return records.slice(offset, offset + limit);
}

function nameFilter(pattern: string): (name: string) => boolean {
  if (pattern === "") return () => true;
  try {
    const compiled = RE2JS.compile(pattern);
    return (name) => compiled.matcher(name).find();
  } catch (error) {
    throw new CommandError(messageOf(error));
  }
}

interface ListElement {
  readonly name: string;
  readonly namespace: string;
  readonly revision: string;
  readonly updated: string;
  readonly status: string;
  readonly chart: string;
  readonly app_version: string;
}

function toElement(record: ReleaseRecord, showTime: (timestamp: string) => string): ListElement {
  const { last_deployed } = record.info;
  return {
    name: record.name,
    namespace: record.namespace,
    revision: String(record.version),
    updated: last_deployed === undefined ? "-" : showTime(last_deployed),
    status: record.info.status,
    chart: chartNameOf(record),
    app_version: appVersionOf(record),
  };
}

function tableOf(elements: readonly ListElement[], noHeaders: boolean): string {
  const header = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"];
  const rows = elements.map((element) => [
    element.name,
    element.namespace,
    element.revision,
    element.updated,
    element.status,
    element.chart,
    element.app_version,
  ]);
  return helmTable(noHeaders ? rows : [header, ...rows]);
}

function keyOf({ namespace, name, version }: ReleaseRecord): string {
  return `${namespace}/${name}/${version}`;
}

function secondsOf({ info }: ReleaseRecord): number {
  return Math.floor(Date.parse(info.last_deployed ?? "0001-01-01T00:00:00Z") / 1000);
}
