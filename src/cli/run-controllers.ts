import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { KubeObject } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import {
  allControllers,
  type Controllers,
  createMetrics,
  createTokenRequester,
  type Log,
  type Metrics,
  parseAddress,
  runControllers,
  serveEndpoints,
  watchMemory,
} from "../controllers/index.ts";
import { type Client, createClient, createWatchCache, type Fetch, type WatchCache } from "../kube/index.ts";
import { openArtifactStore, serveArtifacts } from "../sources/index.ts";
import { CommandError, defineCommand, type Io } from "./command.ts";
import { openConnection } from "./connect.ts";
import { controllerFlags } from "./controller-flags.ts";
import {
  type ControllerFlags,
  advertisedAddress,
  controllerOptionsOf,
  runtimeOptionsOf,
  storeOptionsOf,
  withEnvironment,
} from "./controller-options.ts";
import { awaitLeadership, whileLeading } from "./leadership.ts";
import { createLog, type LogLevel } from "./log.ts";
import { untilAborted } from "./wait.ts";

/** `cox run`: the controllers alone, on the cluster of the kubeconfig or the one that this process runs in. */
export const command = defineCommand({
  name: "run",
  usage: "cox run [--kubeconfig FILE] [flags]",
  summary: "Run the controllers in the foreground",
  flags: controllerFlags,
  run: async ({ flags: own, given, io }) => {
    const flags = withEnvironment(own, { given, env: io.env });
    const log = createLog(io, levelOf(flags), flags["log-encoding"] === "console" ? "console" : "json");
    // All at once, before somebody waits to be the leader: what is wrong with them is told now.
    const settings = {
      options: { ...controllerOptionsOf(flags, io.env), ...(await trustedRootOf(flags, io)) },
      storing: storeOptionsOf(flags),
      running: runtimeOptionsOf(flags, io.env),
    };
    const metrics = createMetrics();
    await using open = new AsyncDisposableStack();
    const connected = open.use(await openConnection(io, flags));
    const { impersonate, server } = connected.connection;
    const user = { server, userAgent: "coxswain", ...(impersonate === undefined ? {} : { impersonate }) };
    const counted = metrics.counting(connected.fetch);
    let leads = (): boolean => true;
    const guard = (fetch: Fetch): Fetch => whileLeading(fetch, () => leads());
    const client = createClient({
      ...user,
      fetch: guard(counted),
      qps: flags["kube-api-qps"],
      burst: flags["kube-api-burst"],
    });
    await client.version(); // say at once when there is nobody
    let running: Controllers | undefined;
    open.use(
      await serveEndpoints({
        metricsAddress: flags["metrics-addr"],
        healthAddress: flags["health-addr"],
        format: metrics.format,
        isReady: () => running !== undefined,
      }),
    );
    const cache = open.use(createWatchCache({ client, trim: withoutManagedFields }));
    const signal = AbortSignal.any([
      io.signal,
      ...(await watchMemoryOf(flags, settings.options.featureGates, log, open)),
    ]);
    // client-go: the election has a client of its own, which no other requests hold up.
    const elector = createClient({ ...user, fetch: counted });
    const leadership = await awaitLeadership({ flags, io, signal, client: elector, log, onLead: metrics.leads });
    if (leadership === undefined) return 0;
    const { lost } = leadership;
    leads = leadership.leads;
    let idle = false;
    try {
      running = await start({
        flags,
        io,
        server,
        fetch: guard(counted),
        guard,
        client,
        cache,
        log,
        metrics,
        ...settings,
        open,
      });
      log.info("all controllers run");
      await Promise.race([untilAborted(signal), untilAborted(lost)]);
      // The lease is renewed until all is done. Without it there is no time left: somebody else may be at work.
      const stopping = withPatience(running.stop(), lost.aborted ? 0 : flags["graceful-shutdown-timeout"]);
      idle = await Promise.race([stopping, untilAborted(lost).then(() => false)]);
    } finally {
      await leadership.end({ idle });
    }
    if (lost.aborted && !signal.aborted) throw new CommandError("leader election lost");
    if (!idle) log.error("running reconciles did not end in time");
    return 0;
  },
});

interface Starting {
  readonly flags: ControllerFlags;
  readonly io: Io;
  readonly server: string;
  readonly fetch: Fetch;
  readonly guard: (fetch: Fetch) => Fetch;
  readonly client: Client;
  readonly cache: WatchCache;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly options: ReturnType<typeof controllerOptionsOf>;
  readonly storing: ReturnType<typeof storeOptionsOf>;
  readonly running: ReturnType<typeof runtimeOptionsOf>;
  readonly open: AsyncDisposableStack;
}

async function start(starting: Starting): Promise<Controllers> {
  const { flags, io, server, fetch, guard, client, cache, log, metrics, options, storing, running, open } = starting;
  const store = await openArtifactStore({ ...storing, root: resolve(io.cwd, flags["storage-path"]) });
  const advertise = advertisedAddress(flags, io.env);
  const artifacts = await serveArtifacts(store, {
    ...parseAddress(flags["storage-addr"]),
    ...(advertise === undefined ? {} : { advertise }),
  });
  open.defer(() => artifacts.close());
  const controllers = allControllers({
    ...options,
    tokenObserver: metrics.tokens,
    store,
    guard,
    clientAs: (user) => createClient({ fetch, server, userAgent: "coxswain", impersonate: { user } }),
    requestToken: createTokenRequester({ fetch, server }),
  });
  return await runControllers({
    client,
    cache,
    controllers,
    log,
    now: io.now,
    observer: metrics,
    ...running,
  });
}

async function trustedRootOf(flags: ControllerFlags, { cwd }: Io): Promise<{ readonly trustedRoot?: string }> {
  const file = flags["sigstore-trusted-root"];
  return file === "" ? {} : { trustedRoot: await readFile(resolve(cwd, file), "utf8") };
}

function levelOf(flags: ControllerFlags): LogLevel {
  const level = flags["log-level"];
  if (level === "trace" || level === "debug" || level === "info" || level === "error") return level;
  throw new CommandError(
    `invalid argument ${JSON.stringify(level)} for "--log-level" flag: it is trace, debug, info or error`,
  );
}

/** With the gate OOMWatch, gives what tells that the process should end before it is killed. */
async function watchMemoryOf(
  flags: ControllerFlags,
  featureGates: ReadonlySet<string> | undefined,
  log: Log,
  open: AsyncDisposableStack,
): Promise<readonly AbortSignal[]> {
  if (featureGates?.has("OOMWatch") !== true) return [];
  log.info("setting up OOM watcher");
  try {
    const watch = await watchMemory({
      maximumPath: flags["oom-watch-max-memory-path"],
      currentPath: flags["oom-watch-current-memory-path"],
      threshold: flags["oom-watch-memory-threshold"],
      interval: flags["oom-watch-interval"],
      log,
    });
    return [open.use(watch).near];
  } catch (error) {
    throw new CommandError(`unable to setup OOM watcher: ${messageOf(error)}`);
  }
}

/** Waits for work to end, but no longer than so many milliseconds; tells whether it ended. */
async function withPatience(work: Promise<void>, patience: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(false), Math.min(patience, 2 ** 31 - 1));
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Nobody here looks at who wrote which field, and it is half of most objects. */
function withoutManagedFields(object: KubeObject): KubeObject {
  delete (object.metadata as { managedFields?: unknown }).managedFields;
  return object;
}
