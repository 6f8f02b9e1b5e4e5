import { coalesceValues, type Dependency } from "../../chart/index.ts";
import { compareBytes } from "../../base/value.ts";
import { formatRfc3339, parseMoment } from "../../base/time.ts";
import { encodeGoJson, type ReleaseRecord, toChart } from "../../release/index.ts";
import { compile } from "../../template/index.ts";
import { defineCommand, type Flags, type Io } from "../command.ts";
import { takesExactly } from "./arguments.ts";
import { readRelease, withCluster } from "./cluster.ts";
import { type GlobalFlagValues, globalFlags } from "./global-flags.ts";
import { outputFlags, outputFormat, writeOutput, yamlText } from "./output.ts";
import { statusText } from "./status-text.ts";

const revisionFlags = {
  ...globalFlags,
  revision: { type: "integer", help: "get the named release with revision" },
} as const satisfies Flags;

interface Request {
  readonly flags: GlobalFlagValues & { readonly revision: number };
  readonly args: readonly string[];
  readonly io: Io;
}

/** `helm get values` */
export const values = defineCommand({
  ...texts("values", "download the values file for a named release"),
  flags: {
    ...revisionFlags,
    ...outputFlags,
    all: { type: "boolean", short: "a", help: "dump all (computed) values" },
  },
  run: async ({ flags, args, io }) => {
    const format = outputFormat(flags);
    const { chart, config = {} } = await find({ flags, args, io });
    const user = Object.keys(config).length === 0 ? null : config;
    const value = flags.all ? coalesceValues(toChart(chart), config) : user;
    const title = flags.all ? "COMPUTED VALUES:" : "USER-SUPPLIED VALUES:";
    writeOutput(io, format, {
      value,
      table: () => `${title}\n${yamlText(value)}`,
      json: () => `${encodeGoJson(value)}\n`,
    });
    return 0;
  },
});

/** `helm get manifest` */
export const manifest = defineCommand({
  ...texts("manifest", "download the manifest for a named release"),
  flags: revisionFlags,
  run: async (request) => {
    const record = await find(request);
    request.io.stdout(`${record.manifest}\n`);
    return 0;
  },
});

/** `helm get hooks` */
export const hooks = defineCommand({
  ...texts("hooks", "download all hooks for a named release"),
  flags: revisionFlags,
  run: async (request) => {
    const record = await find(request);
    const documents = record.hooks.map(({ path = "", manifest: text = "" }) => `---\n# Source: ${path}\n${text}\n`);
    request.io.stdout(documents.join(""));
    return 0;
  },
});

/** `helm get notes` */
export const notes = defineCommand({
  ...texts("notes", "download the notes for a named release"),
  flags: revisionFlags,
  run: async (request) => {
    const { notes: text = "" } = (await find(request)).info;
    if (text !== "") request.io.stdout(`NOTES:\n${text}\n`);
    return 0;
  },
});

/** `helm get metadata` */
export const metadata = defineCommand({
  ...texts("metadata", "This command fetches metadata for a given release"),
  flags: { ...revisionFlags, ...outputFlags },
  run: async ({ flags, args, io }) => {
    const format = outputFormat(flags);
    const value = toMetadata(await find({ flags, args, io }));
    writeOutput(io, format, { value, table: () => metadataText(value) });
    return 0;
  },
});

/** `helm get all` */
export const all = defineCommand({
  ...texts("all", "download all information for a named release"),
  flags: {
    ...revisionFlags,
    template: { type: "string", help: "go template for formatting the output, eg: {{.Release.Name}}" },
  },
  run: async ({ flags, args, io }) => {
    const record = await find({ flags, args, io });
    if (flags.template === "") io.stdout(statusText(record, { debug: true, showMetadata: true }));
    else io.stdout(compile([{ name: "out", text: flags.template }]).render("out", { Release: goRelease(record) }));
    return 0;
  },
});

function texts(what: string, summary: string) {
  const usage = `helm get ${what} RELEASE_NAME [flags]`;
  return { name: what, usage, summary, checkArgs: takesExactly(1, usage) };
}

async function find({ flags, args: [name = ""], io }: Request): Promise<ReleaseRecord> {
  return await withCluster({ flags, io }, ({ storage }) => readRelease(storage, name, flags.revision));
}

interface Metadata {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly dependencies?: readonly Dependency[];
  readonly namespace: string;
  readonly revision: number;
  readonly status: string;
  readonly deployedAt: string;
  readonly applyMethod?: string;
}

function toMetadata(record: ReleaseRecord): Metadata {
  const { metadata: chart } = record.chart;
  const { annotations = {}, dependencies = [] } = chart ?? {};
  const { last_deployed = "0001-01-01T00:00:00Z", status } = record.info;
  return {
    name: record.name,
    chart: chart?.name ?? "",
    version: chart?.version ?? "",
    appVersion: chart?.appVersion ?? "",
    ...(Object.keys(annotations).length === 0 ? {} : { annotations: sorted(annotations) }),
    ...(Object.keys(record.labels).length === 0 ? {} : { labels: sorted(record.labels) }),
    ...(dependencies.length === 0 ? {} : { dependencies }),
    namespace: record.namespace,
    revision: record.version,
    status,
    deployedAt: formatRfc3339(parseMoment(last_deployed)),
    ...(record.apply_method === undefined ? {} : { applyMethod: record.apply_method }),
  };
}

function metadataText(value: Metadata): string {
  const names = (value.dependencies ?? []).map(({ name }) => name).toSorted(compareBytes);
  const lines: readonly (readonly [string, string | number])[] = [
    ["NAME", value.name],
    ["CHART", value.chart],
    ["VERSION", value.version],
    ["APP_VERSION", value.appVersion],
    ["ANNOTATIONS", pairs(value.annotations ?? {})],
    ["LABELS", pairs(value.labels ?? {})],
    ["DEPENDENCIES", names.join(",")],
    ["NAMESPACE", value.namespace],
    ["REVISION", value.revision],
    ["STATUS", value.status],
    ["DEPLOYED_AT", value.deployedAt],
    ["APPLY_METHOD", applyMethodText(value.applyMethod)],
  ];
  return lines.map(([title, text]) => `${title}: ${text}\n`).join("");
}

function applyMethodText(method: string | undefined): string {
  switch (method) {
    case undefined:
    case "":
      return "client-side apply (defaulted)";
    case "csa":
      return "client-side apply";
    case "ssa":
      return "server-side apply";
    default:
      return `unknown (${JSON.stringify(method)})`;
  }
}

function pairs(map: Readonly<Record<string, string>>): string {
  return Object.keys(map)
    .toSorted(compareBytes)
    .map((key) => `${key}=${map[key]}`)
    .join(",");
}

function sorted(map: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map).toSorted(([a], [b]) => compareBytes(a, b)));
}

/** The fields of Go's Release that templates of `--template` usually ask for. */
function goRelease(record: ReleaseRecord) {
  return {
    Name: record.name,
    Namespace: record.namespace,
    Version: BigInt(record.version),
    Manifest: record.manifest,
    Config: record.config ?? {},
    Labels: record.labels,
    ApplyMethod: record.apply_method ?? "",
    Info: {
      Status: record.info.status,
      Description: record.info.description ?? "",
      Notes: record.info.notes ?? "",
      FirstDeployed: record.info.first_deployed ?? "",
      LastDeployed: record.info.last_deployed ?? "",
    },
  };
}
