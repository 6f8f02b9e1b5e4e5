import { CommandError, type Flags, type Io } from "../command.ts";
import { chartPathFlags, develFlag } from "./chart-path-flags.ts";
import { dryRunOf } from "./dry-run.ts";
import { globalFlags } from "./global-flags.ts";
import { limitFlags } from "./limit-flags.ts";
import { postRendererFlags } from "./post-renderer.ts";
import { valuesFlags } from "./values-flags.ts";
import { timeoutFlags, waitFlags } from "./wait-flags.ts";

/** helm template takes the flags of an installation, too; to what is not installed they mean nothing. */
const withoutEffect = {
  ...waitFlags,
  ...timeoutFlags,
  "create-namespace": { type: "boolean", help: "create the release namespace if not present" },
  "force-replace": { type: "boolean", help: "force resource updates by replacement" },
  force: { type: "boolean", hidden: true, help: "deprecated" },
  "force-conflicts": { type: "boolean", help: "if set server-side apply will force changes against conflicts" },
  "wait-for-jobs": { type: "boolean", help: "if set and --wait enabled, will wait until all Jobs have been completed" },
  description: { type: "string", help: "add a custom description" },
  "disable-openapi-validation": {
    type: "boolean",
    help: "do not validate rendered templates against the OpenAPI schema",
  },
  "rollback-on-failure": { type: "boolean", help: "undo what was done when the operation fails" },
  atomic: { type: "boolean", hidden: true, help: "deprecated" },
  labels: {
    type: "list",
    takes: "stringToString",
    short: "l",
    help: "labels that are added to release metadata, separated by commas",
  },
  replace: {
    type: "boolean",
    help: "reuse the given name, if that name is a deleted release which remains in the history",
  },
  "server-side": { type: "boolean", default: true, help: "object updates run in the server instead of the client" },
  "skip-crds": { type: "boolean", help: "if set, no CRDs will be installed" },
  "take-ownership": { type: "boolean", help: "take existing resources over, whatever their annotations say" },
  "hide-notes": { type: "boolean", hidden: true, help: "no effect" },
  "render-subchart-notes": { type: "boolean", hidden: true, help: "no effect" },
} as const satisfies Flags;

export const templateFlags = {
  ...globalFlags,
  ...valuesFlags,
  ...limitFlags,
  ...develFlag,
  ...chartPathFlags,
  ...postRendererFlags,
  ...withoutEffect,
  "show-only": { type: "strings", short: "s", help: "only show manifests rendered from the given templates" },
  "output-dir": { type: "string", help: "writes the executed templates to files in output-dir instead of stdout" },
  validate: { type: "boolean", hidden: true, help: "deprecated" },
  "include-crds": { type: "boolean", help: "include CRDs in the templated output" },
  "skip-tests": { type: "boolean", help: "skip tests from templated output" },
  "dependency-update": { type: "boolean", help: "update dependencies if they are missing before installing the chart" },
  "enable-dns": { type: "boolean", help: "enable DNS lookups when rendering templates" },
  "is-upgrade": { type: "boolean", help: "set .Release.IsUpgrade instead of .Release.IsInstall" },
  "kube-version": { type: "string", help: "Kubernetes version used for Capabilities.KubeVersion" },
  "api-versions": { type: "list", short: "a", help: "Kubernetes api versions used for Capabilities.APIVersions" },
  "release-name": { type: "boolean", help: "use release name in the output-dir path." },
  "dry-run": {
    type: "optional",
    bare: "unset",
    default: "client",
    help: 'simulates the operation either client-side or server-side. Must be either: "client", or "server"',
  },
  "no-hooks": { type: "boolean", help: "prevent hooks from running during install" },
  "generate-name": { type: "boolean", short: "g", help: "generate the name (and omit the NAME parameter)" },
  "name-template": { type: "string", help: "specify template used to name the release" },
  "skip-schema-validation": { type: "boolean", help: "if set, disables JSON schema validation" },
} as const satisfies Flags;

const deprecated: Readonly<Record<string, string>> = {
  atomic: "use --rollback-on-failure instead",
  force: "use --force-replace instead",
  "hide-notes": "this flag has no effect for 'helm template' and will be removed in Helm 5",
  "render-subchart-notes": "this flag has no effect for 'helm template' and will be removed in Helm 5",
  validate: "use '--dry-run=server' instead",
};

const exclusive = [
  ["validate", "dry-run"],
  ["force-replace", "force-conflicts"],
  ["force", "force-conflicts"],
] as const;

/** Warns of deprecated flags and refuses those that exclude each other, with pflag's and cobra's texts. */
export function checkTemplateFlags(given: ReadonlySet<string>, io: Io): void {
  for (const name of given)
    if (Object.hasOwn(deprecated, name)) io.stderr(`Flag --${name} has been deprecated, ${deprecated[name]}\n`);
  for (const group of exclusive) {
    if (!group.every((name) => given.has(name))) continue;
    const set = group.toSorted().join(" ");
    throw new CommandError(
      `if any flags in the group [${group.join(" ")}] are set none of the others can be; [${set}] were all set`,
    );
  }
}

/** Whether a cluster is asked: `--dry-run=server`, or what `--validate` means. Throws CommandError with helm's text. */
export function asksServer(flags: { readonly validate: boolean; readonly "dry-run": string }, io: Io): boolean {
  const value = flags["dry-run"];
  if (value === "none" || /^(0|f|F|false|FALSE|False)$/.test(value))
    throw new CommandError(`invalid dry-run value (${JSON.stringify(value)}). Must be "server" or "client"`);
  return dryRunOf(flags, io) === "server" || flags.validate;
}
