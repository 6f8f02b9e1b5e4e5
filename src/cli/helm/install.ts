import { createClient } from "../../kube/index.ts";
import {
  createMemoryStorage,
  install,
  type InstallOptions,
  type ReleaseContext,
  type ReleaseRecord,
} from "../../release/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { takesAtLeast } from "./arguments.ts";
import { withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { dryRunFlags, dryRunOf } from "./dry-run.ts";
import { checkInstallable, loadChart, locateChart, logTo } from "./local-chart.ts";
import { outputFlags, outputFormat } from "./output.ts";
import {
  announceCancellation,
  checkReleaseFlags,
  failingAs,
  labelsOf,
  logFailure,
  releaseFlags,
} from "./release-flags.ts";
import { nameAndChart } from "./release-name.ts";
import { writeStatus } from "./status-text.ts";
import { readValues, valuesFlags } from "./values-flags.ts";
import { timeoutFlags, waitFlags, waitStrategy } from "./wait-flags.ts";

const usage = "helm install [NAME] [CHART] [flags]";

const flags = {
  ...globalFlags,
  ...valuesFlags,
  ...releaseFlags,
  ...waitFlags,
  ...timeoutFlags,
  ...dryRunFlags,
  ...outputFlags,
  "server-side": { type: "boolean", default: true, help: "object updates run in the server instead of the client" },
  replace: {
    type: "boolean",
    help: "reuse the given name, if that name is a deleted release which remains in the history",
  },
  "generate-name": { type: "boolean", short: "g", help: "generate the name (and omit the NAME parameter)" },
  "name-template": { type: "string", help: "specify template used to name the release" },
} as const satisfies Flags;

type InstallFlags = FlagValues<typeof flags>;

/** `helm install`: makes the first revision of a release. */
export const command = defineCommand({
  name: "install",
  usage,
  summary: "install a chart",
  flags,
  checkArgs: takesAtLeast(1, usage),
  run: async ({ flags, given, args, io }) => {
    checkReleaseFlags({ given, io });
    const format = outputFormat(flags);
    const dryRun = dryRunOf(flags, io);
    const strategy = waitStrategy(flags, io);
    const record = await failingAs("INSTALLATION FAILED", async () => {
      const { name, chart: reference } = nameAndChart({
        args,
        nameTemplate: flags["name-template"],
        generate: flags["generate-name"],
        now: io.now,
      });
      return await installChart({
        name,
        reference,
        io,
        flags,
        options: {
          dryRun,
          serverSideApply: flags["server-side"],
          replace: flags.replace,
          hideSecret: flags["hide-secret"],
          waitStrategy: strategy,
        },
      });
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
  readonly flags: Pick<InstallFlags, keyof typeof installFlags>;
  readonly options: Pick<InstallOptions, "dryRun" | "serverSideApply" | "replace" | "hideSecret" | "waitStrategy">;
}

const installFlags = {
  ...globalFlags,
  ...valuesFlags,
  ...releaseFlags,
  ...waitFlags,
  ...timeoutFlags,
} as const satisfies Flags;

/** Loads a chart and installs it as the flags say. */
export async function installChart({ name, reference, io, flags, options }: InstallRequest): Promise<ReleaseRecord> {
  const labels = labelsOf(flags);
  const path = await locateChart(reference, flags, io);
  const values = await readValues(flags, io);
  const chart = await loadChart(path, io);
  checkInstallable(chart, io);
  using _ = announceCancellation(name, io);
  const run = (context: ReleaseContext, namespace: string): Promise<ReleaseRecord> =>
    install(context, {
      ...options,
      name,
      namespace,
      chart,
      values,
      createNamespace: flags["create-namespace"],
      skipCrds: flags["skip-crds"],
      forceConflicts: flags["force-conflicts"],
      forceReplace: flags["force-replace"] || flags.force,
      takeOwnership: flags["take-ownership"],
      disableHooks: flags["no-hooks"],
      waitForJobs: flags["wait-for-jobs"],
      timeout: flags.timeout,
      rollbackOnFailure: flags["rollback-on-failure"] || flags.atomic,
      description: flags.description,
      labels,
      skipSchemaValidation: flags["skip-schema-validation"],
      subNotes: flags["render-subchart-notes"],
      chartLog: logTo(io),
    });
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
