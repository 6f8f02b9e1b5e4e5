import type { Client } from "../../kube/index.ts";
import {
  assertReachable,
  type HookLogs,
  type Log,
  lastRelease,
  type ReleaseContext,
  type ReleaseRecord,
  releaseNameProblem,
  type Storage,
} from "../../release/index.ts";
import { CommandError, type Io } from "../command.ts";
import { connectAs } from "./connection.ts";
import type { GlobalFlagValues } from "./global-flags.ts";
import { logLine } from "./log-line.ts";
import { progressOn } from "./progress.ts";
import { openStorage } from "./storage.ts";

/** A cluster as a helm command sees it. */
export interface HelmCluster {
  readonly client: Client;
  /** Of the release and of its storage. */
  readonly namespace: string;
  readonly storage: Storage;
  readonly context: ReleaseContext;
}

/** Connects as the flags and helm's environment say, checks that the cluster answers, and does the work. */
export async function withCluster<T>(
  given: {
    readonly flags: GlobalFlagValues;
    readonly io: Io;
    readonly namespace?: string;
    /** The work begins with the same check: an action of the release room. */
    readonly unchecked?: boolean;
  },
  work: (cluster: HelmCluster) => Promise<T>,
): Promise<T> {
  const { flags, io } = given;
  using connected = await connectAs(flags, io);
  const { client } = connected;
  const namespace = given.namespace ?? (flags.namespace || io.env.HELM_NAMESPACE || connected.connection.namespace);
  const storage = await openStorage({ client, namespace, io });
  if (given.unchecked !== true) await assertReachable({ client });
  const log: Log = ({ level, message, attributes }) => {
    if (level === "DEBUG" && !flags.debug) return;
    const shown = Object.entries(attributes ?? {}).map(([key, value]) => [key, String(value)] as const);
    io.stderr(logLine({ level, message, attributes: Object.fromEntries(shown) }));
  };
  const onHookLogs = ({ text }: HookLogs): void => log({ level: "INFO", message: text.replace(/\n$/, "") });
  const own = { client, storage, now: io.now, fieldManager: "helm", signal: io.signal, log, onHookLogs };
  const onProgress = progressOn(io);
  const context: ReleaseContext = onProgress === undefined ? own : { ...own, onProgress };
  return await work({ client, namespace, storage, context });
}

/** One revision of a release; 0 means the newest. Throws CommandError for a name that no release can have. */
export async function readRelease(storage: Storage, name: string, revision: number): Promise<ReleaseRecord> {
  if (releaseNameProblem(name) !== undefined)
    throw new CommandError(`releaseContent: Release name is invalid: ${name}`);
  return revision <= 0 ? await lastRelease(storage, name) : await storage.get(name, revision);
}
