import { defineCommand } from "../command.ts";
import { takesExactly } from "./arguments.ts";
import { globalFlags } from "./global-flags.ts";
import { describeVerification, verifyChartFile } from "./remote/verify.ts";
import { defaultKeyring } from "./settings.ts";

const usage = "helm verify PATH [flags]";

/** `helm verify`: holds a packed chart to the signature beside it. */
export const command = defineCommand({
  name: "verify",
  usage,
  summary: "verify that a chart at the given path has been signed and is valid",
  flags: { ...globalFlags, keyring: { type: "string", help: "keyring containing public keys" } },
  checkArgs: takesExactly(1, usage),
  run: async ({ flags, args: [path = ""], io }) => {
    const verification = await verifyChartFile(path, { keyring: flags.keyring || defaultKeyring(io), io });
    io.stdout(describeVerification(verification));
    return 0;
  },
});
