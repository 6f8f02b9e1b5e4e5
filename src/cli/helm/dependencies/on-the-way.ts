import type { Io } from "../../command.ts";
import { type ConnectionFlagValues, connectionOf } from "../chart-path-flags.ts";
import { createHelmRegistry } from "../registry/client.ts";
import { defaultKeyring, type SettingsFlagValues, settingsIn } from "../settings.ts";
import { updateDependencies } from "./manager.ts";

/** Updates the dependencies of a chart for a command that needs them there: `--dependency-update`. */
export async function updateOnTheWay(
  chartPath: string,
  {
    flags,
    io,
    out,
  }: {
    readonly flags: ConnectionFlagValues & SettingsFlagValues & { readonly debug: boolean };
    readonly io: Io;
    readonly out: (text: string) => void;
  },
): Promise<void> {
  const settings = settingsIn(io, flags);
  await updateDependencies({
    chartPath,
    settings,
    io,
    registry: createHelmRegistry({ connection: connectionOf(flags), settings, io }),
    out,
    // helm: nothing is verified on the way.
    verify: "never",
    keyring: defaultKeyring(io),
    skipRefresh: false,
    debug: flags.debug,
  });
}
