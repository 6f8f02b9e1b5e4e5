import { rollback } from "../../release/index.ts";
import { CommandError, defineCommand, type Flags } from "../command.ts";
import { takesAtLeast } from "./arguments.ts";
import { withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { dryRunFlags, dryRunOf } from "./dry-run.ts";
import { checkReleaseFlags } from "./release-flags.ts";
import { maxHistory, serverSideOf } from "./upgrade.ts";
import { textWithReasons } from "./why-text.ts";
import { timeoutFlags, waitFlags, waitStrategy } from "./wait-flags.ts";

const usage = "helm rollback <RELEASE> [REVISION] [flags]";

const flags = {
  ...globalFlags,
  ...waitFlags,
  ...timeoutFlags,
  ...dryRunFlags,
  "force-replace": { type: "boolean", help: "force resource updates by replacement" },
  force: { type: "boolean", hidden: true, help: "deprecated" },
  "force-conflicts": { type: "boolean", help: "if set server-side apply will force changes against conflicts" },
  "server-side": { type: "string", default: "auto", help: 'must be "true", "false" or "auto"' },
  "no-hooks": { type: "boolean", help: "prevent hooks from running during rollback" },
  "wait-for-jobs": { type: "boolean", help: "if set and --wait enabled, will wait until all Jobs have been completed" },
  "cleanup-on-fail": {
    type: "boolean",
    help: "allow deletion of new resources created in this rollback when it fails",
  },
  "history-max": {
    type: "integer",
    default: 10,
    help: "limit the maximum number of revisions saved per release, 0 for no limit",
  },
} as const satisfies Flags;

/** `helm rollback`: makes a new revision of an earlier one. */
export const command = defineCommand({
  name: "rollback",
  usage,
  summary: "roll back a release to a previous revision",
  flags,
  checkArgs: takesAtLeast(1, usage),
  run: async ({ flags, given, args: [name = "", revision], io }) => {
    checkReleaseFlags({ given, io });
    const strategy = waitStrategy(flags, io);
    const wanted = revision === undefined ? 0 : parseRevision(revision);
    const dryRun = dryRunOf(flags, io) !== "none";
    await withCluster({ flags, io, unchecked: true }, ({ context }) =>
      rollback(context, {
        name,
        dryRun,
        revision: wanted,
        serverSideApply: serverSideOf(flags["server-side"]),
        forceConflicts: flags["force-conflicts"],
        forceReplace: flags["force-replace"] || flags.force,
        disableHooks: flags["no-hooks"],
        waitStrategy: strategy,
        waitForJobs: flags["wait-for-jobs"],
        timeout: flags.timeout,
        cleanupOnFail: flags["cleanup-on-fail"],
        maxHistory: maxHistory(flags, given, io),
      }).catch((error: unknown) => {
        throw new CommandError(textWithReasons(error));
      }),
    );
    io.stdout("Rollback was a success! Happy Helming!\n");
    return 0;
  },
});

function parseRevision(text: string): number {
  if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  const cause = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw new CommandError(`could not convert revision to a number: ${cause}`);
}
