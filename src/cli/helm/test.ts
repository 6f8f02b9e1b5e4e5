import { isValues } from "../../base/value.ts";
import { compareBytes } from "../../base/value.ts";
import { messageOf } from "../../base/errors.ts";
import { type ReleaseRecord, startTest } from "../../release/index.ts";
import { CommandError, defineCommand, type Flags, type Io } from "../command.ts";
import { takesExactly } from "./arguments.ts";
import { type HelmCluster, withCluster } from "./cluster.ts";
import { globalFlags } from "./global-flags.ts";
import { writeStatus } from "./status-text.ts";
import { textWithReasons } from "./why-text.ts";
import { timeoutFlags } from "./wait-flags.ts";

const usage = "helm test [RELEASE] [flags]";

const flags = {
  ...globalFlags,
  ...timeoutFlags,
  logs: { type: "boolean", help: "dump the logs from test pods, before any cleanup" },
  filter: { type: "list", help: "specify tests by attribute (currently \"name\"): name=test1 or '!name=test1'" },
} as const satisfies Flags;

/** `helm test`: runs the test hooks of a release. */
export const command = defineCommand({
  name: "test",
  usage,
  summary: "run tests for a release",
  flags,
  checkArgs: takesExactly(1, usage),
  run: async ({ flags, args: [name = ""], io }) => {
    const filters = parseFilters(flags.filter);
    await withCluster({ flags, io, unchecked: true }, async (cluster) => {
      const { record, failure, finish } = await startTest(cluster.context, { name, filters, timeout: flags.timeout });
      try {
        writeStatus(io, "table", record, { debug: flags.debug, hideNotes: true });
        if (flags.logs) {
          io.stdout("\n");
          await writeLogs(cluster, record, { io, filters });
        }
      } finally {
        await finish();
      }
      if (failure !== undefined) throw new CommandError(textWithReasons(failure));
    });
    return 0;
  },
});

interface Filters {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

function parseFilters(given: readonly string[]): Filters {
  return {
    include: given.filter((text) => text.startsWith("name=")).map((text) => text.slice("name=".length)),
    exclude: given.filter((text) => /^!\s?name=/.test(text)).map((text) => text.replace(/^!\s?name=/, "")),
  };
}

async function writeLogs(
  cluster: HelmCluster,
  record: ReleaseRecord,
  { io, filters }: { readonly io: Io; readonly filters: Filters },
): Promise<void> {
  const tests = record.hooks
    .filter(({ events }) => events.includes("test"))
    .toSorted((a, b) => (a.weight ?? 0) - (b.weight ?? 0) || compareBytes(a.name ?? "", b.name ?? ""));
  for (const { name = "" } of tests) {
    if (filters.exclude.includes(name) || (filters.include.length > 0 && !filters.include.includes(name))) continue;
    await writePodLogs(cluster, name, io);
  }
}

async function writePodLogs({ client, namespace }: HelmCluster, name: string, io: Io): Promise<void> {
  const pod = await client.get({ apiVersion: "v1", kind: "Pod", namespace, name }).catch((error: unknown) => {
    throw new CommandError(`unable to get pod ${name}: ${messageOf(error)}`);
  });
  const spec = isValues(pod.spec) ? pod.spec : {};
  const failures: string[] = [];
  for (const container of [...namesOf(spec.initContainers), ...namesOf(spec.containers)]) {
    try {
      const text = await client.logs({ namespace, name }, { container });
      io.stdout(`POD LOGS: ${name} (${container})\n${text}\n`);
    } catch (error) {
      failures.push(`unable to get logs for pod ${name}, container ${container}: ${messageOf(error)}`);
    }
  }
  if (failures.length > 0) throw new CommandError(failures.join("\n"));
}

function namesOf(containers: unknown): readonly string[] {
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown) =>
    isValues(container) && typeof container.name === "string" ? [container.name] : [],
  );
}
