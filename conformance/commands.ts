import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AgainstHelmOptions, compareWithHelm } from "./against-helm.ts";
import { casesOfChart, loadCorpus } from "./corpus.ts";
import { compareGrammar } from "./grammar/run.ts";
import { findHelm } from "./helm-program.ts";
import { type Difference, runCase } from "./run-case.ts";

/** Runs the recorded cases of a folder and says which differ; true when none does. */
export async function runRecordings(options: {
  readonly folder: string;
  readonly charts?: readonly string[];
  readonly id?: string;
  readonly json?: string;
}): Promise<boolean> {
  const { folder, charts, id, json } = options;
  if (!existsSync(join(folder, "cases.json")))
    throw new Error(`cannot run the cases of ${JSON.stringify(folder)}: cases.json is missing`);
  const corpus = loadCorpus(folder);
  const ofCharts = charts === undefined ? corpus.cases : charts.flatMap((name) => casesOfChart(corpus, name));
  const cases = ofCharts.filter((each) => id === undefined || each.id === id);
  const differences: Difference[] = [];
  const began = performance.now();
  for (const test of cases) {
    const difference = await runCase(corpus, test);
    if (difference === undefined) continue;
    differences.push(difference);
    const { line, ours, theirs } = difference;
    say(`${difference.id}:${line}: ours ${JSON.stringify(ours)}, helm's ${JSON.stringify(theirs)}`);
  }
  const passed = cases.length - differences.length;
  const seconds = Math.round(performance.now() - began) / 1000;
  if (json !== undefined) {
    const failed = new Set(differences.map((each) => each.id));
    const results = cases.map((each) => ({ id: each.id, passed: !failed.has(each.id) }));
    const summary = { passed, failed: differences.length, seconds, results, differences };
    writeFileSync(json, `${JSON.stringify(summary, null, 2)}\n`);
  }
  say(`${passed} passed, ${differences.length} failed`);
  return differences.length === 0 && cases.length > 0;
}

/** Renders the charts of a folder with helm and with ours and says where they differ; true when they do not. */
export async function runAgainstHelm(options: Omit<AgainstHelmOptions, "helm" | "report">): Promise<boolean> {
  const began = performance.now();
  const { charts, runs, succeeded, differences } = await compareWithHelm({
    ...options,
    helm: findHelm(),
    report: ({ chart, fuzzCase, stream, line, ours, theirs }) => {
      say(`${chart} case ${fuzzCase.number}, ${stream}${line === 0 ? "" : ` line ${line}`}:`);
      say(`  ours   ${JSON.stringify(ours)}\n  helm's ${JSON.stringify(theirs)}`);
      say(`  again: ${again(options, chart, fuzzCase.number)}`);
      if (fuzzCase.flags.length > 0) say(`  flags: ${fuzzCase.flags.join(" ")}`);
      if (fuzzCase.values !== undefined) say(`  values:\n${fuzzCase.values.replace(/^/gm, "    ").trimEnd()}`);
    },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`${charts} charts, ${runs} runs in ${seconds} s (helm rendered ${succeeded}), ${differences} differences`);
  return differences === 0 && runs > 0;
}

/** Compares random templates with helm's own engine and says where they differ; true when they do not. */
export async function runGrammar(options: {
  readonly count: number;
  readonly seed: number;
  readonly only?: number;
}): Promise<boolean> {
  const { count, seed, only } = options;
  const began = performance.now();
  const { compared, succeeded, unbounded, differences } = await compareGrammar({
    ...(only === undefined ? { count } : { count: 1, first: only }),
    seed,
    report: ({ number, request, ours, theirs }) => {
      say(`template ${number}: ${JSON.stringify(request)}`);
      say(`  ours   ${JSON.stringify(ours)}\n  helm's ${JSON.stringify(theirs)}`);
      say(`  again: npm run conformance -- --grammar 1 --seed ${seed} --case ${number}`);
    },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(
    `${compared} templates in ${seconds} s (${succeeded} rendered, ${unbounded} without bounds), ${differences} differences`,
  );
  return differences === 0 && compared > 0;
}

function again(
  { folder, seed }: { readonly folder: string; readonly seed: number },
  chart: string,
  number: number,
): string {
  return `npm run conformance -- --against-helm ${JSON.stringify(folder)} --chart ${chart} --seed ${seed} --case ${number}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
