import { CommandError, defineCommand, type Command } from "../command.ts";
import { globalFlags } from "./global-flags.ts";

// Commands of helm that are not here: each says so, and what to do instead.

/** `helm plugin`: refused; post-renderers that are installed are used by --post-renderer. */
export const plugin = refused(
  "plugin",
  "plugins are not managed here: post-renderers in the folder that HELM_PLUGINS names are found by --post-renderer",
);

function refused(name: string, message: string): Command<typeof globalFlags> {
  return defineCommand({
    name,
    usage: `helm ${name}`,
    summary: message,
    flags: globalFlags,
    run: async () => {
      throw new CommandError(message);
    },
  });
}
