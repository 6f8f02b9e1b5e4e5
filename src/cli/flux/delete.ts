import { isApiError } from "../../api/index.ts";
import { CommandError, defineCommand } from "../command.ts";
import { connect, fluxFlags } from "../connect.ts";
import type { FluxKind } from "./kinds.ts";

const flags = {
  ...fluxFlags,
  silent: { type: "boolean", short: "s", help: "delete resource without asking for confirmation" },
} as const;

/** `delete <kind> NAME`: asks first, unless it is told not to. */
export function deleteCommand(kind: FluxKind) {
  return defineCommand({
    name: kind.words.join(" "),
    usage: `cox delete ${kind.words.join(" ")} [name] [flags]`,
    summary: `Delete a ${kind.kind}`,
    flags,
    checkArgs: (args) => (args.length === 1 ? undefined : `${kind.human} name is required`),
    run: async ({ flags, args, io }) => {
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      const name = args[0] ?? "";
      const reference = { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name };
      try {
        await client.get(reference, { signal: io.signal });
        if (!flags.silent) {
          io.stdout(`Are you sure you want to delete this ${kind.human} [y/N] `);
          if (!/^y(es)?$/i.test((await io.stdin()).trim())) throw new CommandError("aborting");
        }
        io.stderr(`► deleting ${kind.human} ${name} in ${namespace} namespace\n`);
        await client.delete(reference, { signal: io.signal });
      } catch (error) {
        if (isApiError(error, "NotFound")) throw new CommandError(error.message);
        throw error;
      }
      io.stderr(`✔ ${kind.human} deleted\n`);
      return 0;
    },
  });
}
