import { messageOf } from "../../base/errors.ts";
import { loadChartArchive, packageChart } from "../../chart/index.ts";
import { chartBuildError, SourceError } from "../errors.ts";
import type { ListedVersion } from "../helm/index-file.ts";
import {
  type BuildOptions,
  type ChartBuild,
  cleanPath,
  effectiveValuesFiles,
  storedBuild,
  withMetadata,
} from "./build.ts";
import { readArchiveMetadata } from "./metadata.ts";
import { mergeValuesFiles, withDefaultValues } from "./values-files.ts";

/** What a repository of charts can do; HTTP repositories and registries are such. */
export interface ChartSource {
  /** Chooses a version. ChartNotFound means that the reference is wrong; other errors may pass. */
  select(name: string, version: string): Promise<RemoteChart>;
  download(chart: RemoteChart): Promise<Uint8Array>;
  /** Looks at the signatures of a chart; what is downloaded after is what they are about. Absent where there can be none. */
  verify?(chart: RemoteChart): Promise<"verified" | "ignored">;
}

export interface RemoteChart {
  readonly name: string;
  readonly version: string;
  /** Where the source is an index: the entry. */
  readonly entry?: ListedVersion;
}

/** Takes a chart from a repository: as it was downloaded, or packed again when its values or version change. */
export async function buildFromRepository(
  source: ChartSource,
  reference: { readonly name: string; readonly version: string },
  options: BuildOptions = {},
): Promise<ChartBuild> {
  assertChartName(reference.name);
  const chosen = await source.select(reference.name, reference.version).catch((cause: unknown) => {
    const wrong = cause instanceof SourceError && cause.code === "ChartNotFound";
    const message = `failed to get chart version for remote reference: ${messageOf(cause)}`;
    throw chartBuildError(wrong ? "InvalidChartReference" : "ChartPullError", message, cause);
  });
  const version = withMetadata(chosen.version, options.versionMetadata);
  const valuesFiles = effectiveValuesFiles(options.valuesFiles);
  const packaged = valuesFiles.length > 0 || version !== chosen.version;
  const signature = options.verify === true ? await verify(source, chosen) : undefined;
  const wanted = { name: chosen.name, version, packaged, ...(signature === undefined ? {} : { signature }) };
  const stored = storedBuild(wanted, options);
  if (stored !== undefined) return stored;

  const content = await source.download(chosen).catch((cause: unknown) => {
    throw chartBuildError(
      "ChartPullError",
      `failed to download chart for remote reference: ${messageOf(cause)}`,
      cause,
    );
  });
  if (packaged) return repackage(content, wanted, valuesFiles, options);
  await readArchiveMetadata(content).catch((cause: unknown) => {
    throw chartBuildError(
      "ChartPullError",
      `failed to load chart metadata from written chart: ${messageOf(cause)}`,
      cause,
    );
  });
  return { ...wanted, content, valuesFiles: [], resolvedDependencies: 0 };
}

async function verify(source: ChartSource, chart: RemoteChart): Promise<"verified" | "ignored"> {
  if (source.verify === undefined) throw chartBuildError("ChartVerificationError", "not implemented"); // as Flux says
  return source.verify(chart).catch((cause: unknown) => {
    throw chartBuildError("ChartVerificationError", messageOf(cause), cause);
  });
}

async function repackage(
  content: Uint8Array,
  wanted: { readonly name: string; readonly version: string; readonly packaged: boolean },
  valuesFiles: readonly string[],
  options: BuildOptions,
): Promise<ChartBuild> {
  const loaded = await loadChartArchive(content, options.limits).catch((cause: unknown) => {
    throw chartBuildError("ChartPackageError", `failed to load downloaded chart: ${messageOf(cause)}`, cause);
  });
  const chart = { ...loaded, metadata: { ...loaded.metadata, version: wanted.version } };
  const merged = await mergeValuesFiles(valuesFiles, {
    find: async (path) => {
      const name = cleanPath(path);
      if (name === "values.yaml") return chart.values ?? {};
      return chart.files.find((file) => file.name === name)?.data;
    },
    ignoreMissing: options.ignoreMissingValuesFiles ?? false,
    missing: (path) => `no values file found at path '${path}'`,
    prefix: "failed to merge chart values: ",
  });
  const changed = withDefaultValues(chart, merged.values);
  try {
    return {
      ...wanted,
      content: await packageChart(changed ?? chart),
      valuesFiles: changed === undefined ? [] : merged.files,
      resolvedDependencies: 0,
    };
  } catch (cause) {
    throw chartBuildError("ChartPackageError", `failed to package chart: ${messageOf(cause)}`, cause);
  }
}

function assertChartName(name: string): void {
  if (name === "") throw chartBuildError("InvalidChartReference", "no name set for remote chart reference");
  if (!/^[-a-z0-9/.]+$/.test(name) || /^[/.]|\/\/|\.\.|\.\//.test(name))
    throw chartBuildError(
      "InvalidChartReference",
      `invalid chart name '${name}': a valid name must be lower case letters and numbers and MAY be separated with dashes (-), slashes (/) or periods (.)`,
    );
}
