import { readFile } from "node:fs/promises";
import type { Io, Suggest } from "../command.ts";
import { runCommand } from "../run.ts";
import { cachedChartsPath } from "./repositories/index-cache.ts";
import { readRepositories } from "./repositories/repository-file.ts";
import { settingsIn } from "./settings.ts";

const none = { words: [] };

/** The releases of the namespace, for commands whose first word is one. */
export const release: Suggest = async ({ line, args, io }) =>
  args.length === 0 ? { words: await releasesOf(line, io) } : none;

/** A release that is to be changed, and then a chart for it. */
export const releaseThenChart: Suggest = async (given) =>
  given.args.length === 0 ? await release(given) : await nameThenChart(given);

/** A name of the user's own, and then a chart. */
export const nameThenChart: Suggest = async ({ args, io }) => (args.length === 1 ? await charts(io) : none);

/** A chart of the repositories, or a file or folder. */
export const chart: Suggest = async ({ args, io }) => (args.length === 0 ? await charts(io) : none);

/** The names of repositories, those that stand there already left out. */
export const repositories: Suggest = async ({ args, io }) => {
  const file = await readRepositories(settingsIn(io, noFlags).repositoryConfig);
  return { words: file.repositories.map(({ name }) => name).filter((name) => !args.includes(name)) };
};

const noFlags = { "registry-config": "", "repository-config": "", "repository-cache": "", "content-cache": "" };

async function charts(io: Io): Promise<{ readonly words: readonly string[]; readonly orFile: true }> {
  const settings = settingsIn(io, noFlags);
  const { repositories } = await readRepositories(settings.repositoryConfig);
  const lists = await Promise.all(
    repositories.map(async ({ name }) => {
      const text = await readFile(cachedChartsPath(name, settings), "utf8").catch(() => "");
      return text
        .split("\n")
        .filter((chart) => chart !== "")
        .map((chart) => `${name}/${chart}`);
    }),
  );
  return { words: lists.flat(), orFile: true };
}

/** As `helm list --short` says it, asked with the flags of the line that say which cluster and namespace. */
async function releasesOf(line: readonly string[], io: Io): Promise<readonly string[]> {
  const { command } = await import("./list.ts");
  const place = line.flatMap((word, at) => {
    const [name = ""] = word.split("=");
    if (!/^(-n|--namespace|--kubeconfig|--kube-context)$/.test(name)) return [];
    return word.includes("=") ? [word] : [word, line[at + 1] ?? ""];
  });
  let printed = "";
  const quiet: Io = { ...io, stdout: (text) => void (printed += text), stderr: () => undefined };
  await runCommand(command, { path: "helm list", line: ["--short", "--max", "0", ...place], io: quiet });
  return printed.split("\n").filter((name) => name !== "");
}
