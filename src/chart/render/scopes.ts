import { compareBytes, type Values } from "../../base/value.ts";
import { type GoType, int, withType } from "../../template/index.ts";
import type { Capabilities, Chart, ChartFile, ReleaseOptions } from "../types.ts";
import { tableAt } from "../values/maps.ts";
import { capabilitiesObject } from "./capabilities-object.ts";
import { chartObject } from "./chart-object.ts";
import { filesObject } from "./files-object.ts";
import { isPartial } from "./manifests.ts";

/** What `.` is in the templates of one chart. Templates may change it, as they may in Helm. */
export type Scope = Record<string, unknown>;

/** One template with the data that it runs on. */
export interface Renderable {
  readonly name: string;
  readonly file: ChartFile;
  readonly scope: Scope;
  /** The path of the chart's templates folder: `.Template.BasePath`. */
  readonly basePath: string;
}

export interface ScopeOptions {
  readonly chart: Chart;
  /** The merged values; the templates' own, which they may change. */
  readonly values: Values;
  readonly release: ReleaseOptions;
  readonly capabilities: Capabilities;
  /** The API versions are not known yet. */
  readonly pending?: boolean;
}

/** The templates of a chart and its subcharts in the order in which Helm parses them: the deepest first, the root chart's last. */
export function renderables(options: ScopeOptions): Renderable[] {
  const found: Renderable[] = [];
  const { name, namespace, revision, isInstall, isUpgrade } = options.release;
  const shared = {
    Release: {
      Name: name,
      Namespace: namespace,
      IsUpgrade: isUpgrade,
      IsInstall: isInstall,
      Revision: int(revision),
      Service: "Helm",
    },
    Capabilities: capabilitiesObject(options.capabilities, { pending: options.pending === true }),
  };
  const values = withType(options.values as Scope, valuesType);
  collect(options.chart, { path: options.chart.metadata.name, isRoot: true, values, shared, found });
  // A name that comes twice stands for the file that came last.
  const byName = new Map(found.map((template) => [template.name, template]));
  return [...byName.values()]
    .map((template) => ({ template, depth: template.name.split("/").length }))
    .sort((a, b) => b.depth - a.depth || compareBytes(b.template.name, a.template.name))
    .map(({ template }) => template);
}

/** The path of each template of a chart and its subcharts, in the order of `renderables`: what a compiled set is made of. */
export function templateName(chartPath: string, file: ChartFile): string {
  return `${chartPath}/${file.name}`;
}

interface Place {
  readonly path: string;
  readonly isRoot: boolean;
  readonly values: Scope;
  readonly shared: Scope;
  readonly found: Renderable[];
}

const valuesType: GoType = { name: "common.Values", kind: "map" };

function collect(chart: Chart, place: Place): Scope {
  const subcharts: Scope = {};
  const scope: Scope = {
    Chart: chartObject(chart.metadata, place.isRoot),
    Files: filesObject(chart.files),
    ...place.shared,
    Values: place.values,
    Subcharts: subcharts,
  };
  for (const subchart of chart.dependencies) {
    const { name } = subchart.metadata;
    subcharts[name] = collect(subchart, {
      ...place,
      path: `${place.path}/charts/${name}`,
      isRoot: false,
      // Helm looks the name up as a path of keys: `Values.<name>`.
      values: (tableAt(place.values as Values, name) as Scope | undefined) ?? {},
    });
  }
  const isLibrary = chart.metadata.type?.toLowerCase() === "library";
  for (const file of chart.templates) {
    if (isLibrary && !isPartial(file.name)) continue;
    place.found.push({ name: templateName(place.path, file), file, scope, basePath: `${place.path}/templates` });
  }
  return scope;
}
