import type { HelmRelease } from "../../../api/index.ts";
import type { InstallOptions, UpgradeOptions } from "../../../release/index.ts";
import type { Milliseconds } from "../../runtime/index.ts";
import { releaseNameOf, releaseNamespaceOf } from "../names.ts";
import { postRendererFor } from "../post-render.ts";
import type { Wanted } from "./wanted.ts";

/** What a first install is told. */
export function installOptions(release: HelmRelease, wanted: Wanted, timeout: Milliseconds): InstallOptions {
  const { install: settings = {}, targetNamespace } = release.spec;
  return {
    ...commonOptions(release, wanted, timeout, settings),
    // Flux: an existing namespace of the HelmRelease itself needs no creation.
    createNamespace: settings.createNamespace === true && targetNamespace !== undefined,
    replace: settings.replace === true,
    skipCrds: true, // they were applied before, with Flux's policies
    serverSideApply: settings.serverSideApply ?? true,
    forceConflicts: settings.serverSideApply ?? true,
  };
}

/** What an upgrade is told. */
export function upgradeOptions(release: HelmRelease, wanted: Wanted, timeout: Milliseconds): UpgradeOptions {
  const { upgrade: settings = {}, maxHistory = 5 } = release.spec;
  return {
    ...commonOptions(release, wanted, timeout, settings),
    serverSideApply: serverSideOf(settings.serverSideApply),
    forceConflicts: "auto",
    ...(settings.force === true ? { forceReplace: "auto" } : {}),
    cleanupOnFail: settings.cleanupOnFail === true,
    valuesPolicy: settings.preserveValues === true ? "reuse" : "reset",
    maxHistory,
  };
}

function commonOptions(
  release: HelmRelease,
  { chart, values, resolveHost }: Wanted,
  timeout: Milliseconds,
  settings: NonNullable<HelmRelease["spec"]["install"] | HelmRelease["spec"]["upgrade"]>,
) {
  const strategy = release.spec.postRenderStrategy;
  return {
    name: releaseNameOf(release),
    namespace: releaseNamespaceOf(release),
    chart,
    values,
    timeout,
    takeOwnership: settings.disableTakeOwnership !== true,
    waitStrategy: waitStrategyOf(release, settings.disableWait),
    waitForJobs: settings.disableWaitForJobs !== true,
    disableHooks: settings.disableHooks === true,
    skipSchemaValidation: settings.disableSchemaValidation === true,
    postRender: postRendererFor(release),
    ...(resolveHost === undefined ? {} : { resolveHost }),
    postRenderStrategy: strategy === undefined ? ("combined" as const) : strategy,
  };
}

/** How to wait; hooks are waited for even where waiting is disabled. */
export function waitStrategyOf(release: HelmRelease, disabled: boolean | undefined): "hookOnly" | "legacy" | "poller" {
  if (disabled === true) return "hookOnly";
  return release.spec.waitStrategy?.name ?? "poller";
}

/** `enabled` and `disabled` are how Flux spells a yes and a no that may also be `auto`. */
export function serverSideOf(setting: "enabled" | "disabled" | "auto" | undefined): boolean | "auto" {
  return setting === undefined || setting === "auto" ? "auto" : setting === "enabled";
}
