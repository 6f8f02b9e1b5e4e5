import {
  hasCode,
  type ReleaseRecord,
  type ServerSideApply,
  type Storage,
  sortByRevision,
  upgrade,
  type ValuesPolicy,
} from "../../release/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { takesExactly } from "./arguments.ts";
import { withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { dryRunFlags, dryRunOf } from "./dry-run.ts";
import { installChart } from "./install.ts";
import { checkInstallable, loadChart, locateChart, logTo } from "./local-chart.ts";
import { outputFlags, outputFormat } from "./output.ts";
import { announceCancellation, checkReleaseFlags, failingAs, labelsOf, releaseFlags } from "./release-flags.ts";
import { writeStatus } from "./status-text.ts";
import { readValues, valuesFlags } from "./values-flags.ts";
import { timeoutFlags, waitFlags, waitStrategy } from "./wait-flags.ts";

const usage = "helm upgrade [RELEASE] [CHART] [flags]";

const flags = {
  ...globalFlags,
  ...valuesFlags,
  ...releaseFlags,
  ...waitFlags,
  ...timeoutFlags,
  ...dryRunFlags,
  ...outputFlags,
  install: { type: "boolean", short: "i", help: "if a release by this name doesn't already exist, run an install" },
  "server-side": { type: "string", default: "auto", help: 'must be "true", "false" or "auto"' },
  "reset-values": { type: "boolean", help: "reset the values to the ones built into the chart" },
  "reuse-values": { type: "boolean", help: "reuse the last release's values and merge in any overrides" },
  "reset-then-reuse-values": { type: "boolean", help: "the new chart's values, the last release's, and any overrides" },
  "cleanup-on-fail": { type: "boolean", help: "allow deletion of new resources created in this upgrade when it fails" },
  "history-max": {
    type: "integer",
    default: 10,
    help: "limit the maximum number of revisions saved per release, 0 for no limit",
  },
} as const satisfies Flags;

type UpgradeFlags = FlagValues<typeof flags>;

/** `helm upgrade`: makes the next revision of a release, or with `--install` the first. */
export const command = defineCommand({
  name: "upgrade",
  usage,
  summary: "upgrade a release",
  flags,
  checkArgs: takesExactly(2, usage),
  run: async ({ flags, given, args: [name = "", reference = ""], io }) => {
    checkReleaseFlags({ given, io });
    const format = outputFormat(flags);
    const dryRun = dryRunOf(flags, io);
    const strategy = waitStrategy(flags, io);
    const status = { debug: flags.debug, hideNotes: flags["hide-notes"] };
    const hideSecret = flags["hide-secret"];
    if (flags.install) {
      const last = await withCluster({ flags, io }, ({ storage }) => lastOrNone(storage, name));
      if (last === undefined || last.info.status === "uninstalled") {
        if (format === "table") io.stdout(`Release ${JSON.stringify(name)} does not exist. Installing it now.\n`);
        const replace = last !== undefined;
        const options = {
          dryRun,
          serverSideApply: flags["server-side"] !== "false",
          replace,
          hideSecret,
          waitStrategy: strategy,
        };
        writeStatus(io, format, await installChart({ name, reference, io, flags, options }), status);
        return 0;
      }
    }
    const labels = labelsOf(flags);
    const path = await locateChart(reference, flags, io);
    const values = await readValues(flags, io);
    const chart = await loadChart(path, io);
    checkInstallable({ ...chart, metadata: { ...chart.metadata, type: "application" } }, io);
    using _ = announceCancellation(name, io);
    const record = await failingAs("UPGRADE FAILED", () =>
      withCluster({ flags, io, unchecked: true }, ({ context }) =>
        upgrade(context, {
          name,
          chart,
          values,
          dryRun,
          hideSecret,
          labels,
          serverSideApply: serverSideOf(flags["server-side"]),
          valuesPolicy: policyOf(flags),
          forceConflicts: flags["force-conflicts"],
          forceReplace: flags["force-replace"] || flags.force,
          takeOwnership: flags["take-ownership"],
          disableHooks: flags["no-hooks"],
          waitStrategy: strategy,
          waitForJobs: flags["wait-for-jobs"],
          timeout: flags.timeout,
          cleanupOnFail: flags["cleanup-on-fail"],
          rollbackOnFailure: flags["rollback-on-failure"] || flags.atomic,
          maxHistory: maxHistory(flags, given, io),
          description: flags.description,
          skipSchemaValidation: flags["skip-schema-validation"],
          subNotes: flags["render-subchart-notes"],
          chartLog: logTo(io),
        }),
      ),
    );
    if (format === "table") io.stdout(`Release ${JSON.stringify(name)} has been upgraded. Happy Helming!\n`);
    writeStatus(io, format, record, status);
    return 0;
  },
});

/** Reads `--server-side` of upgrade and rollback. Throws CommandError with helm's text. */
export function serverSideOf(text: string): ServerSideApply {
  switch (text) {
    case "auto":
      return "auto";
    case "true":
      return true;
    case "false":
      return false;
    default:
      throw new CommandError(`invalid/unknown release server-side apply method: ${text}`);
  }
}

/** `--history-max`, or HELM_MAX_HISTORY, or ten. */
export function maxHistory(flags: { readonly "history-max": number }, given: ReadonlySet<string>, io: Io): number {
  const fromEnvironment = io.env.HELM_MAX_HISTORY ?? "";
  return !given.has("history-max") && /^[-+]?\d+$/.test(fromEnvironment)
    ? Number(fromEnvironment)
    : flags["history-max"];
}

function policyOf(flags: UpgradeFlags): ValuesPolicy {
  if (flags["reset-values"]) return "reset";
  if (flags["reuse-values"]) return "reuse";
  return flags["reset-then-reuse-values"] ? "reset-then-reuse" : "auto";
}

async function lastOrNone(storage: Storage, name: string): Promise<ReleaseRecord | undefined> {
  try {
    return sortByRevision(await storage.history(name)).at(-1);
  } catch (error) {
    if (hasCode(error, "NotFound")) return undefined;
    throw error;
  }
}
