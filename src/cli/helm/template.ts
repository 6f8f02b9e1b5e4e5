import { messageOf } from "../../base/errors.ts";
import { compilePathPattern } from "../../base/glob.ts";
import {
  type Capabilities,
  type ChartCrd,
  ChartError,
  type Hook,
  type Manifest,
  offlineCapabilities,
  renderChart,
  type Rendered,
  splitManifests,
} from "../../chart/index.ts";
import { CommandError, defineCommand, type Flags, type FlagValues, type Io } from "../command.ts";
import { chartPathFlags, develFlag } from "./chart-path-flags.ts";
import { globalFlags } from "./global-flags.ts";
import { loadInstallable, locateChart, logTo } from "./local-chart.ts";
import { logLine } from "./log-line.ts";
import { writeRendered } from "./output-dir.ts";
import { checkReleaseName, nameAndChart } from "./release-name.ts";
import { readValues, valuesFlags } from "./values-flags.ts";

const templateFlags = {
  ...valuesFlags,
  ...globalFlags,
  ...develFlag,
  ...chartPathFlags,
  "show-only": { type: "strings", short: "s", help: "only show manifests rendered from the given templates" },
  "output-dir": { type: "string", help: "writes the executed templates to files in output-dir instead of stdout" },
  validate: { type: "boolean", hidden: true, help: "deprecated" },
  "include-crds": { type: "boolean", help: "include CRDs in the templated output" },
  "skip-crds": { type: "boolean", help: "if set, no CRDs will be installed" },
  "skip-tests": { type: "boolean", help: "skip tests from templated output" },
  "dependency-update": { type: "boolean", help: "update dependencies if they are missing before installing the chart" },
  "is-upgrade": { type: "boolean", help: "set .Release.IsUpgrade instead of .Release.IsInstall" },
  "kube-version": { type: "string", help: "Kubernetes version used for Capabilities.KubeVersion" },
  "api-versions": { type: "list", short: "a", help: "Kubernetes api versions used for Capabilities.APIVersions" },
  "release-name": { type: "boolean", help: "use release name in the output-dir path" },
  "dry-run": { type: "optional", bare: "unset", default: "client", help: 'must be "client" here' },
  "no-hooks": { type: "boolean", help: "prevent hooks from running during install" },
  "generate-name": { type: "boolean", short: "g", help: "generate the name (and omit the NAME parameter)" },
  "name-template": { type: "string", help: "specify template used to name the release" },
  "skip-schema-validation": { type: "boolean", help: "if set, disables JSON schema validation" },
  "hide-notes": { type: "boolean", hidden: true, help: "no effect" },
  "render-subchart-notes": { type: "boolean", hidden: true, help: "no effect" },
} as const satisfies Flags;

type TemplateFlags = FlagValues<typeof templateFlags>;

/** `helm template`: renders a chart without a cluster. */
export const command = defineCommand({
  name: "template",
  usage: "helm template [NAME] [CHART] [flags]",
  summary: "locally render templates",
  flags: templateFlags,
  checkArgs: (args) =>
    args.length > 0
      ? undefined
      : '"helm template" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]',
  run: async ({ flags, args, io }) => {
    const capabilities = capabilitiesOf(flags);
    checkDryRun(flags, io);
    const { name, chart: reference } = nameAndChart({
      args,
      nameTemplate: flags["name-template"],
      generate: flags["generate-name"],
      standard: "release-name",
      now: io.now,
    });
    const path = await locateChart(reference, flags, io);
    const values = await readValues(flags, io);
    const chart = await loadInstallable(path, { flags, io });
    checkReleaseName(name, io);
    let rendered: Rendered;
    try {
      rendered = await renderChart({
        chart,
        values,
        release: {
          name,
          namespace: flags.namespace || io.env.HELM_NAMESPACE || "default",
          revision: 1,
          isInstall: !flags["is-upgrade"],
          isUpgrade: flags["is-upgrade"],
        },
        capabilities,
        skipSchemaValidation: flags["skip-schema-validation"],
        now: io.now,
        log: logTo(io),
      });
    } catch (error) {
      throw renderFailure(error, flags, io);
    }
    await print({ rendered, name, flags, io });
    return 0;
  },
});

function capabilitiesOf(flags: TemplateFlags): Capabilities {
  const kubeVersion = flags["kube-version"];
  try {
    return offlineCapabilities({ ...(kubeVersion === "" ? {} : { kubeVersion }), apiVersions: flags["api-versions"] });
  } catch (error) {
    throw new CommandError(`invalid kube version '${kubeVersion}': ${messageOf(error)}`);
  }
}

function checkDryRun(flags: TemplateFlags, io: Io): void {
  if (flags.validate) io.stderr("Flag --validate has been deprecated, use '--dry-run=server' instead\n");
  const value = flags.validate ? "server" : flags["dry-run"];
  if (value === "client" || value === "unset" || /^(1|t|T|true|TRUE|True)$/.test(value)) return;
  if (value === "server")
    throw new CommandError("cannot render with --dry-run=server: this command works without a cluster");
  throw new CommandError(`invalid dry-run value (${JSON.stringify(value)}). Must be "server" or "client"`);
}

/** What fails while templates run gets helm's hint; what fails before does not. */
function renderFailure(error: unknown, flags: TemplateFlags, io: Io): unknown {
  if (!(error instanceof ChartError)) return error;
  switch (error.code) {
    case "InvalidDependencies": {
      const message = "chart dependencies processing failed";
      io.stderr(logLine({ level: "ERROR", message, attributes: { error: error.message } }));
      return new CommandError(`${message}: ${error.message}`);
    }
    case "RenderFailed":
    case "InvalidManifest":
    case "IncompatibleKubeVersion":
    case "PostRenderFailed":
      if (flags.debug) {
        io.stdout(`${(error.rendered ?? "").trim()}\n`);
        return error;
      }
      return new CommandError(`${error.message}\n\nUse --debug flag to render out invalid YAML`);
    default:
      return error;
  }
}

interface Output {
  readonly rendered: Rendered;
  readonly name: string;
  readonly flags: TemplateFlags;
  readonly io: Io;
}

async function print({ rendered, name, flags, io }: Output): Promise<void> {
  const crds = flags["include-crds"] ? rendered.crds : [];
  const hooks = flags["no-hooks"]
    ? []
    : rendered.hooks.filter((hook) => !flags["skip-tests"] || !hook.events.includes("test"));
  if (flags["output-dir"] !== "") {
    const releaseDir = flags["release-name"] ? name : undefined;
    await writeRendered({ directory: flags["output-dir"], releaseDir, crds, manifests: rendered.manifests, hooks, io });
    io.stdout("\n");
    return;
  }
  if (flags["show-only"].length > 0) {
    const text = [...documents({ crds, manifests: rendered.manifests, hooks })].join("");
    io.stdout(onlyShown(text, flags["show-only"]));
    return;
  }
  // Piece by piece: the whole may be large, and is there once already.
  let piece = "";
  for (const document of documents({ crds, manifests: rendered.manifests, hooks })) {
    piece += document;
    if (piece.length < pieceLength) continue;
    io.stdout(piece);
    piece = "";
  }
  io.stdout(piece);
}

const pieceLength = 64 * 1024;

interface Printed {
  readonly crds: readonly ChartCrd[];
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
}

/** What helm prints: CRDs and manifests, together without white space around them, and then the hooks. */
function* documents({ crds, manifests, hooks }: Printed): Iterable<string> {
  let last = "";
  for (const { path, data } of crds) {
    yield last;
    last = withSource(path, new TextDecoder().decode(data));
  }
  for (const { path, content } of manifests) {
    yield last;
    last = withSource(path, content);
  }
  yield `${last.trimEnd()}\n`;
  for (const { path, manifest } of hooks) yield withSource(path, manifest);
}

function withSource(path: string, content: string): string {
  return `---\n# Source: ${path}\n${content}\n`;
}

/** The documents whose template matches a pattern, in the order of the patterns. */
function onlyShown(text: string, patterns: readonly string[]): string {
  const documents = splitManifests(text).flatMap((document) => {
    const source = /# Source: [^/]+\/(.+)/.exec(document)?.[1];
    return source === undefined ? [] : [{ source, document }];
  });
  let shown = "";
  for (const pattern of patterns) {
    const matches = matcherOf(pattern);
    const found = documents.filter(({ source }) => matches(source));
    if (found.length === 0) throw new CommandError(`could not find template ${pattern} in chart`);
    shown += found.map(({ document }) => `---\n${document}\n`).join("");
  }
  return shown;
}

function matcherOf(pattern: string): (path: string) => boolean {
  try {
    return compilePathPattern(pattern);
  } catch {
    return () => false;
  }
}
