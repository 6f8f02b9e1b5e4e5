import { compareBytes, type Values } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import type { Chart, Log } from "../types.ts";
import { goText } from "./go-text.ts";
import { copyMap, isMap, type MutableMap, type MutableValue, own, put } from "./maps.ts";

export interface CoalesceOptions {
  /** Receives what Helm logs while it merges: a map against a scalar, usually. */
  readonly log?: Log | undefined;
}

const globalKey = "global";

/**
 * The values that a chart's templates see: the user's over the chart's, and the same for each subchart under its name.
 * A null from the user removes what the chart defines. Neither argument changes. Throws ChartError when a subchart's values are no map.
 */
export function coalesceValues(chart: Chart, values: Values, { log }: CoalesceOptions = {}): Values {
  return new Coalescing(log).coalesce(chart, copyMap(values), "", false);
}

/** As `coalesceValues`, but nulls stay: for steps that come before the last one. */
export function mergeValues(chart: Chart, values: Values, { log }: CoalesceOptions = {}): Values {
  return new Coalescing(log).coalesce(chart, copyMap(values), "", true);
}

/** Puts `defaults` under `values` (`values` win); a null in `values` removes the default. Neither argument changes. */
export function coalesceTables(values: Values, defaults: Values, { log }: CoalesceOptions = {}): Values {
  return new Coalescing(log).tables(copyMap(values), copyMap(defaults), "", false);
}

/** As `coalesceTables`, but nulls stay. */
export function mergeTables(values: Values, defaults: Values, { log }: CoalesceOptions = {}): Values {
  return new Coalescing(log).tables(copyMap(values), copyMap(defaults), "", true);
}

/** Helm's coalesce.go. It changes the maps that it is given: every entry point above hands it copies. */
export class Coalescing {
  readonly #log: Log | undefined;

  constructor(log?: Log) {
    this.#log = log;
  }

  #warn(message: string): void {
    this.#log?.({ level: "INFO", message });
  }

  coalesce(chart: Chart, values: MutableMap, prefix: string, merge: boolean): MutableMap {
    this.#ownValues(chart, values, prefix, merge);
    return this.#subcharts(chart, values, prefix, merge);
  }

  #subcharts(chart: Chart, values: MutableMap, prefix: string, merge: boolean): MutableMap {
    for (const subchart of chart.dependencies) {
      const { name } = subchart.metadata;
      let below = own(values, name);
      if (below === undefined) {
        below = {};
        put(values, name, below);
      }
      if (!isMap(below)) throw new ChartError("InvalidValues", `type mismatch on ${name}: ${boolVerb(below)}`);
      const subPrefix = joined(prefix, chart.metadata.name);
      this.#globals(below, values, subPrefix);
      put(values, name, this.coalesce(subchart, below, subPrefix, merge));
    }
    return values;
  }

  #globals(values: MutableMap, parent: MutableMap, prefix: string): void {
    const into = own(values, globalKey) ?? (Object.hasOwn(values, globalKey) ? null : {});
    if (!isMap(into)) {
      this.#warn(`warning: skipping globals because destination ${globalKey} is not a table.`);
      return;
    }
    const from = own(parent, globalKey) ?? (Object.hasOwn(parent, globalKey) ? null : {});
    if (!isMap(from)) {
      this.#warn(`warning: skipping globals because source ${globalKey} is not a table.`);
      return;
    }
    for (const key of Object.keys(from)) {
      const value = from[key]!;
      const before = own(into, key);
      if (isMap(value)) {
        if (before === undefined) put(into, key, { ...value });
        else if (!isMap(before))
          this.#warn(`Conflict: cannot merge map onto non-map for ${JSON.stringify(key)}. Skipping.`);
        else put(into, key, this.tables({ ...value }, before, joined(prefix, key), true));
      } else if (before !== undefined && isMap(before)) this.#warn(`key ${key} is table. Skipping`);
      else put(into, key, value);
    }
    put(values, globalKey, into);
  }

  #ownValues(chart: Chart, values: MutableMap, prefix: string, merge: boolean): void {
    const subPrefix = joined(prefix, chart.metadata.name);
    const defaults = copyMap(chart.values ?? {});
    for (const key of Object.keys(defaults)) {
      const standard = defaults[key]!;
      const value = own(values, key);
      if (value === undefined) {
        if (!merge) {
          if (standard === null) continue;
          if (isMap(standard)) removeNulls(standard);
        }
        put(values, key, standard);
      } else if (value === null) {
        if (!merge) delete values[key];
      } else if (isMap(value)) {
        if (isMap(standard)) {
          // Helm: nulls for a subchart stay until the subchart's own values are merged.
          const mergeBelow = merge || chart.dependencies.some((subchart) => subchart.metadata.name === key);
          if (!mergeBelow) removeNulls(standard);
          this.tables(value, standard, joined(subPrefix, key), mergeBelow);
        } else if (standard !== null) this.#warn(`warning: skipped value for ${subPrefix}.${key}: Not a table.`);
      }
    }
  }

  tables(values: MutableMap, defaults: MutableMap, prefix: string, merge: boolean): MutableMap {
    const defined = new Set(Object.keys(defaults).filter((key) => defaults[key] !== null));
    for (const key of Object.keys(values)) {
      if (values[key] === null) put(defaults, key, null);
    }
    for (const key of Object.keys(defaults)) {
      const standard = defaults[key]!;
      const value = own(values, key);
      if (value === undefined) put(values, key, standard);
      else if (!merge && value === null && defined.has(key)) delete values[key];
      else if (isMap(standard)) {
        if (isMap(value)) this.tables(value, standard, joined(prefix, key), merge);
        else
          this.#warn(`warning: cannot overwrite table with non table for ${joined(prefix, key)} (${goText(standard)})`);
      } else if (isMap(value) && standard !== null)
        this.#warn(
          `warning: destination for ${joined(prefix, key)} is a table. Ignoring non-table value (${goText(standard)})`,
        );
    }
    return values;
  }
}

/** Removes nulls from maps inside of maps; lists stay as they are. */
export function removeNulls(map: MutableMap): void {
  for (const key of Object.keys(map)) {
    const value = map[key]!;
    if (value === null) delete map[key];
    else if (isMap(value)) removeNulls(value);
  }
}

function joined(prefix: string, key: string): string {
  return prefix === "" ? key : `${prefix}.${key}`;
}

/** Go's `%t` of what is no boolean. */
function boolVerb(value: MutableValue): string {
  if (value === null) return "%!t(<nil>)";
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return `[${value.map((item) => (item === null ? "<nil>" : boolVerb(item))).join(" ")}]`;
  if (typeof value === "object")
    return `map[${Object.keys(value)
      .sort(compareBytes)
      .map((key) => `${key}:${value[key] === null ? "<nil>" : boolVerb(value[key]!)}`)
      .join(" ")}]`;
  const type = typeof value === "string" ? "string" : typeof value === "number" ? "float64" : "int64";
  return `%!t(${type}=${goText(value)})`;
}
