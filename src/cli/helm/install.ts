import { createClient } from "../../kube/index.ts";
import {
  createMemoryStorage,
  install,
  type InstallOptions,
  type ReleaseContext,
  type ReleaseRecord,
} from "../../release/index.ts";
import { CommandError, defineCommand, type Flags, type Io } from "../command.ts";
import { takesAtLeast } from "./arguments.ts";
import { withCluster } from "./cluster.ts";
import { announceCancellation, failingAs, logFailure, type ReleaseFlagValues, releaseFlags } from "./release-flags.ts";
import { nameAndChart } from "./release-name.ts";
import { loadRequest, type ReleaseOptions, readRequest } from "./release-request.ts";
import { writeStatus } from "./status-text.ts";

const usage = "helm install [NAME] [CHART] [flags]";

const flags = {
  ...releaseFlags,
  "server-side": { type: "boolean", default: true, help: "object updates run in the server instead of the client" },
  replace: {
    type: "boolean",
    help: "reuse the given name, if that name is a deleted release which remains in the history",
  },
  "generate-name": { type: "boolean", short: "g", help: "generate the name (and omit the NAME parameter)" },
  "name-template": { type: "string", help: "specify template used to name the release" },
} as const satisfies Flags;

/** `helm install`: makes the first revision of a release. */
export const command = defineCommand({
  name: "install",
  usage,
  summary: "install a chart",
  flags,
  checkArgs: takesAtLeast(1, usage),
  run: async ({ flags, given, args, io }) => {
    const { format, options } = readRequest({ flags, given, io });
    const record = await failingAs("INSTALLATION FAILED", async () => {
      const { name, chart: reference } = nameAndChart({
        args,
        nameTemplate: flags["name-template"],
        generate: flags["generate-name"],
        now: io.now,
      });
      const own = { serverSideApply: flags["server-side"], replace: flags.replace };
      return await installChart({ name, reference, io, flags, options: { ...options, ...own } });
    });
    writeStatus(io, format, record, { debug: flags.debug, hideNotes: flags["hide-notes"] });
    return 0;
  },
});

export interface InstallRequest {
  readonly name: string;
  readonly reference: string;
  readonly io: Io;
  /** Flags that `helm upgrade --install` has, too. */
  readonly flags: ReleaseFlagValues;
  readonly options: Omit<ReleaseOptions, "serverSideApply"> & Pick<InstallOptions, "serverSideApply" | "replace">;
}

/** Loads a chart and installs it as the flags say. */
export async function installChart({ name, reference, io, flags, options }: InstallRequest): Promise<ReleaseRecord> {
  const loaded = await loadRequest(reference, { flags, io });
  using _ = announceCancellation(name, io);
  const more = { createNamespace: flags["create-namespace"], skipCrds: flags["skip-crds"] };
  const run = (context: ReleaseContext, namespace: string): Promise<ReleaseRecord> =>
    install(context, { ...options, ...loaded, ...more, name, namespace });
  try {
    if (options.dryRun === "client")
      return await run(offline(io), flags.namespace || io.env.HELM_NAMESPACE || "default");
    return await withCluster({ flags, io, unchecked: true }, ({ context, namespace }) => run(context, namespace));
  } catch (error) {
    logFailure(error, io);
    throw error;
  }
}

/** A context for what stays off the cluster. */
function offline(io: Io): ReleaseContext {
  const client = createClient({
    server: "http://localhost",
    fetch: () => Promise.reject(new CommandError("a client-side dry run does not ask the cluster")),
  });
  return {
    client,
    storage: createMemoryStorage({ now: io.now }),
    now: io.now,
    fieldManager: "helm",
    signal: io.signal,
  };
}
