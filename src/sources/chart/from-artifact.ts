import { messageOf } from "../../base/errors.ts";
import { type Chart, type ChartLimits, loadChartArchive, packageChart } from "../../chart/index.ts";
import { chartBuildError, SourceError } from "../errors.ts";
import { resolveInRoot, type SourceTree, subtreeOf } from "../tree.ts";
import { type BuildOptions, type ChartBuild, effectiveValuesFiles, storedBuild, withMetadata } from "./build.ts";
import { addMissingDependencies, type FindChartSource } from "./dependencies.ts";
import { loadFromTree } from "./load-from-tree.ts";
import { readArchiveMetadata, readFolderMetadata } from "./metadata.ts";
import { mergeValuesFiles, withDefaultValues } from "./values-files.ts";

/**
 * Makes a chart from a path in an unpacked artifact: a folder is packed with its dependencies, an archive is taken as it
 * is unless its values or version change.
 */
export async function buildFromArtifact(
  tree: SourceTree,
  path: string,
  options: BuildOptions & { readonly findSource: FindChartSource },
): Promise<ChartBuild> {
  const place = await locate(tree, path);
  const metadata = await place.metadata;
  const version = withMetadata(metadata.version, options.versionMetadata);
  const valuesFiles = effectiveValuesFiles(options.valuesFiles);
  const packaged = place.archive === undefined || version !== metadata.version || valuesFiles.length > 0;
  const wanted = { name: metadata.name, version, packaged };
  const stored = storedBuild(wanted, options);
  if (stored !== undefined) return stored;
  if (!packaged && place.archive !== undefined)
    return { ...wanted, content: place.archive, valuesFiles: [], resolvedDependencies: 0 };

  const merged = await mergeValuesFiles(valuesFiles, {
    find: async (file) => await tree.files.find((each) => each.path === resolveInRoot(file))?.read(),
    ignoreMissing: options.ignoreMissingValuesFiles ?? false,
    missing: (file) => `no values file found at path '/${resolveInRoot(file)}' (reference '${file}')`,
  });
  const loaded = await load(tree, place, options.limits).catch((cause: unknown) => {
    throw chartBuildError("ChartPackageError", messageOf(cause), cause);
  });
  let chart: Chart = { ...loaded, metadata: { ...loaded.metadata, version } };
  const changed = valuesFiles.length === 0 ? undefined : withDefaultValues(chart, merged.values);
  chart = changed ?? chart;
  let resolvedDependencies = 0;
  if (place.archive === undefined) {
    const completed = await addMissingDependencies(chart, { ...options, tree, path: place.path });
    chart = completed.chart;
    resolvedDependencies = completed.added;
  }
  try {
    const content = await packageChart(chart);
    return { ...wanted, content, valuesFiles: changed === undefined ? [] : merged.files, resolvedDependencies };
  } catch (cause) {
    throw chartBuildError("ChartPackageError", `failed to package chart: ${messageOf(cause)}`, cause);
  }
}

async function load(
  tree: SourceTree,
  { path, archive }: { readonly path: string; readonly archive?: Uint8Array },
  limits: ChartLimits | undefined,
): Promise<Chart> {
  return archive === undefined ? loadFromTree(tree, path, limits) : loadChartArchive(archive, limits);
}

/** Finds the chart and reads its metadata. Throws InvalidChartReference. */
async function locate(tree: SourceTree, path: string) {
  if (path === "") throw chartBuildError("InvalidChartReference", "no path set for local chart reference");
  if (path.startsWith("/"))
    throw chartBuildError("InvalidChartReference", "local chart reference path is expected to be relative");
  try {
    const resolved = resolveInRoot(path);
    const file = tree.files.find((each) => each.path === resolved);
    if (file !== undefined) {
      const archive = await file.read();
      return { path: resolved, archive, metadata: await readArchiveMetadata(archive) };
    }
    const folder = subtreeOf(tree, resolved);
    if (folder === undefined) throw new SourceError("InvalidPath", `stat ${resolved}: no such file or directory`);
    const metadata = await readFolderMetadata(folder);
    if (metadata === undefined)
      throw new SourceError(
        "InvalidPath",
        `open ${resolved === "" ? "" : `${resolved}/`}Chart.yaml: no such file or directory`,
      );
    return { path: resolved, metadata };
  } catch (cause) {
    throw chartBuildError("InvalidChartReference", messageOf(cause), cause);
  }
}
