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
import { installChart } from "./install.ts";
import { announceCancellation, failingAs, releaseFlags } from "./release-flags.ts";
import { loadRequest, readRequest } from "./release-request.ts";
import { writeStatus } from "./status-text.ts";

const usage = "helm upgrade [RELEASE] [CHART] [flags]";

const flags = {
  ...releaseFlags,
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
    const { format, options } = readRequest({ flags, given, io });
    const status = { debug: flags.debug, hideNotes: flags["hide-notes"] };
    if (flags.install) {
      const last = await withCluster({ flags, io }, ({ storage }) => lastOrNone(storage, name));
      if (last === undefined || last.info.status === "uninstalled") {
        if (format === "table") io.stdout(`Release ${JSON.stringify(name)} does not exist. Installing it now.\n`);
        const own = { serverSideApply: flags["server-side"] !== "false", replace: last !== undefined };
        const record = await installChart({ name, reference, io, flags, options: { ...options, ...own } });
        writeStatus(io, format, record, status);
        return 0;
      }
    }
    const loaded = await loadRequest(reference, { flags, io, upgrades: true });
    using _ = announceCancellation(name, io);
    const record = await failingAs("UPGRADE FAILED", () =>
      withCluster({ flags, io, unchecked: true }, ({ context }) =>
        upgrade(context, {
          ...options,
          ...loaded,
          name,
          serverSideApply: serverSideOf(flags["server-side"]),
          valuesPolicy: policyOf(flags),
          cleanupOnFail: flags["cleanup-on-fail"],
          maxHistory: maxHistory(flags, given, io),
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
