import { lstat, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Chart, formatLock, legacyLockDigest, lockDigest } from "../../../chart/index.ts";
import { CommandError, type Io } from "../../command.ts";
import { writeWhole } from "../../files.ts";
import { loadChart } from "../local-chart.ts";
import { logLine } from "../log-line.ts";
import { type Surroundings, equalUrls } from "../remote/resolve.ts";
import type { Verify } from "../remote/download.ts";
import { statFailure } from "../remote/verify.ts";
import { readRepositories } from "../repositories/repository-file.ts";
import { isOci } from "../registry/reference.ts";
import { pathIn } from "../settings.ts";
import { localTime } from "../times.ts";
import { nameRepositories, updateRepositories, updateUnmanaged } from "./repositories.ts";
import { lockDependencies } from "./resolve.ts";
import { saveDependencies } from "./save.ts";

/** The dependencies of one unpacked chart, and what is needed to get them. */
export interface DependencyWork extends Surroundings {
  /** The chart's folder, as the user wrote it. */
  readonly chartPath: string;
  /** Where progress is told. */
  readonly out: (text: string) => void;
  readonly verify: Verify;
  readonly keyring: string;
  readonly skipRefresh: boolean;
  readonly debug: boolean;
}

/** Finds the newest versions that Chart.yaml allows, saves them in charts/ and writes the lock file. Throws with helm's texts. */
export async function updateDependencies(work: DependencyWork): Promise<void> {
  const chart = await loadFolder(work);
  const declared = chart.metadata.dependencies;
  if (declared === undefined) return;
  const { dependencies, names: known } = await nameRepositories(declared, work);
  const names = await updateUnmanaged(dependencies, known, work);
  if (!work.skipRefresh) await updateRepositories(work);
  const locked = await lockDependencies(dependencies, names, work);
  const saved = await saveDependencies(locked, work);
  const digest = lockDigest(dependencies, saved);
  if (chart.lock?.digest === digest) return;
  const name = chart.metadata.apiVersion === "v1" ? "requirements.lock" : "Chart.lock";
  const generated = localTime(work.io.now());
  await writeLock(name, formatLock({ generated, digest, dependencies: saved }), work);
}

/** Saves in charts/ what the lock file names; without one, does what an update does. Throws with helm's texts. */
export async function buildDependencies(work: DependencyWork): Promise<void> {
  const { metadata, lock } = await loadFolder(work);
  if (lock === null) return await updateDependencies(work);
  const declared = metadata.dependencies ?? [];
  const locked = lock.dependencies ?? [];
  const legacy = legacyLockDigest(declared);
  const { dependencies } = await nameRepositories(declared, work);
  if (lockDigest(dependencies, locked) !== lock.digest) {
    if (metadata.apiVersion !== "v1")
      throw new CommandError(
        "the lock file (Chart.lock) is out of sync with the dependencies file (Chart.yaml). Please update the dependencies with 'helm dependency update'",
      );
    const message = "warning: a valid Helm v3 hash was not found. Checking against Helm v2 hash...";
    work.io.stderr(logLine({ level: "INFO", message }));
    if (legacy !== lock.digest)
      throw new CommandError(
        "the lock file (requirements.lock) is out of sync with the dependencies file (requirements.yaml). Please update the dependencies",
      );
  }
  const { repositories } = await readRepositories(work.settings.repositoryConfig);
  const missing = locked
    .map(({ repository }) => repository)
    .filter((url) => url !== "" && !url.startsWith("file://") && !isOci(url))
    .filter((url) => !repositories.some((entry) => equalUrls(entry.url, url)));
  if (missing.length > 0)
    throw new CommandError(
      `no repository definition for ${missing.join(", ")}. Please add the missing repos via 'helm repo add'`,
    );
  if (!work.skipRefresh) await updateRepositories(work);
  await saveDependencies(locked, work);
}

async function loadFolder({ chartPath, io }: { readonly chartPath: string; readonly io: Io }): Promise<Chart> {
  const path = pathIn(io, chartPath);
  const found = await stat(path).catch((cause: unknown) => {
    throw new CommandError(`could not find ${chartPath}: ${statFailure(chartPath, cause)}`);
  });
  if (!found.isDirectory()) throw new CommandError("only unpacked charts can be updated");
  return await loadChart(path, io);
}

async function writeLock(name: string, text: string, { chartPath, io }: DependencyWork): Promise<void> {
  const path = pathIn(io, join(chartPath, name));
  const there = await lstat(path).catch(() => undefined);
  // A chart from elsewhere must not be able to point at a file that an update overwrites.
  if (there?.isSymbolicLink() === true)
    throw new CommandError(`the ${name} file is a symlink to ${JSON.stringify(await readlink(path))}`);
  await writeWhole(path, text);
}
