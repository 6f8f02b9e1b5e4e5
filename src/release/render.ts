import { messageOf } from "../base/errors.ts";
import type { Values } from "../base/value.ts";
import {
  type Capabilities,
  type Chart,
  type Log as ChartLog,
  type PostRender,
  type PostRenderStrategy,
  type ReleaseOptions,
  type Rendered,
  renderChart,
} from "../chart/index.ts";
import { createLookup, readApiVersions } from "./capabilities.ts";
import { busily, type ReleaseContext } from "./context.ts";
import { hasCode, ReleaseError } from "./errors.ts";

/** How a chart is rendered for a release. */
export interface RenderSettings {
  readonly skipSchemaValidation?: boolean;
  readonly postRender?: PostRender;
  readonly postRenderStrategy?: PostRenderStrategy;
  readonly subNotes?: boolean;
  readonly resolveHost?: (name: string) => Promise<string | undefined>;
  /** Receives the chart room's log, which may show values: a terminal, not a controller's log. */
  readonly chartLog?: ChartLog;
}

/** Whether an action changes the cluster: `server` asks it (lookups, conflicts), `client` does not even that. */
export type DryRun = "none" | "client" | "server";

/** Renders under the context's limit; lookups and API versions are the cluster's unless the action stays off it. Throws RenderFailed with the chart's text. */
export async function renderRelease(
  context: ReleaseContext,
  what: {
    readonly chart: Chart;
    readonly values: Values;
    readonly release: ReleaseOptions;
    readonly capabilities: Capabilities;
    readonly online: boolean;
  },
  settings: RenderSettings,
): Promise<Rendered> {
  const { online, ...rest } = what;
  try {
    return await busily(context, () =>
      renderChart({
        ...rest,
        ...(online ? { lookup: createLookup(context), readApiVersions: () => readApiVersions(context) } : {}),
        ...settingsOf(settings),
      }),
    );
  } catch (cause) {
    if (hasCode(cause, "Unreachable")) throw cause;
    throw new ReleaseError("RenderFailed", messageOf(cause), { cause });
  }
}

/** The manifest of a dry run that shows no secrets. */
export function manifestWithoutSecrets({ manifests }: Rendered): string {
  return manifests
    .map(({ path, apiVersion, kind, content }) => {
      const hidden = kind === "Secret" && apiVersion === "v1";
      return `---\n# Source: ${path}\n${hidden ? "# HIDDEN: The Secret output has been suppressed" : content}\n`;
    })
    .join("");
}

function settingsOf(settings: RenderSettings): Omit<RenderSettings, "chartLog"> & { readonly log?: ChartLog } {
  const { skipSchemaValidation, postRender, postRenderStrategy, subNotes, resolveHost, chartLog } = settings;
  return {
    ...(skipSchemaValidation === undefined ? {} : { skipSchemaValidation }),
    ...(postRender === undefined ? {} : { postRender }),
    ...(postRenderStrategy === undefined ? {} : { postRenderStrategy }),
    ...(subNotes === undefined ? {} : { subNotes }),
    ...(resolveHost === undefined ? {} : { resolveHost }),
    ...(chartLog === undefined ? {} : { log: chartLog }),
  };
}
