import { messageOf } from "../../base/errors.ts";
import { formatVersion, parseVersion } from "../../base/semver.ts";
import type { ChartLimits } from "../../chart/index.ts";
import { chartBuildError } from "../errors.ts";

/** How a chart is to be made. */
export interface BuildOptions {
  /** Merged in order over nothing: the result replaces the chart's values.yaml. */
  readonly valuesFiles?: readonly string[];
  readonly ignoreMissingValuesFiles?: boolean;
  /** Replaces the build metadata of the version. */
  readonly versionMetadata?: string;
  /** Looks at the signatures first, even where the stored chart is current. */
  readonly verify?: boolean;
  /** How large a chart may be that is opened. */
  readonly limits?: ChartLimits;
  /** The chart that is stored already: when its name and version are the wanted ones, nothing is made. */
  readonly stored?: StoredChart;
}

export interface StoredChart {
  readonly name: string;
  readonly version: string;
  /** The values files that were found when it was made, where that was recorded. */
  readonly valuesFiles?: readonly string[];
}

export interface ChartBuild {
  readonly name: string;
  readonly version: string;
  /** The packed chart; absent when the stored one is current. */
  readonly content?: Uint8Array;
  readonly valuesFiles: readonly string[];
  /** False when the archive is as it was downloaded or found. */
  readonly packaged: boolean;
  readonly resolvedDependencies: number;
  /** Whether who is trusted signed it; absent where nobody asked. */
  readonly signature?: "verified" | "ignored";
}

/** `packaged 'web' chart with version '1.0.0' and merged values files [a.yaml b.yaml]`. */
export function summaryOf(build: ChartBuild): string {
  const { name, version, packaged, valuesFiles } = build;
  const merged = valuesFiles.length === 0 ? "" : ` and merged values files [${valuesFiles.join(" ")}]`;
  return `${packaged ? "packaged" : "pulled"} '${name}' chart with version '${version}'${merged}`;
}

/** The values files that change anything: the chart's own values.yaml alone does not. */
export function effectiveValuesFiles(valuesFiles: readonly string[] = []): readonly string[] {
  const [only] = valuesFiles;
  return valuesFiles.length === 1 && only !== undefined && cleanPath(only) === "values.yaml" ? [] : valuesFiles;
}

/** The build for a chart that is stored already; undefined when a new one has to be made. */
export function storedBuild(
  wanted: { readonly name: string; readonly version: string; readonly packaged: boolean },
  options: BuildOptions,
): ChartBuild | undefined {
  const { stored } = options;
  if (stored === undefined || stored.name !== wanted.name || stored.version !== wanted.version) return undefined;
  const valuesFiles = stored.valuesFiles ?? effectiveValuesFiles(options.valuesFiles);
  return { ...wanted, valuesFiles, resolvedDependencies: 0 };
}

/** The version with other build metadata. Throws MetadataPatchError. */
export function withMetadata(version: string, metadata: string | undefined): string {
  if (metadata === undefined || metadata === "") return version;
  try {
    return formatVersion({ ...parseVersion(version), metadata });
  } catch (cause) {
    const message = `failed to parse version from chart metadata as SemVer: ${messageOf(cause)}`;
    throw chartBuildError("MetadataPatchError", message, cause);
  }
}

/** Go: filepath.Clean, for relative paths. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return parts.length === 0 ? "." : parts.join("/");
}
