import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { compareBytes } from "../../../base/value.ts";
import {
  createTransport,
  fetchIndex,
  parseIndex,
  type RepositoryAccess,
  type RepositoryIndex,
} from "../../../sources/index.ts";
import { CommandError, type Io } from "../../command.ts";
import { writeWhole } from "../../files.ts";
import { logLine } from "../log-line.ts";
import { readTls } from "../remote/tls.ts";
import type { HelmSettings } from "../settings.ts";
import { openFailure } from "../values-flags.ts";
import type { RepositoryEntry } from "./repository-file.ts";

/** helm's getter: how long a request may take when nobody says. */
export const defaultTimeout = 120_000;
const maximumIndexBytes = 256 << 20;

/** How a repository is spoken to: with its own credentials and certificates. */
export async function accessOf(entry: RepositoryEntry, io: Io, timeout = defaultTimeout): Promise<RepositoryAccess> {
  const { url, username, password, passCredentialsAll } = entry;
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1] ?? "";
  if (scheme !== "http" && scheme !== "https") throw new CommandError(`could not find protocol handler for: ${scheme}`);
  const tls = await readTls(entry, io);
  return {
    url,
    transport: createTransport({ userAgent: "Helm/4.2.4", env: io.env, ...(tls === undefined ? {} : { tls }) }),
    ...(username === "" || password === "" ? {} : { credentials: { type: "basic", username, password } }),
    passCredentials: passCredentialsAll,
    timeout,
    signal: io.signal,
  };
}

/** Downloads an index and looks whether it is one; says what it skips. Throws with helm's texts. */
export async function downloadIndex(
  entry: RepositoryEntry,
  io: Io,
  timeout?: number,
): Promise<{ readonly text: string; readonly index: RepositoryIndex }> {
  const { text } = await fetchIndex(await accessOf(entry, io, timeout), { limit: maximumIndexBytes });
  return { text, index: readIndex(text, entry.url, io) };
}

/** Downloads an index into the cache, with the list of its charts beside it. */
export async function updateCachedIndex(
  entry: RepositoryEntry,
  { settings, io, timeout }: { readonly settings: HelmSettings; readonly io: Io; readonly timeout?: number },
): Promise<void> {
  const { text, index } = await downloadIndex(entry, io, timeout);
  const names = [...index.entries.keys()].toSorted(compareBytes);
  await mkdir(settings.repositoryCache, { recursive: true });
  await writeWhole(cachedChartsPath(entry.name, settings), names.map((name) => `${name}\n`).join(""));
  await writeWhole(cachedIndexPath(entry.name, settings), text);
}

/**
 * Downloads the indexes of repositories at once, and tells of each as helm does; gives the URLs of those that could not be had.
 * Repositories without a name of the user's are told by their URL.
 */
export async function updateCachedIndexes(
  repositories: readonly RepositoryEntry[],
  given: {
    readonly settings: HelmSettings;
    readonly io: Io;
    readonly out: (text: string) => void;
    readonly timeout?: number;
    readonly isUnmanaged?: (entry: RepositoryEntry) => boolean;
  },
): Promise<readonly string[]> {
  const { out, isUnmanaged = () => false } = given;
  const failed: string[] = [];
  await Promise.all(
    repositories.map(async (entry) => {
      const { name, url } = entry;
      const shown = JSON.stringify(isUnmanaged(entry) ? url : name);
      try {
        await updateCachedIndex(entry, given);
        out(`...Successfully got an update from the ${shown} chart repository\n`);
      } catch (cause) {
        failed.push(url);
        const where = isUnmanaged(entry) ? "" : ` (${url})`;
        out(`...Unable to get an update from the ${shown} chart repository${where}:\n\t${messageOf(cause)}\n`);
      }
    }),
  );
  return failed;
}

export function cachedIndexPath(name: string, settings: HelmSettings): string {
  return join(settings.repositoryCache, `${name}-index.yaml`);
}

export function cachedChartsPath(name: string, settings: HelmSettings): string {
  return join(settings.repositoryCache, `${name}-charts.txt`);
}

/** The index that the last update left. Throws with Go's text when there is none. */
export async function loadCachedIndex(name: string, settings: HelmSettings, io: Io): Promise<RepositoryIndex> {
  return loadIndexFile(cachedIndexPath(name, settings), io);
}

/** Reads an index from a file. Throws with helm's texts. */
export async function loadIndexFile(path: string, io: Io, shown = path): Promise<RepositoryIndex> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new CommandError(openFailure(shown, cause));
  }
  try {
    return readIndex(text, shown, io);
  } catch (cause) {
    throw new CommandError(`error loading ${shown}: ${messageOf(cause)}`);
  }
}

function readIndex(text: string, source: string, io: Io): RepositoryIndex {
  return parseIndex(text, {
    onSkipped: (entry) => {
      const version = entry.version === undefined ? "" : ` ${JSON.stringify(entry.version)}`;
      const message = `skipping loading invalid entry for chart ${JSON.stringify(entry.chart)}${version} from ${source}: ${entry.reason}`;
      io.stderr(logLine({ level: "WARN", message }));
    },
  });
}
