import { formatFloat } from "../../base/go-float.ts";

/** Values under a name that Prometheus reads; each combination of label values has its own. */
export interface Meter {
  /** Adds to a counter or a gauge. */
  add(labels: Labels, amount?: number): void;
  /** Sets a gauge. */
  set(labels: Labels, value: number): void;
  /** Records one observation of a histogram. */
  observe(labels: Labels, value: number): void;
  /** Forgets every value whose labels include these. */
  forget(labels: Labels): void;
}

export type Labels = Readonly<Record<string, string>>;

export interface Registry {
  counter(name: string, help: string): Meter;
  gauge(name: string, help: string): Meter;
  histogram(name: string, help: string, buckets: readonly number[]): Meter;
  /** Everything in Prometheus' text format. */
  format(): string;
}

interface Series {
  readonly labels: Labels;
  value: number;
  count: number;
  readonly buckets: number[];
}

/** Keeps the values of a process. Pure of time and network. */
export function createRegistry(): Registry {
  const families: (() => string)[] = [];
  const open = (
    type: "counter" | "gauge" | "histogram",
    name: string,
    help: string,
    bounds: readonly number[],
  ): Meter => {
    const all = new Map<string, Series>();
    const seriesOf = (labels: Labels): Series => {
      const key = formatLabels(labels);
      const known = all.get(key);
      if (known !== undefined) return known;
      const series = { labels, value: 0, count: 0, buckets: bounds.map(() => 0) };
      all.set(key, series);
      return series;
    };
    families.push(() => {
      const lines = [...all.values()].flatMap((series) =>
        formatSeries(name, series, type === "histogram" ? bounds : undefined),
      );
      return lines.length === 0 ? "" : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    });
    return {
      add: (labels, amount = 1) => void (seriesOf(labels).value += amount),
      set: (labels, value) => void (seriesOf(labels).value = value),
      observe(labels, value) {
        const series = seriesOf(labels);
        series.value += value;
        series.count += 1;
        const at = bounds.findIndex((bound) => value <= bound);
        if (at >= 0) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
      },
      forget(labels) {
        for (const [key, series] of all)
          if (Object.entries(labels).every(([label, value]) => series.labels[label] === value)) all.delete(key);
      },
    };
  };
  return {
    counter: (name, help) => open("counter", name, help, []),
    gauge: (name, help) => open("gauge", name, help, []),
    histogram: (name, help, buckets) => open("histogram", name, help, buckets),
    format: () => families.map((format) => format()).join(""),
  };
}

function formatSeries(
  name: string,
  { labels, value, count, buckets }: Series,
  bounds: readonly number[] | undefined,
): string[] {
  if (bounds === undefined) return [`${name}${formatLabels(labels)} ${formatFloat(value)}\n`];
  let sum = 0;
  const counted = bounds.map((bound, index) => {
    sum += buckets[index] ?? 0;
    return `${name}_bucket${formatLabels({ ...labels, le: formatFloat(bound) })} ${sum}\n`;
  });
  return [
    ...counted,
    `${name}_bucket${formatLabels({ ...labels, le: "+Inf" })} ${count}\n`,
    `${name}_sum${formatLabels(labels)} ${formatFloat(value)}\n`,
    `${name}_count${formatLabels(labels)} ${count}\n`,
  ];
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
