import { normalize } from "node:path";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { takesAtMost } from "./arguments.ts";
import { connectionFlags, connectionOf } from "./chart-path-flags.ts";
import { buildDependencies, type DependencyWork, updateDependencies } from "./dependencies/manager.ts";
import { globalFlags } from "./global-flags.ts";
import { createHelmRegistry } from "./registry/client.ts";
import type { Verify } from "./remote/download.ts";
import { defaultKeyring, settingsIn } from "./settings.ts";

const flags = {
  ...globalFlags,
  ...connectionFlags,
  verify: { type: "boolean", help: "verify the packages against signatures" },
  keyring: { type: "string", help: "keyring containing public keys" },
  "skip-refresh": { type: "boolean", help: "do not refresh the local repository cache" },
} as const satisfies Flags;

const updateUsage = "helm dependency update CHART [flags]";

/** `helm dependency update`: fetches the newest versions that Chart.yaml allows, and locks them. */
export const update = defineCommand({
  name: "update",
  usage: updateUsage,
  summary: "update charts/ based on the contents of Chart.yaml",
  flags,
  checkArgs: takesAtMost(1, updateUsage),
  run: async ({ flags, args, io }) => {
    await updateDependencies(workOf(args, flags, { io, verify: "always" }));
    return 0;
  },
});

const buildUsage = "helm dependency build CHART [flags]";

/** `helm dependency build`: fetches what the lock file names. */
export const build = defineCommand({
  name: "build",
  usage: buildUsage,
  summary: "rebuild the charts/ directory based on the Chart.lock file",
  flags,
  checkArgs: takesAtMost(1, buildUsage),
  run: async ({ flags, args, io }) => {
    await buildDependencies(workOf(args, flags, { io, verify: "if-possible" }));
    return 0;
  },
});

function workOf(
  [chartPath = "."]: readonly string[],
  given: FlagValues<typeof flags>,
  { io, verify }: { readonly io: Io; readonly verify: Verify },
): DependencyWork {
  const settings = settingsIn(io, given);
  return {
    chartPath: cleaned(chartPath),
    settings,
    io,
    registry: createHelmRegistry({ connection: connectionOf(given), settings, io }),
    out: io.stdout,
    verify: given.verify ? verify : "never",
    keyring: given.keyring || defaultKeyring(io),
    skipRefresh: given["skip-refresh"],
    debug: given.debug,
  };
}

/** A path as Go's filepath.Clean leaves it. */
export function cleaned(path: string): string {
  if (path === "") throw new CommandError("could not find : stat : no such file or directory");
  const clean = normalize(path).replace(/(?<=.)\/+$/, "");
  return clean === "" ? "." : clean;
}
