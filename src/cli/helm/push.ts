import { readFile, stat } from "node:fs/promises";
import { posix } from "node:path";
import { pushChart } from "../../sources/index.ts";
import { CommandError, defineCommand } from "../command.ts";
import { exists } from "../files.ts";
import { takesAtLeast } from "./arguments.ts";
import { connectionFlags, connectionOf } from "./chart-path-flags.ts";
import { globalFlags } from "./global-flags.ts";
import { loadChart } from "./local-chart.ts";
import { createHelmRegistry, underscoreNote } from "./registry/client.ts";
import { isOci, parseHelmReference } from "./registry/reference.ts";
import { pathIn, settingsIn } from "./settings.ts";

const usage = "helm push [chart] [remote] [flags]";

/** `helm push`: uploads a package, and its provenance if there is one. */
export const command = defineCommand({
  name: "push",
  usage,
  summary: "push a chart to remote",
  flags: { ...globalFlags, ...connectionFlags },
  checkArgs: takesAtLeast(2, usage),
  run: async ({ flags, args: [file = "", remote = ""], io }) => {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(remote)?.[1];
    if (scheme === undefined) throw new CommandError('scheme prefix missing from remote (e.g. "oci://")');
    if (!isOci(remote)) throw new CommandError(`scheme ${JSON.stringify(scheme)} not supported`);
    const path = pathIn(io, file);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new CommandError(`${file}: no such file`);
    if (found.isDirectory()) throw new CommandError("cannot push directory, must provide chart archive (.tgz)");
    const { metadata } = await loadChart(path, io, { shown: file });
    const archive = await readFile(path);
    const signed = `${path}.prov`;
    const provenance = (await exists(signed)) ? await readFile(signed) : undefined;
    const base = remote.slice("oci://".length);
    const target = parseHelmReference(`${posix.join(base, metadata.name)}:${metadata.version}`);
    const settings = settingsIn(io, flags);
    const registry = createHelmRegistry({ connection: connectionOf(flags), settings, io });
    const pushed = await pushChart(await registry.open(target), {
      archive,
      metadata,
      created: found.mtime,
      offsetMinutes: -found.mtime.getTimezoneOffset(),
      ...(provenance === undefined ? {} : { provenance }),
    });
    const shown = `${target.registry}/${target.repository}:${pushed.tag}`;
    io.stdout(`Pushed: ${shown}\nDigest: ${pushed.manifest.digest}\n`);
    if (pushed.tag.includes("_")) io.stdout(underscoreNote(shown));
    return 0;
  },
});
