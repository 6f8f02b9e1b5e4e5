import { uninstall } from "../../release/index.ts";
import { CommandError, defineCommand, type Flags } from "../command.ts";
import { takesAtLeast } from "./arguments.ts";
import { withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { timeoutFlags, waitFlags, waitStrategy } from "./wait-flags.ts";

const usage = "helm uninstall RELEASE_NAME [...] [flags]";

const flags = {
  ...globalFlags,
  ...waitFlags,
  ...timeoutFlags,
  "dry-run": { type: "boolean", help: "simulate a uninstall" },
  "no-hooks": { type: "boolean", help: "prevent hooks from running during uninstallation" },
  "ignore-not-found": { type: "boolean", help: 'treat "release not found" as a successful uninstall' },
  "keep-history": { type: "boolean", help: "remove the resources, but retain the release history" },
  cascade: { type: "string", default: "background", help: 'must be "background", "orphan", or "foreground"' },
  description: { type: "string", help: "add a custom description" },
} as const satisfies Flags;

/** `helm uninstall`: removes releases one after the other. */
export const command = defineCommand({
  name: "uninstall",
  usage,
  summary: "uninstall a release",
  aliases: ["del", "delete", "un"],
  flags,
  checkArgs: takesAtLeast(1, usage),
  run: async ({ flags, args, io }) => {
    const strategy = waitStrategy(flags, io);
    const deletionPropagation = cascadeOf(flags.cascade);
    await withCluster({ flags, io, unchecked: true }, async ({ context }) => {
      for (const name of args) {
        const { kept } = await uninstall(context, {
          name,
          deletionPropagation,
          keepHistory: flags["keep-history"],
          disableHooks: flags["no-hooks"],
          ignoreNotFound: flags["ignore-not-found"],
          waitStrategy: strategy,
          timeout: flags.timeout,
          description: flags.description,
          dryRun: flags["dry-run"],
        });
        if (kept !== "") io.stdout(`${kept}\n`);
        io.stdout(`release ${JSON.stringify(name)} uninstalled\n`);
      }
    });
    return 0;
  },
});

function cascadeOf(text: string): "background" | "foreground" | "orphan" {
  if (text === "background" || text === "foreground" || text === "orphan") return text;
  throw new CommandError(`invalid cascade value (${text}). Must be "background", "foreground", or "orphan"`);
}
