import { isCompatibleVersion } from "../version.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import type { Chart, ChartMetadata, Dependency, Log } from "../types.ts";
import { Coalescing, coalesceValues } from "../values/coalesce.ts";
import { goText } from "../values/go-text.ts";
import { copyMap, type MutableMap, own, put, scalarAt, tableAt } from "../values/maps.ts";

/**
 * The chart with the subcharts that these values enable: aliases are given, conditions and tags decided, `import-values` merged
 * into the chart's values. The argument stays as it is. Throws ChartError when a subchart's values are no map.
 */
export function processDependencies(
  chart: Chart,
  values: Values,
  { log }: { readonly log?: Log | undefined } = {},
): Chart {
  try {
    return importValues(enableDependencies(chart, values, "", log), log);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new ChartError("InvalidDependencies", error.message, { cause: error });
  }
}

function enableDependencies(chart: Chart, values: Values, path: string, log: Log | undefined): Chart {
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return chart;

  const undeclared = chart.dependencies.filter((present) => !declared.some((wanted) => provides(present, wanted)));
  const named: Chart[] = [...undeclared];
  for (const wanted of declared) {
    const present = chart.dependencies.find((candidate) => provides(candidate, wanted));
    if (present !== undefined) named.push(withName(present, wanted.alias ?? present.metadata.name));
  }
  const wanted = declared.map(({ alias, ...rest }): Dependency => {
    const aliased = alias === undefined ? {} : { alias };
    return { ...rest, name: alias ?? rest.name, ...aliased };
  });
  const all: Chart = { ...chart, metadata: { ...chart.metadata, dependencies: wanted }, dependencies: named };
  const merged = coalesceValues(all, values, { log });

  const disabled = new Set<string>();
  for (const dependency of wanted) {
    if (!isEnabled(dependency, merged, path, log)) disabled.add(dependency.name);
  }
  const kept = wanted.filter((dependency) => !disabled.has(dependency.name));
  const dependencies = named
    .filter((subchart) => !disabled.has(subchart.metadata.name))
    .map((subchart) => enableDependencies(subchart, merged, `${path}${subchart.metadata.name}.`, log));
  return { ...chart, metadata: withDependencies(chart.metadata, kept.map(enabled)), dependencies };
}

function provides(present: Chart, wanted: Dependency): boolean {
  return present.metadata.name === wanted.name && isCompatibleVersion(wanted.version ?? "", present.metadata.version);
}

function withName(chart: Chart, name: string): Chart {
  return chart.metadata.name === name ? chart : { ...chart, metadata: { ...chart.metadata, name } };
}

function enabled(dependency: Dependency): Dependency {
  const { "import-values": imports, alias, ...rest } = dependency;
  return {
    ...rest,
    enabled: true,
    ...(imports === undefined ? {} : { "import-values": imports }),
    ...(alias === undefined ? {} : { alias }),
  };
}

/** Keeps Chart.yaml's order of fields; no list at all when nothing is left, as Helm stores it. */
function withDependencies(metadata: ChartMetadata, dependencies: readonly Dependency[]): ChartMetadata {
  const { dependencies: _, type, ...rest } = metadata;
  return {
    ...rest,
    ...(dependencies.length === 0 ? {} : { dependencies }),
    ...(type === undefined ? {} : { type }),
  };
}

/** A condition decides when one of its paths holds a boolean; otherwise the tags do: any true one enables, else any false one disables. */
function isEnabled(dependency: Dependency, values: Values, path: string, log: Log | undefined): boolean {
  for (const condition of (dependency.condition ?? "").trim().split(",")) {
    if (condition === "") continue;
    const value = scalarAt(values, path + condition);
    if (typeof value === "boolean") return value;
    if (value !== undefined)
      log?.({
        level: "WARN",
        message: "returned non-bool value",
        attributes: { path: condition, chart: dependency.name },
      });
  }
  const tags = tableAt(values, "tags");
  if (tags === undefined) return true;
  const said = (dependency.tags ?? []).map((tag) => {
    const value = own(tags, tag);
    if (value !== undefined && typeof value !== "boolean")
      log?.({ level: "WARN", message: "returned non-bool value", attributes: { tag, chart: dependency.name } });
    return value;
  });
  return said.includes(true) || !said.includes(false);
}

function importValues(chart: Chart, log: Log | undefined): Chart {
  const below = chart.dependencies.map((subchart) => importValues(subchart, log));
  const changed = below.some((subchart, index) => subchart !== chart.dependencies[index]);
  const current = changed ? { ...chart, dependencies: below } : chart;
  const declared = current.metadata.dependencies;
  if (declared === undefined) return current;

  const coalescing = new Coalescing(log);
  const merged = coalescing.coalesce(current, {}, "", true);
  let imported: MutableMap = {};
  const take = (values: Values): void => {
    imported = coalescing.tables(imported, values as MutableMap, "", true);
  };
  const dependencies = declared.map((dependency): Dependency => {
    const imports = dependency["import-values"];
    if (imports === undefined) return dependency;
    const used: Value[] = [];
    for (const entry of imports) {
      const pair = importPair(entry);
      if (pair === undefined) continue;
      used.push({ child: pair.child, parent: pair.parent });
      const child = tableAt(merged, `${dependency.name}.${pair.child}`);
      if (child === undefined) {
        const error = `${JSON.stringify(missingStep(merged, `${dependency.name}.${pair.child}`))} is not a table`;
        if (typeof entry === "string")
          log?.({ level: "WARN", message: "ImportValues missing table", attributes: { error } });
        else
          log?.({
            level: "WARN",
            message: "ImportValues missing table from chart",
            attributes: { chart: dependency.name, error },
          });
      } else take(pair.parent === "." ? child : nested(pair.parent, child));
    }
    const { "import-values": _, alias, ...rest } = dependency;
    return {
      ...rest,
      ...(used.length === 0 ? {} : { "import-values": used }),
      ...(alias === undefined ? {} : { alias }),
    };
  });
  // Helm: the parent's own values win over what it imports.
  const values = coalescing.tables(copyMap(merged as Values), imported, "", true) as Values;
  return { ...current, metadata: withDependencies(current.metadata, dependencies), values };
}

function importPair(entry: Value): { readonly child: string; readonly parent: string } | undefined {
  if (typeof entry === "string") return { child: `exports.${entry}`, parent: "." };
  if (!isValues(entry)) return undefined;
  return { child: goText(own(entry, "child") ?? null), parent: goText(own(entry, "parent") ?? null) };
}

function nested(path: string, values: Values): Values {
  return path.split(".").reduceRight((inner: Values, step): Values => {
    const outer: MutableMap = {};
    put(outer, step, inner as MutableMap);
    return outer;
  }, values);
}

function missingStep(values: Values, path: string): string {
  let table: Values = values;
  for (const step of path.split(".")) {
    const next = own(table, step);
    if (!isValues(next)) return step;
    table = next;
  }
  return path;
}
