import { offlineCapabilities } from "../capabilities.ts";
import { processDependencies } from "../dependencies/process.ts";
import { ChartError } from "../errors.ts";
import { validateValues } from "../schema/validate-values.ts";
import type { Capabilities, Chart, Log, Manifest, Rendered, RenderOptions } from "../types.ts";
import { coalesceValues } from "../values/coalesce.ts";
import { isCompatibleVersion } from "../version.ts";
import { chartCrds } from "./crds.ts";
import { type RenderedFile, type SortedManifests, sortManifests } from "./manifests.ts";
import { postRenderFiles } from "./post-render.ts";
import { renderTemplates } from "./templates.ts";

/**
 * Renders a chart with the user's values, as Helm does before it writes anything: dependencies, values, schema, templates, post
 * renderer, manifests and hooks. Pure but for `lookup` and `postRender`. Throws ChartError with Helm's text.
 */
export async function renderChart(options: RenderOptions): Promise<Rendered> {
  const { values: given = {}, capabilities = offlineCapabilities(), log } = options;
  const chart = processDependencies(options.chart, given, { log });
  const values = coalesceValues(chart, given, { log });
  if (!options.skipSchemaValidation) validateValues(chart, values);
  checkKubeVersion(chart, capabilities);
  const rendered = await renderTemplates({
    loaded: options.chart,
    chart,
    // Helm: maps under `global` are shared between charts, so each attempt merges anew instead of copying.
    freshValues: () => coalesceValues(chart, given),
    release: { revision: 1, isInstall: true, isUpgrade: false, ...options.release },
    capabilities,
    readApiVersions: options.readApiVersions,
    lookup: options.lookup,
    resolveHost: options.resolveHost,
    strict: options.strict ?? false,
    lint: options.lint ?? false,
    now: options.now,
    limits: options.limits,
    log,
  });
  const { files, notes } = takeNotes(rendered, chart, options.subNotes ?? false);
  const { postRender, postRenderStrategy = "combined" } = options;
  const final =
    postRender === undefined ? files : await postRenderFiles({ files, postRender, strategy: postRenderStrategy });
  const { manifests, hooks } = sortOrShow(final, log);
  return {
    manifests,
    hooks,
    // Joined when it is asked for: `helm template` prints the parts.
    get manifest() {
      return manifestText(manifests);
    },
    notes,
    crds: chartCrds(chart),
    chart,
    values,
  };
}

/** Manifests as one text, each with the line that says where it comes from. */
export function manifestText(manifests: readonly Manifest[]): string {
  return manifests.map(({ path, content }) => `---\n# Source: ${path}\n${content}\n`).join("");
}

/** Helm gives everything that was rendered along with the first document that does not parse. */
function sortOrShow(files: readonly RenderedFile[], log: Log | undefined): SortedManifests {
  try {
    return sortManifests(files, log);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const rendered = files
      .filter(({ content }) => content.trim() !== "")
      .map(({ name, content }) => `---\n# Source: ${name}\n${content}\n`)
      .join("");
    throw new ChartError(error.code, error.message, { cause: error, rendered });
  }
}

function checkKubeVersion(chart: Chart, { kubeVersion }: Capabilities): void {
  const range = chart.metadata.kubeVersion;
  if (range === undefined || isCompatibleVersion(range, kubeVersion.normalized ?? kubeVersion.version)) return;
  throw new ChartError(
    "IncompatibleKubeVersion",
    `chart requires kubeVersion: ${range} which is incompatible with Kubernetes ${kubeVersion.version}`,
  );
}

/** Helm: every file whose path ends in NOTES.txt is no manifest; the root chart's is what the user sees. */
function takeNotes(
  rendered: readonly RenderedFile[],
  chart: Chart,
  subNotes: boolean,
): { readonly files: readonly RenderedFile[]; readonly notes: string } {
  const rootNotes = `${chart.metadata.name}/templates/NOTES.txt`;
  const notes = rendered.filter(({ name }) => name.endsWith("NOTES.txt") && (subNotes || name === rootNotes));
  return {
    files: rendered.filter(({ name }) => !name.endsWith("NOTES.txt")),
    notes: notes
      .toSorted((a, b) => Number(b.name === rootNotes) - Number(a.name === rootNotes))
      .map(({ content }) => content)
      .filter((content) => content !== "")
      .join("\n"),
  };
}
