import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { KubeObject } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import {
  allControllers,
  type Controllers,
  type ControllersOptions,
  createMetrics,
  createTokenRequester,
  type Log,
  type Metrics,
  parseAddress,
  runControllers,
  type RuntimeOptions,
  serveEndpoints,
  watchMemory,
} from "../controllers/index.ts";
import { type Client, createClient, createWatchCache, type WatchCache } from "../kube/index.ts";
import type { Connected } from "../kube/node/index.ts";
import { createTransport, openArtifactStore, serveArtifacts } from "../sources/index.ts";
import { CommandError, defineCommand, type Io } from "./command.ts";
import { openConnection } from "./connect.ts";
import { controllerFlags } from "./controller-flags.ts";
import { type ControllerFlags, controllerOptionsOf, storeOptionsOf } from "./controller-options.ts";
import { awaitLeadership } from "./leadership.ts";
import { createLog, type LogLevel } from "./log.ts";
import { untilAborted } from "./wait.ts";

/** `cox run`: the controllers alone, on the cluster of the kubeconfig or the one that this process runs in. */
export const command = defineCommand({
  name: "run",
  usage: "cox run [--kubeconfig FILE] [flags]",
  summary: "Run the controllers in the foreground",
  flags: controllerFlags,
  run: async ({ flags, io }) => {
    const log = createLog(io, levelOf(flags), flags["log-encoding"] === "console" ? "console" : "json");
    const options = controllerOptionsOf(flags);
    const metrics = createMetrics();
    await using open = new AsyncDisposableStack();
    const connected = open.use(await openConnection(io, flags));
    const { impersonate, server } = connected.connection;
    const client = createClient({
      fetch: metrics.counting(connected.fetch),
      server,
      userAgent: "coxswain",
      qps: flags["kube-api-qps"],
      burst: flags["kube-api-burst"],
      ...(impersonate === undefined ? {} : { impersonate }),
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
    const signal = AbortSignal.any([io.signal, ...(await watchMemoryOf(flags, options.featureGates, log, open))]);
    const leadership = open.use(await awaitLeadership({ flags, io, signal, client, log, onLead: metrics.leads }));
    if (leadership === undefined) return 0;
    running = await start({ flags, io, connected, client, cache, log, metrics, options, open });
    log.info("all controllers run");
    await Promise.race([untilAborted(signal), untilAborted(leadership.lost)]);
    const stopped = await withPatience(running.stop(), flags["graceful-shutdown-timeout"]);
    if (!stopped) log.error("running reconciles did not end in time");
    if (leadership.lost.aborted && !signal.aborted) throw new CommandError("leader election lost");
    return 0;
  },
});

interface Starting {
  readonly flags: ControllerFlags;
  readonly io: Io;
  readonly connected: Connected;
  readonly client: Client;
  readonly cache: WatchCache;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly options: Omit<ControllersOptions, "store">;
  readonly open: AsyncDisposableStack;
}

async function start(starting: Starting): Promise<Controllers> {
  const { flags, io, connected, client, cache, log, metrics, options, open } = starting;
  const { server } = connected.connection;
  const store = await openArtifactStore({
    ...storeOptionsOf(flags),
    root: resolve(io.cwd, flags["storage-path"]),
  });
  const advertise = flags["storage-adv-addr"];
  const artifacts = await serveArtifacts(store, {
    ...parseAddress(flags["storage-addr"]),
    ...(advertise === "" ? {} : { advertise }),
  });
  open.defer(() => artifacts.close());
  const rootFile = flags["sigstore-trusted-root"];
  const controllers = allControllers({
    ...options,
    store,
    ...(rootFile === "" ? {} : { trustedRoot: await readFile(resolve(io.cwd, rootFile), "utf8") }),
    clientAs: (user) => createClient({ fetch: connected.fetch, server, userAgent: "coxswain", impersonate: { user } }),
    requestToken: createTokenRequester({ fetch: connected.fetch, server }),
  });
  return await runControllers({
    client,
    cache,
    controllers,
    log,
    now: io.now,
    ...notificationsOf(flags),
    observer: metrics,
    concurrent: flags.concurrent,
    jitterPercentage: flags["interval-jitter-percentage"],
    minimumRetryDelay: flags["min-retry-delay"],
    maximumRetryDelay: flags["max-retry-delay"],
    labelSelector: flags["watch-label-selector"],
    ...namespaceOf(flags, io),
  });
}

/** The receiver's credentials may stand in its URL: no error quotes it. */
function notificationsOf({ "events-addr": address }: ControllerFlags): Pick<RuntimeOptions, "notifications"> {
  if (address === "") return {};
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new CommandError("unable to create event recorder: --events-addr is no http or https URL");
  return { notifications: { address, fetch: createTransport({ keepAlive: true }) } };
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

function namespaceOf(flags: ControllerFlags, { env }: Io): { readonly namespace?: string } {
  if (flags["watch-all-namespaces"]) return {};
  const namespace = env["RUNTIME_NAMESPACE"] ?? "";
  if (namespace === "") throw new CommandError("RUNTIME_NAMESPACE is not set: --watch-all-namespaces=false needs it");
  return { namespace };
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
