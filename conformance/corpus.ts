import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** One recorded run of the real `helm template`. */
export interface Case {
  readonly id: string;
  readonly chart: string;
  readonly release: string;
  readonly namespace: string;
  readonly valuesFiles: readonly string[];
  readonly set: readonly string[];
  readonly flags: readonly string[];
  readonly kubeVersion: string;
  readonly exit: number;
  /** Line numbers, from 1, that differ between two runs of the real helm; absent where it failed. */
  readonly maskedLines?: readonly number[];
}

/** A folder of charts and of what the real helm made of them. */
export interface Corpus {
  readonly folder: string;
  readonly cases: readonly Case[];
}

export function loadCorpus(folder: string): Corpus {
  return { folder, cases: JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as readonly Case[] };
}

/** The cases of a chart; the name may leave out the repository before it and `.tgz` after it. */
export function casesOfChart(corpus: Corpus, name: string): readonly Case[] {
  const exact = corpus.cases.filter(({ chart }) => chart === name || chart === `${name}.tgz`);
  return exact.length > 0 ? exact : corpus.cases.filter(({ chart }) => chart.endsWith(`-${name}.tgz`));
}

/** What the real helm printed. */
export function recordedOutput(
  corpus: Corpus,
  { id, exit }: Case,
): { readonly stdout?: string; readonly stderr?: string } {
  if (exit === 0)
    return { stdout: gunzipSync(readFileSync(join(corpus.folder, "golden", `${id}.yaml.gz`))).toString() };
  const file = join(corpus.folder, "golden", `${id}.err.txt`);
  return existsSync(file) ? { stderr: readFileSync(file, "utf8") } : {};
}

/** The command line of a case, after `helm`. */
export function commandLine(corpus: Corpus, test: Case): readonly string[] {
  return [
    "template",
    test.release,
    join(corpus.folder, "packages", test.chart),
    "--namespace",
    test.namespace,
    "--kube-version",
    test.kubeVersion,
    ...test.valuesFiles.flatMap((file) => ["-f", join(corpus.folder, "values", file)]),
    ...test.set.flatMap((value) => ["--set", value]),
    ...test.flags,
  ];
}
