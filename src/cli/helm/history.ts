import type { ReleaseRecord } from "../../release/index.ts";
import { releaseNameProblem, sortByRevision } from "../../release/index.ts";
import { CommandError, defineCommand, type Flags } from "../command.ts";
import { takesExactly } from "./arguments.ts";
import { appVersionOf, chartNameOf } from "./chart-name.ts";
import { withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { helmTable } from "./go-table.ts";
import { outputFlags, outputFormat, writeOutput } from "./output.ts";
import { ansicTime } from "./times.ts";

const usage = "helm history RELEASE_NAME [flags]";

const flags = {
  ...globalFlags,
  ...outputFlags,
  max: { type: "integer", default: 256, help: "maximum number of revision to include in history" },
} as const satisfies Flags;

/** `helm history`: the revisions of a release, oldest first. */
export const command = defineCommand({
  name: "history",
  usage,
  summary: "fetch release history",
  aliases: ["hist"],
  flags,
  checkArgs: takesExactly(1, usage),
  run: async ({ flags, args: [name = ""], io }) => {
    const format = outputFormat(flags);
    const records = await withCluster({ flags, io }, async ({ storage }) => {
      if (releaseNameProblem(name) !== undefined) throw new CommandError(`release name is invalid: ${name}`);
      return sortByRevision(await storage.history(name));
    });
    const entries = (flags.max > 0 ? records.slice(-flags.max) : []).map(toEntry);
    writeOutput(io, format, { value: entries, table: () => tableOf(entries) });
    return 0;
  },
});

interface HistoryEntry {
  readonly revision: number;
  readonly updated?: string;
  readonly status: string;
  readonly chart: string;
  readonly app_version: string;
  readonly description: string;
}

function toEntry(record: ReleaseRecord): HistoryEntry {
  const { last_deployed, status, description = "" } = record.info;
  return {
    revision: record.version,
    ...(last_deployed === undefined ? {} : { updated: last_deployed }),
    status,
    chart: chartNameOf(record),
    app_version: appVersionOf(record),
    description,
  };
}

function tableOf(entries: readonly HistoryEntry[]): string {
  const header = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"];
  return helmTable([
    header,
    ...entries.map((entry) => [
      String(entry.revision),
      ansicTime(entry.updated),
      entry.status,
      entry.chart,
      entry.app_version,
      entry.description,
    ]),
  ]);
}
