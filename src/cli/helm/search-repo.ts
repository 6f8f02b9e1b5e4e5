import { messageOf } from "../../base/errors.ts";
import { compareVersions, type Constraint, parseConstraint } from "../../base/semver.ts";
import { compareBytes } from "../../base/value.ts";
import type { ChartVersion } from "../../sources/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { globalFlags } from "./global-flags.ts";
import { helmTable } from "./go-table.ts";
import { logLine } from "./log-line.ts";
import { outputFlags, outputFormat, writeOutput } from "./output.ts";
import { loadCachedIndex } from "./repositories/index-cache.ts";
import { tryReadRepositories } from "./repositories/repository-file.ts";
import { type HelmSettings, settingsIn } from "./settings.ts";

/** A line of the search: a chart, or with `--versions` one version of it. */
interface Candidate {
  readonly name: string;
  readonly chart: ChartVersion;
  /** What the keyword is looked for in: name, full name, description and keywords, parted by vertical tabs. */
  readonly text: string;
}

interface Result extends Candidate {
  /** In which part of the text the keyword is: less is better. */
  readonly score: number;
}

/** `helm search repo`: looks for a keyword in the cached indexes. */
export const command = defineCommand({
  name: "repo",
  usage: "helm search repo [keyword] [flags]",
  summary: "search repositories for a keyword in charts",
  flags: {
    ...globalFlags,
    ...outputFlags,
    regexp: { type: "boolean", short: "r", help: "use regular expressions for searching repositories you have added" },
    versions: {
      type: "boolean",
      short: "l",
      help: "show the long listing, with each version of each chart on its own line, for repositories you have added",
    },
    devel: {
      type: "boolean",
      help: "use development versions (alpha, beta, and release candidate releases), too. Equivalent to version '>0.0.0-0'. If --version is set, this is ignored",
    },
    version: { type: "string", help: "search using semantic versioning constraints on repositories you have added" },
    "max-col-width": { type: "integer", takes: "uint", default: 50, help: "maximum column width for output table" },
    "fail-on-no-result": { type: "boolean", help: "search fails if no results are found" },
  },
  run: async ({ flags, args, io }) => {
    const format = outputFormat(flags);
    const settings = settingsIn(io, flags);
    const range = flags.version || (flags.devel ? ">0.0.0-0" : ">0.0.0");
    // A range is always set: helm looks at all versions and shows one of each chart unless it is told otherwise.
    const candidates = await readCandidates(settings, io);
    const found = await search(candidates, { keyword: args.join(" "), isPattern: flags.regexp });
    const results = inRange(found.toSorted(compareResults), constraintOf(range), flags.versions);
    if (results.length === 0 && flags["fail-on-no-result"]) throw new CommandError("no results found");
    const value = results.map(({ name, chart }) => ({
      name,
      version: chart.version,
      app_version: fieldOf(chart, "appVersion"),
      description: fieldOf(chart, "description"),
    }));
    writeOutput(io, format, {
      value,
      table: () =>
        value.length === 0
          ? "No results found\n"
          : helmTable(
              [
                ["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"],
                ...value.map((row) => [row.name, row.version, row.app_version, row.description]),
              ],
              flags["max-col-width"],
            ),
    });
    return 0;
  },
});

async function readCandidates(settings: HelmSettings, io: Io): Promise<readonly Candidate[]> {
  const file = await tryReadRepositories(settings.repositoryConfig).catch(() => undefined);
  if (file === undefined || file.repositories.length === 0) throw new CommandError("no repositories configured");
  const candidates: Candidate[] = [];
  for (const { name: repository } of file.repositories) {
    try {
      const index = await loadCachedIndex(repository, settings, io);
      for (const [entry, versions] of index.entries)
        for (const chart of versions)
          candidates.push({ name: `${repository}/${entry}`, chart, text: searchText(repository, chart) });
    } catch (cause) {
      const attributes = { repo: repository, error: messageOf(cause) };
      io.stderr(logLine({ level: "WARN", message: "repo is corrupt or missing", attributes }));
    }
  }
  return candidates;
}

function searchText(repository: string, chart: ChartVersion): string {
  const { keywords } = chart.fields;
  const words = Array.isArray(keywords) ? keywords.filter((word) => typeof word === "string") : [];
  return [chart.name, `${repository}/${chart.name}`, fieldOf(chart, "description"), words.join(" ")].join("\v");
}

async function search(
  candidates: readonly Candidate[],
  { keyword, isPattern }: { readonly keyword: string; readonly isPattern: boolean },
): Promise<readonly Result[]> {
  if (keyword === "") return candidates.map((candidate) => ({ ...candidate, score: 0 }));
  const find = isPattern ? await patternFinder(keyword) : textFinder(keyword);
  return candidates.flatMap((candidate) => {
    const at = find(candidate.text);
    return at < 0 ? [] : [{ ...candidate, score: candidate.text.slice(0, at).split("\v").length - 1 }];
  });
}

function textFinder(keyword: string): (text: string) => number {
  const wanted = keyword.toLowerCase();
  return (text) => text.toLowerCase().indexOf(wanted);
}

/** A pattern of the user's runs over what others wrote: RE2 takes linear time. */
async function patternFinder(pattern: string): Promise<(text: string) => number> {
  const { RE2JS } = await import("re2js");
  let compiled: InstanceType<typeof RE2JS>;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (cause) {
    throw new CommandError(messageOf(cause));
  }
  return (text) => {
    const matcher = compiled.matcher(text);
    return matcher.find() ? matcher.start() : -1;
  };
}

/** Best score first, then names, then the newest version. */
function compareResults(a: Result, b: Result): number {
  return a.score - b.score || compareBytes(a.name, b.name) || compareVersions(b.chart.semver, a.chart.semver);
}

function inRange(results: readonly Result[], range: Constraint, allVersions: boolean): readonly Result[] {
  const seen = new Set<string>();
  return results.filter(({ name, chart }) => {
    if ((!allVersions && seen.has(name)) || !range.check(chart.semver)) return false;
    seen.add(name);
    return true;
  });
}

function constraintOf(range: string): Constraint {
  try {
    return parseConstraint(range);
  } catch (cause) {
    throw new CommandError(`an invalid version/constraint format: ${messageOf(cause)}`);
  }
}

function fieldOf(chart: ChartVersion, name: string): string {
  const value = chart.fields[name];
  return typeof value === "string" ? value : "";
}
