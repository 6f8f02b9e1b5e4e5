import { CommandError, defineCommand } from "../command.ts";
import { globalFlags } from "./global-flags.ts";
import { outputFlags } from "./output.ts";

/** `helm search hub`: refused. It would send what the user looks for to a server on the internet. */
export const command = defineCommand({
  name: "hub",
  usage: "helm search hub [KEYWORD] [flags]",
  summary: "search for charts in the Artifact Hub or your own hub instance",
  flags: {
    ...globalFlags,
    ...outputFlags,
    endpoint: { type: "string", default: "https://hub.helm.sh", help: "Hub instance to query for charts" },
    "max-col-width": { type: "integer", takes: "uint", default: 50, help: "maximum column width for output table" },
    "list-repo-url": { type: "boolean", help: "print charts repository URL" },
    "fail-on-no-result": { type: "boolean", help: "search fails if no results are found" },
  },
  run: async () => {
    throw new CommandError(
      "search hub is not available here: add a repository with 'helm repo add' and use 'helm search repo'",
    );
  },
});
