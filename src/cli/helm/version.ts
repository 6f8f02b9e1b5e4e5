import { goQuote } from "../../base/go-quote.ts";
import { messageOf } from "../../base/errors.ts";
import { compile } from "../../template/index.ts";
import { CommandError, defineCommand } from "../command.ts";
import { takesNoArguments } from "./arguments.ts";
import { globalFlags } from "./global-flags.ts";

/** The Helm that these commands answer for: scripts ask for it to know what they may use. */
const build = {
  Version: "v4.2.4",
  GitCommit: "",
  GitTreeState: "",
  GoVersion: "",
  KubeClientVersion: "v1.36",
} as const;

const usage = "helm version [flags]";

/** `helm version`: the version of Helm whose behaviour this is. It was built from no commit of Helm's and with no Go: these are empty. */
export const command = defineCommand({
  name: "version",
  usage,
  summary: "print the helm version information",
  flags: {
    ...globalFlags,
    short: { type: "boolean", help: "print the version number" },
    template: { type: "string", help: "template for version string format" },
  },
  checkArgs: takesNoArguments(usage),
  run: async ({ flags, io }) => {
    if (flags.template !== "") {
      try {
        io.stdout(compile([{ name: "_", text: flags.template }]).render("_", { ...build }));
      } catch (cause) {
        throw new CommandError(messageOf(cause));
      }
      return 0;
    }
    const fields = Object.entries(build).map(([name, value]) => `${name}:${goQuote(value)}`);
    io.stdout(flags.short ? `${build.Version}\n` : `version.BuildInfo{${fields.join(", ")}}\n`);
    return 0;
  },
});
