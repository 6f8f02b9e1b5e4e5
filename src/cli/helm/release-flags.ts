import { ReleaseError, type ReleaseRecord } from "../../release/index.ts";
import { CommandError, type Flags, type FlagValues, type Io } from "../command.ts";
import { chartPathFlags, develFlag } from "./chart-path-flags.ts";
import { dryRunFlags } from "./dry-run.ts";
import { globalFlags } from "./global-flags.ts";
import { logLine } from "./log-line.ts";
import { textWithReasons } from "./why-text.ts";
import { outputFlags } from "./output.ts";
import { postRendererFlags } from "./post-renderer.ts";
import { valuesFlags } from "./values-flags.ts";
import { timeoutFlags, waitFlags } from "./wait-flags.ts";

/** The flags that install and upgrade share: all but those that only one of them has. */
export const releaseFlags = {
  ...globalFlags,
  ...valuesFlags,
  ...waitFlags,
  ...timeoutFlags,
  ...dryRunFlags,
  ...outputFlags,
  "create-namespace": { type: "boolean", help: "create the release namespace if not present" },
  "force-replace": { type: "boolean", help: "force resource updates by replacement" },
  force: { type: "boolean", hidden: true, help: "deprecated" },
  "force-conflicts": { type: "boolean", help: "if set server-side apply will force changes against conflicts" },
  "no-hooks": { type: "boolean", help: "prevent hooks from running" },
  "wait-for-jobs": { type: "boolean", help: "if set and --wait enabled, will wait until all Jobs have been completed" },
  description: { type: "string", help: "add a custom description" },
  "dependency-update": { type: "boolean", help: "update dependencies if they are missing before installing the chart" },
  "disable-openapi-validation": {
    type: "boolean",
    help: "do not validate rendered templates against the OpenAPI schema",
  },
  "rollback-on-failure": { type: "boolean", help: "undo what was done when the operation fails" },
  atomic: { type: "boolean", hidden: true, help: "deprecated" },
  "skip-crds": { type: "boolean", help: "if set, no CRDs will be installed" },
  "render-subchart-notes": { type: "boolean", help: "if set, render subchart notes along with the parent" },
  "skip-schema-validation": { type: "boolean", help: "if set, disables JSON schema validation" },
  labels: {
    type: "list",
    takes: "stringToString",
    short: "l",
    help: "labels that are added to release metadata, separated by commas",
  },
  "enable-dns": { type: "boolean", help: "enable DNS lookups when rendering templates" },
  "hide-notes": { type: "boolean", help: "if set, do not show notes in the output" },
  "hide-secret": { type: "boolean", help: "hide Kubernetes Secrets when also using the --dry-run flag" },
  "take-ownership": { type: "boolean", help: "take existing resources over, whatever their annotations say" },
  ...develFlag,
  ...chartPathFlags,
  ...postRendererFlags,
} as const satisfies Flags;

export type ReleaseFlagValues = FlagValues<typeof releaseFlags>;

interface Given {
  readonly given: ReadonlySet<string>;
  readonly io: Io;
}

/** Warns of deprecated flags and refuses those that exclude each other, with cobra's texts. */
export function checkReleaseFlags({ given, io }: Given): void {
  const deprecated = { force: "force-replace", atomic: "rollback-on-failure" } as const;
  for (const [old, better] of Object.entries(deprecated)) {
    if (given.has(old)) io.stderr(`Flag --${old} has been deprecated, use --${better} instead\n`);
  }
  for (const force of ["force-replace", "force"]) {
    if (!given.has(force) || !given.has("force-conflicts")) continue;
    const set = [force, "force-conflicts"].toSorted().join(" ");
    throw new CommandError(
      `if any flags in the group [${force} force-conflicts] are set none of the others can be; [${set}] were all set`,
    );
  }
}

/** Reads `--labels`. Throws CommandError with pflag's text. */
export function labelsOf({ labels }: { readonly labels: readonly string[] }): Readonly<Record<string, string>> {
  return Object.fromEntries(
    labels.map((pair) => {
      const at = pair.indexOf("=");
      if (at < 0) {
        const cause = `${pair} must be formatted as key=value`;
        throw new CommandError(
          `invalid argument ${JSON.stringify(labels.join(","))} for "-l, --labels" flag: ${cause}`,
        );
      }
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

/** Says when the user interrupts, as helm does. Dispose it when the action ended. */
export function announceCancellation(name: string, io: Io): Disposable {
  const announce = (): void => io.stdout(`Release ${name} has been cancelled.\n`);
  io.signal.addEventListener("abort", announce, { once: true });
  return { [Symbol.dispose]: () => io.signal.removeEventListener("abort", announce) };
}

/** Runs an action and puts helm's words in front of what it throws. */
export async function failingAs(prefix: string, work: () => Promise<ReleaseRecord>): Promise<ReleaseRecord> {
  try {
    return await work();
  } catch (error) {
    // What has been told already needs no more words.
    if (error instanceof CommandError && error.message === "") throw error;
    throw new CommandError(`${prefix}: ${textWithReasons(error)}`);
  }
}

/** The line that helm logs before it prints the error itself, for the errors where it does. */
export function logFailure(error: unknown, io: Io): void {
  if (!(error instanceof ReleaseError)) return;
  const { message } = error;
  const logged = ["cluster reachability check failed: ", "hiding Kubernetes secrets requires"];
  if (logged.some((start) => message.startsWith(start))) io.stderr(logLine({ level: "ERROR", message }));
  const nameCheck = /^release name check failed: (.*)$/s.exec(message);
  if (nameCheck?.[1] === undefined) return;
  io.stderr(logLine({ level: "ERROR", message: "release name check failed", attributes: { error: nameCheck[1] } }));
}
