import { messageOf } from "../../base/errors.ts";
import { compilePathPattern } from "../../base/glob.ts";
import { resolveHost } from "../../base/node/resolve-host.ts";
import {
  type Capabilities,
  type Chart,
  type ChartCrd,
  chartCrds,
  ChartError,
  type Hook,
  type Manifest,
  offlineCapabilities,
  renderChart,
  type Rendered,
  splitManifests,
} from "../../chart/index.ts";
import { CommandError, defineCommand, type FlagValues, type Io } from "../command.ts";
import { chartSizeLimits, templateLimits, valuesFileLimits } from "./limit-flags.ts";
import { loadInstallable, locateChart, logTo } from "./local-chart.ts";
import { logLine } from "./log-line.ts";
import { writeRendered } from "./output-dir.ts";
import { postRendererOf } from "./post-renderer.ts";
import { checkReleaseName, nameAndChart } from "./release-name.ts";
import { asksServer, checkTemplateFlags, templateFlags } from "./template-flags.ts";
import type { ClusterAnswers } from "./template-on-server.ts";
import { readValues } from "./values-flags.ts";

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
  run: async ({ flags, given, args, io }) => {
    checkTemplateFlags(given, io);
    const capabilities = capabilitiesOf(flags);
    const postRender = postRendererOf(flags, io);
    const onServer = asksServer(flags, io);
    const debug = debugLog(flags, io);
    debug("Original chart version", { version: flags.version });
    if (flags.devel && flags.version === "") debug("setting version to >0.0.0-0");
    const { name, chart: reference } = nameAndChart({
      args,
      nameTemplate: flags["name-template"],
      generate: flags["generate-name"],
      standard: "release-name",
      now: io.now,
    });
    const path = await locateChart(reference, flags, io);
    debug("Chart path", { path });
    const values = await readValues(flags, io, valuesFileLimits(flags));
    const chart = await loadInstallable(path, { flags, io, limits: chartSizeLimits(flags) });
    checkReleaseName(name, io);
    const render = (answers: Partial<ClusterAnswers> = {}): Promise<Rendered> => {
      const { namespace = flags.namespace || io.env.HELM_NAMESPACE || "default", ...asked } = answers;
      const release = { name, namespace, revision: 1, isInstall: !flags["is-upgrade"], isUpgrade: flags["is-upgrade"] };
      return renderChart({
        chart,
        values,
        release,
        capabilities,
        ...asked,
        skipSchemaValidation: flags["skip-schema-validation"],
        limits: templateLimits(flags),
        now: io.now,
        log: logTo(io),
        ...(flags["enable-dns"] ? { resolveHost } : {}),
        ...(postRender === undefined ? {} : { postRender }),
      });
    };
    let rendered: Rendered;
    try {
      if (!flags["skip-schema-validation"]) logDependencies(chart, debug);
      if (onServer) {
        const { renderOnServer } = await import("./template-on-server.ts");
        rendered = await renderOnServer({ flags, io, hasCrds: chartCrds(chart).length > 0 }, render);
      } else rendered = await render();
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

function debugLog(flags: TemplateFlags, io: Io) {
  return (message: string, attributes: Readonly<Record<string, string>> = {}): void => {
    if (flags.debug || /^(1|t|T|true|TRUE|True)$/.test(io.env.HELM_DEBUG ?? ""))
      io.stderr(logLine({ level: "DEBUG", message, attributes }));
  };
}

/** helm logs how many subcharts each chart has when it looks at their schemas. */
function logDependencies(chart: Chart, log: ReturnType<typeof debugLog>): void {
  const { metadata, dependencies } = chart;
  log("number of dependencies in the chart", { chart: metadata.name, dependencies: String(dependencies.length) });
  for (const subchart of dependencies) logDependencies(subchart, log);
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
