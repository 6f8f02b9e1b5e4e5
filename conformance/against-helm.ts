import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { drawCase, type FuzzCase, plainCases } from "./fuzz/cases.ts";
import { loadSource } from "./fuzz/source.ts";
import { settledVerdict } from "./grammar/schema-run.ts";
import { type ProgramResult, runProgram } from "./helm-program.ts";
import { firstDifference, runHelm } from "./run-case.ts";

export interface AgainstHelmOptions {
  readonly helm: string;
  readonly folder: string;
  /** How many values files are drawn for each chart. */
  readonly fuzz: number;
  readonly seed: number;
  /** Only charts whose name holds one of these. */
  readonly charts?: readonly string[];
  /** Only the run of that number. */
  readonly only?: number;
  readonly report: (difference: ChartDifference) => void;
}

export interface ChartDifference {
  readonly chart: string;
  readonly fuzzCase: FuzzCase;
  readonly stream: "exit code" | "stdout" | "stderr";
  readonly line: number;
  readonly ours: string;
  readonly theirs: string;
}

export interface AgainstHelmCounts {
  readonly charts: number;
  readonly runs: number;
  readonly succeeded: number;
  readonly differences: number;
}

/** How many helms run at once: they are what takes the time. */
const parallel = 2;

/** Renders every chart of a folder with helm and with ours, and compares what both print and how they end. */
export async function compareWithHelm(options: AgainstHelmOptions): Promise<AgainstHelmCounts> {
  const { folder, report } = options;
  const charts = chartsIn(folder).filter((name) => options.charts?.some((part) => name.includes(part)) ?? true);
  const work = mkdtempSync(join(tmpdir(), "coxswain-conformance-"));
  let runs = 0;
  let succeeded = 0;
  let differences = 0;
  try {
    for (const chart of charts) {
      const path = resolve(folder, chart);
      const cases = await casesOf(chart, path, options);
      const started: Promise<ProgramResult>[] = [];
      const lines = cases.map((each) => commandLine(path, each, work));
      for (const [index, fuzzCase] of cases.entries()) {
        for (let next = started.length; next < Math.min(cases.length, index + parallel + 1); next += 1)
          started.push(runProgram(options.helm, lines[next]!, work));
        const ours = await runHelm(lines[index]!, new Date(), work);
        const theirs = await started[index]!;
        runs += 1;
        if (theirs.exit === 0) succeeded += 1;
        const again = (): Promise<ProgramResult> => runProgram(options.helm, lines[index]!, work);
        const found = await differenceOf(ours, theirs, again);
        if (found === undefined) continue;
        differences += 1;
        report({ chart, fuzzCase, ...found });
      }
    }
  } finally {
    rmSync(work, { recursive: true });
  }
  return { charts: charts.length, runs, succeeded, differences };
}

/** The charts of a folder: packed ones and folders; the folder itself when it is one. */
export function chartsIn(folder: string): string[] {
  if (existsSync(join(folder, "Chart.yaml"))) return ["."];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".tgz") || existsSync(join(folder, name, "Chart.yaml")))
    .toSorted();
}

async function casesOf(chart: string, path: string, options: AgainstHelmOptions): Promise<readonly FuzzCase[]> {
  const { fuzz, seed, only } = options;
  const source = fuzz > 0 || only !== undefined ? await loadSource(path) : undefined;
  const first = plainCases.length;
  const numbers =
    only === undefined ? Array.from({ length: fuzz }, (_, index) => first + index) : only < first ? [] : [only];
  const drawn = source === undefined ? [] : numbers.map((number) => drawCase(seed, chart, number, source));
  return [...plainCases.filter(({ number }) => only === undefined || number === only), ...drawn];
}

function commandLine(path: string, { number, flags, values }: FuzzCase, work: string): readonly string[] {
  const line = ["template", "rel", path, "--namespace", "ns", ...flags];
  if (values === undefined) return line;
  writeFileSync(join(work, `values-${number}.yaml`), values);
  return [...line, "--values", `values-${number}.yaml`];
}

type Found = Omit<ChartDifference, "chart" | "fuzzCase">;

// Where something differs helm runs again: what differs between two runs of helm may differ from ours.
async function differenceOf(
  ours: ProgramResult,
  theirs: ProgramResult,
  again: () => Promise<ProgramResult>,
): Promise<Found | undefined> {
  if (compare(ours, theirs, undefined) === undefined) return undefined;
  return compare(ours, theirs, await again());
}

function compare(ours: ProgramResult, theirs: ProgramResult, second: ProgramResult | undefined): Found | undefined {
  if (ours.exit !== theirs.exit) {
    const shown = (result: ProgramResult): string => `${result.exit} ${result.stderr.trim()}`;
    return { stream: "exit code", line: 0, ours: shown(ours), theirs: shown(theirs) };
  }
  for (const stream of ["stdout", "stderr"] as const) {
    const text = (result: ProgramResult): string => (stream === "stderr" ? comparable(result.stderr) : result.stdout);
    const masked = second === undefined ? new Set<number>() : differing(text(theirs), text(second));
    const found = firstDifference(text(ours), text(theirs), { masked, now: new Date() });
    if (found !== undefined) return { stream, ...found };
  }
  return undefined;
}

// Helm logs, and lists the violations of schemas, in the order in which Go walks its maps: any. And it asks the network for what
// a schema refers to, which we refuse.
function comparable(stderr: string): string {
  const lines = stderr.replace(/failing loading "[^"]*": .*?(?=[\w-]+:$|$)/gm, "failing loading …").split("\n");
  const isLog = (line: string): boolean => line.startsWith("level=");
  const others = lines.filter((line) => !isLog(line));
  const isOfSchema = others.some((line) => line.includes("values don't meet the specifications of the schema(s)"));
  return [...lines.filter(isLog).toSorted(), ...(isOfSchema ? [settledVerdict(others.join("\n"))] : others)].join("\n");
}

function differing(first: string, second: string): ReadonlySet<number> {
  const right = second.split("\n");
  return new Set(first.split("\n").flatMap((line, index) => (line === right[index] ? [] : [index + 1])));
}
