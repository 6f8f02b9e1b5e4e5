import { isApiError, type KubeObject } from "../../api/index.ts";
import { formatDuration, parseDuration } from "../../base/duration.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import { CommandError, defineCommand } from "../command.ts";
import { connect, fluxFlags } from "../connect.ts";
import type { FluxKind } from "./kinds.ts";

const flags = { ...fluxFlags, all: { type: "boolean", help: "select all resources" } } as const;

/** `export <kind> NAME`: the object as a manifest for Git, without what the cluster made of it. */
export function exportCommand(kind: FluxKind) {
  return defineCommand({
    name: kind.words.join(" "),
    usage: `cox export ${kind.words.join(" ")} [name] [flags]`,
    summary: `Export a ${kind.kind} in YAML format`,
    flags,
    run: async ({ flags, args, io }) => {
      const [name] = args;
      if (name === undefined && !flags.all) throw new CommandError("name is required");
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      const { apiVersion } = kind;
      if (flags.all) {
        const { items } = await client.list(kind, { namespace, signal: io.signal });
        if (items.length === 0) throw new CommandError(`no objects found in ${namespace} namespace`);
        for (const item of items) io.stdout(manifestOf(kind, item));
        return 0;
      }
      const reference = { apiVersion, kind: kind.kind, namespace, name: name ?? "" };
      try {
        io.stdout(manifestOf(kind, await client.get(reference, { signal: io.signal })));
      } catch (error) {
        if (isApiError(error, "NotFound")) throw new CommandError(error.message);
        throw error;
      }
      return 0;
    },
  });
}

function manifestOf({ apiVersion, kind }: FluxKind, { metadata, spec }: KubeObject): string {
  const { name, namespace, labels, annotations } = metadata;
  const kept = {
    ...(annotations === undefined ? {} : { annotations }),
    ...(labels === undefined ? {} : { labels }),
    name,
    namespace,
  };
  return `---\n${formatYaml({ apiVersion, kind, metadata: kept, spec: canonical(spec as Value) } as Value)}`;
}

const durations: ReadonlySet<string> = new Set(["interval", "timeout", "retryInterval"]);

/** Go writes a duration out when it writes an object: `1h` becomes `1h0m0s`. Values of a chart are nobody's durations. */
function canonical(value: Value): Value {
  if (Array.isArray(value)) return value.map(canonical);
  if (!isValues(value)) return value;
  const members = Object.entries(value).map(([key, member]) => {
    if (key === "values") return [key, member] as const;
    const isDuration = durations.has(key) && typeof member === "string";
    return [key, isDuration ? formatDuration(parseDuration(member)) : canonical(member)] as const;
  });
  return Object.fromEntries(members) as Values;
}
