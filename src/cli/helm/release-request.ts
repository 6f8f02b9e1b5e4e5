import type { Values } from "../../base/value.ts";
import { resolveHost } from "../../base/node/resolve-host.ts";
import type { Chart } from "../../chart/index.ts";
import type { InstallOptions, UpgradeOptions } from "../../release/index.ts";
import type { Io } from "../command.ts";
import { dryRunOf } from "./dry-run.ts";
import { loadInstallable, locateChart, logTo } from "./local-chart.ts";
import { type OutputFormat, outputFormat } from "./output.ts";
import { postRendererOf } from "./post-renderer.ts";
import { checkReleaseFlags, labelsOf, type ReleaseFlagValues } from "./release-flags.ts";
import { driverOf } from "./storage.ts";
import { readValues } from "./values-flags.ts";
import { waitStrategy } from "./wait-flags.ts";

/** What install and upgrade do the same way. */
export type ReleaseOptions = Omit<InstallOptions & UpgradeOptions, "name" | "namespace" | "chart" | "values">;

/** A command line of install or upgrade, read. */
export interface ReleaseRequest {
  readonly format: OutputFormat;
  readonly options: ReleaseOptions;
}

/** Reads the flags that install and upgrade share, and refuses what helm refuses before it looks for the chart. */
export function readRequest({
  flags,
  given,
  io,
}: {
  readonly flags: ReleaseFlagValues;
  readonly given: ReadonlySet<string>;
  readonly io: Io;
}): ReleaseRequest {
  driverOf(io);
  checkReleaseFlags({ given, io });
  const postRender = postRendererOf(flags, io);
  return {
    format: outputFormat(flags),
    options: {
      dryRun: dryRunOf(flags, io),
      waitStrategy: waitStrategy(flags, io),
      hideSecret: flags["hide-secret"],
      labels: labelsOf(flags),
      forceConflicts: flags["force-conflicts"],
      forceReplace: flags["force-replace"] || flags.force,
      takeOwnership: flags["take-ownership"],
      disableHooks: flags["no-hooks"],
      waitForJobs: flags["wait-for-jobs"],
      timeout: flags.timeout,
      rollbackOnFailure: flags["rollback-on-failure"] || flags.atomic,
      description: flags.description,
      skipSchemaValidation: flags["skip-schema-validation"],
      subNotes: flags["render-subchart-notes"],
      chartLog: logTo(io),
      ...(flags["enable-dns"] ? { resolveHost } : {}),
      ...(postRender === undefined ? {} : { postRender }),
    },
  };
}

/** Finds and loads the chart that is installed, or upgraded to, and the values for it. */
export async function loadRequest(
  reference: string,
  { flags, io, upgrades = false }: { readonly flags: ReleaseFlagValues; readonly io: Io; readonly upgrades?: boolean },
): Promise<{ readonly chart: Chart; readonly values: Values }> {
  const path = await locateChart(reference, flags, io);
  const values = await readValues(flags, io);
  // Helm asks only at an install whether the chart is of a type that can be installed.
  const chart = await loadInstallable(path, { flags, io, anyType: upgrades });
  return { chart, values };
}
