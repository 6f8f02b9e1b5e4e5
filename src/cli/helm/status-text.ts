import { coalesceValues } from "../../chart/index.ts";
import { encodeRecordJson, type ReleaseRecord, toChart } from "../../release/index.ts";
import type { Io } from "../command.ts";
import { type OutputFormat, yamlText } from "./output.ts";
import { ansicTime } from "./times.ts";

export interface StatusOptions {
  /** Values, hooks and manifest, too (`--debug`, `get all`). */
  readonly debug?: boolean;
  readonly showMetadata?: boolean;
  readonly hideNotes?: boolean;
  /** What `helm status` lists under RESOURCES, ready to print. */
  readonly resources?: string;
  /** Why something is not ready, for a table; empty when nothing tells. */
  readonly reasons?: string;
  /** Leaves the chart out of JSON and YAML. */
  readonly withoutChart?: boolean;
}

/** Prints a release as install, upgrade, status and test do. */
export function writeStatus(io: Io, format: OutputFormat, record: ReleaseRecord, options: StatusOptions = {}): void {
  if (format === "table") return io.stdout(statusText(record, options));
  const json = encodeRecordJson(record, { chart: options.withoutChart !== true });
  io.stdout(format === "json" ? `${json}\n` : yamlText(JSON.parse(json)));
}

/** helm's block about a release, from `NAME:` to `NOTES:`. */
export function statusText(record: ReleaseRecord, options: StatusOptions): string {
  const { info, chart } = record;
  const lines = [`NAME: ${record.name}`];
  if (info.last_deployed !== undefined) lines.push(`LAST DEPLOYED: ${ansicTime(info.last_deployed)}`);
  lines.push(`NAMESPACE: ${record.namespace}`, `STATUS: ${info.status}`, `REVISION: ${record.version}`);
  if (options.showMetadata === true) {
    const { name = "", version = "", appVersion = "" } = chart.metadata ?? {};
    lines.push(`CHART: ${name}`, `VERSION: ${version}`, `APP_VERSION: ${appVersion}`);
  }
  lines.push(`DESCRIPTION: ${info.description ?? ""}`);
  if (options.resources !== undefined && options.resources !== "") lines.push(`RESOURCES:\n${options.resources}`);
  if (options.reasons !== undefined && options.reasons !== "") lines.push(`NOT READY:\n${options.reasons}\n`);
  lines.push(...testLines(record));
  if (options.debug === true) lines.push(...valueLines(record));
  if (options.debug === true || info.description?.toLowerCase() === "dry run complete") {
    lines.push("HOOKS:", ...record.hooks.map(({ path = "", manifest = "" }) => `---\n# Source: ${path}\n${manifest}`));
    lines.push(`MANIFEST:\n${record.manifest}`);
  }
  const { notes = "" } = info;
  if (options.hideNotes !== true && notes !== "") lines.push(`NOTES:\n${notes.trim()}`);
  return `${lines.join("\n")}\n`;
}

function testLines({ hooks }: ReleaseRecord): readonly string[] {
  const tests = hooks.filter(({ events }) => events.includes("test"));
  if (tests.length === 0) return ["TEST SUITE: None"];
  // Helm: what has not been started is not mentioned.
  return tests
    .filter(({ last_run }) => last_run.started_at !== undefined)
    .map(({ name = "", last_run: { started_at, completed_at, phase } }) =>
      [
        `TEST SUITE:     ${name}`,
        `Last Started:   ${ansicTime(started_at)}`,
        `Last Completed: ${ansicTime(completed_at)}`,
        `Phase:          ${phase}`,
      ].join("\n"),
    );
}

function valueLines({ chart, config = {} }: ReleaseRecord): readonly string[] {
  const given = Object.keys(config).length === 0 ? null : config;
  return [
    `USER-SUPPLIED VALUES:\n${yamlText(given)}`,
    `COMPUTED VALUES:\n${yamlText(coalesceValues(toChart(chart), config))}`,
  ];
}
