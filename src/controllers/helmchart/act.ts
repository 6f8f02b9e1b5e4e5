import type { HelmChart, HelmRepository } from "../../api/index.ts";
import {
  type BuildOptions,
  buildFromArtifact,
  buildFromRepository,
  type ChartBuild,
  type ChartBuildErrorCode,
  isChartBuildErrorCode,
  type Owner,
  SourceError,
} from "../../sources/index.ts";
import { messageOf } from "../../base/errors.ts";
import type { Context } from "../runtime/index.ts";
import { fail, FailureError, type FailureCondition } from "../source/failure.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";
import type { Fields } from "../source/status.ts";
import { createVerify, providerOf, type Verify } from "../source/verification.ts";
import { findRepository, type Observation, openRepository, openTree } from "./observe.ts";
import type { Status } from "./status.ts";

/** Makes the chart, or finds that the stored one is current. */
export async function build(options: {
  readonly chart: HelmChart;
  readonly seen: Observation;
  readonly plan: BuildOptions;
  readonly context: Context;
  readonly ports: SourcePorts;
}): Promise<ChartBuild> {
  const { chart, seen, context, ports } = options;
  const { helmChartFileMaxSize: maxFileBytes } = ports;
  const plan = maxFileBytes === undefined ? options.plan : { ...options.plan, limits: { maxFileBytes } };
  const { spec, metadata } = chart;
  const tools = { context, ports };
  try {
    if (seen.kind === "HelmRepository") {
      const verify = spec.verify === undefined ? {} : { verify: () => readVerification(chart, tools) };
      const source = await openRepository(seen.object as HelmRepository, { ...tools, ...verify });
      return await buildFromRepository(source, { name: spec.chart, version: spec.version ?? "*" }, plan);
    }
    if (seen.artifact === undefined)
      throw new Error(`no artifact available for ${seen.kind} source '${spec.sourceRef.name}'`);
    const { namespace = "" } = metadata;
    return await buildFromArtifact(await openTree(seen.artifact, ports), spec.chart, {
      ...plan,
      findSource: (url) => findRepository(url, namespace, tools),
    });
  } catch (error) {
    if (error instanceof FailureError) throw error;
    return failBuild(error, seen.kind === "HelmRepository");
  }
}

/** Flux reads what signatures need before it looks at the registry. */
async function readVerification(
  { spec, metadata }: HelmChart,
  { context, ports }: { readonly context: Context; readonly ports: SourcePorts },
): Promise<Verify> {
  const { verify = {} } = spec;
  const { findTrustedRoot } = ports;
  try {
    const { namespace = "", name: shown = "" } = metadata;
    return await createVerify(verify, { context, namespace, shown, needsKeys: true, findTrustedRoot });
  } catch (cause) {
    const message = `failed to verify the signature using provider '${providerOf(verify)}': ${messageOf(cause)}`;
    const also = { condition: "FetchFailed", reason: "Unknown", message: `unknown build error: ${message}` } as const;
    return fail({ condition: "SourceVerified", reason: "VerificationError", message, also }, cause);
  }
}

const outcomes: Readonly<
  Record<ChartBuildErrorCode, { readonly condition: FailureCondition; readonly next: "retry" | "stall" }>
> = {
  InvalidChartReference: { condition: "FetchFailed", next: "stall" },
  ChartPullError: { condition: "FetchFailed", next: "retry" },
  MetadataPatchError: { condition: "BuildFailed", next: "stall" },
  ValuesFilesError: { condition: "BuildFailed", next: "stall" },
  DependencyBuildError: { condition: "BuildFailed", next: "retry" },
  ChartPackageError: { condition: "BuildFailed", next: "retry" },
  ChartVerificationError: { condition: "BuildFailed", next: "retry" },
};

function failBuild(error: unknown, isRemote: boolean): never {
  if (error instanceof SourceError && isChartBuildErrorCode(error.code)) {
    if (isRemote && isAuthenticationError(error))
      fail(
        {
          condition: "FetchFailed",
          reason: "AuthenticationFailed",
          message: `failed to authenticate with the Helm repository: ${error.message}`,
        },
        error,
      );
    const { code: reason, message } = error;
    const unsigned = { condition: "SourceVerified", reason: "VerificationError", message } as const;
    const also = reason === "ChartVerificationError" ? { also: unsigned } : {};
    fail({ reason, message, ...outcomes[reason], ...also }, error);
  }
  if (error instanceof SourceError)
    fail({ condition: "FetchFailed", reason: "Unknown", message: `unknown build error: ${error.message}` }, error);
  throw error;
}

function isAuthenticationError(error: Error): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SourceError && cause.code === "AuthenticationFailed") return true;
    if (/\btls: |\bx509: /.test(cause.message)) return true;
  }
  return false;
}

/** Stores a new chart and says what the status is to remember. */
export async function store(options: {
  readonly chart: HelmChart;
  readonly build: ChartBuild;
  readonly content: Uint8Array;
  readonly owner: Owner;
  readonly ports: SourcePorts;
}): Promise<Fields<Status>> {
  const { chart, build: made, content, owner, ports } = options;
  const failed = {
    condition: "StorageOperationFailed",
    reason: "ArchiveOperationFailed",
    prefix: "unable to copy Helm chart to storage",
  } as const;
  return orFail(failed, async () => {
    const artifact = await ports.store.write({
      owner,
      name: `${made.name}-${made.version}.tgz`,
      revision: made.version,
      content,
    });
    return {
      artifact,
      url: await ports.store.link(artifact, "latest.tar.gz"),
      observedChartName: made.name,
      observedValuesFiles:
        chart.spec.ignoreMissingValuesFiles === true && made.valuesFiles.length > 0 ? made.valuesFiles : undefined,
    };
  });
}
