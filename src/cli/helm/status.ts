import { defineCommand, type Flags } from "../command.ts";
import { takesExactly } from "./arguments.ts";
import { explainRelease, formatReasons } from "../../release/index.ts";
import { readRelease, withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { outputFlags, outputFormat } from "./output.ts";
import { readResources } from "./resources.ts";
import { writeStatus } from "./status-text.ts";

const usage = "helm status RELEASE_NAME [flags]";

const flags = {
  ...globalFlags,
  ...outputFlags,
  revision: { type: "integer", help: "if set, display the status of the named release with revision" },
} as const satisfies Flags;

/** `helm status`: a revision, the live objects of its manifest, its tests, and (no helm does) why something is not ready. */
export const command = defineCommand({
  name: "status",
  usage,
  summary: "display the status of the named release",
  flags,
  checkArgs: takesExactly(1, usage),
  run: async ({ flags, args: [name = ""], io }) => {
    const format = outputFormat(flags);
    const { record, resources, reasons } = await withCluster({ flags, io }, async ({ client, storage }) => {
      const found = await readRelease(storage, name, flags.revision);
      const live = await readResources({ client, record: found, signal: io.signal, tables: format === "table" });
      const why = format === "table" ? await explainRelease({ client, signal: io.signal }, found) : [];
      return { record: found, resources: live, reasons: formatReasons(why) };
    });
    const { objects } = resources;
    const shown =
      Object.keys(objects).length === 0 ? record : { ...record, info: { ...record.info, resources: objects } };
    writeStatus(io, format, shown, { withoutChart: true, resources: resources.text, reasons });
    return 0;
  },
});
