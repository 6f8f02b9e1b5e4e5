import { crdManifests } from "../api/index.ts";
import { formatYaml } from "../base/yaml/index.ts";
import type { Value } from "../base/value.ts";
import { CommandError, defineCommand } from "./command.ts";

/** `cox install --export`: the manifests that a cluster needs for the controllers. */
export const command = defineCommand({
  name: "install",
  usage: "cox install --export [--crds-only]",
  summary: "Print the manifests of the custom resource definitions",
  flags: {
    export: { type: "boolean", help: "write the install manifests to stdout" },
    "crds-only": { type: "boolean", help: "the custom resource definitions alone" },
  },
  run: async ({ flags, io }) => {
    if (!flags.export)
      throw new CommandError("only --export is supported: apply its output with kubectl apply --server-side -f -");
    if (!flags["crds-only"])
      io.stderr("► only the custom resource definitions are exported: the controllers run with cox run\n");
    for (const definition of crdManifests()) io.stdout(`---\n${formatYaml(definition as unknown as Value)}`);
    return 0;
  },
});
