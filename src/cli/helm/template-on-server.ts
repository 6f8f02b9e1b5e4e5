import { messageOf } from "../../base/errors.ts";
import { type Capabilities, type Lookup, type Rendered } from "../../chart/index.ts";
import { assertReachable, buildObjects, createLookup, readApiVersions } from "../../release/index.ts";
import { CommandError, type Io } from "../command.ts";
import { withCluster } from "./cluster.ts";
import type { GlobalFlagValues } from "./global-flags.ts";
import { logLine } from "./log-line.ts";

/** What a cluster tells templates. */
export interface ClusterAnswers {
  readonly namespace: string;
  readonly capabilities: Capabilities;
  readonly lookup: Lookup;
  readonly readApiVersions: () => Promise<readonly string[]>;
}

/** Renders with what a cluster says of itself, and sees whether it serves what comes out. Throws with helm's texts. */
export async function renderOnServer(
  { flags, io, hasCrds }: { readonly flags: GlobalFlagValues; readonly io: Io; readonly hasCrds: boolean },
  render: (answers: ClusterAnswers) => Promise<Rendered>,
): Promise<Rendered> {
  return await withCluster({ flags, io, unchecked: true }, async ({ client, namespace, context }) => {
    const kubeVersion = await assertReachable({ client });
    if (hasCrds) {
      const message = "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
      io.stderr(logLine({ level: "WARN", message }));
    }
    const rendered = await render({
      namespace,
      capabilities: { kubeVersion, apiVersions: [] },
      lookup: createLookup(context),
      readApiVersions: () => readApiVersions(context),
    });
    try {
      await buildObjects({ client, manifest: rendered.manifest, namespace });
    } catch (cause) {
      throw new CommandError(`unable to build kubernetes objects from release manifest: ${messageOf(cause)}`);
    }
    return rendered;
  }).catch((cause: unknown) => {
    const message = messageOf(cause);
    if (!message.startsWith("kubernetes cluster unreachable: ")) throw cause;
    const text = `cluster reachability check failed: ${message}`;
    io.stderr(logLine({ level: "ERROR", message: text }));
    throw new CommandError(text);
  });
}
