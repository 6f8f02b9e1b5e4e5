import { isApiError, type KubeObject } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { identityOf, applyObject, type Context } from "../runtime/index.ts";
import { helmChartFor } from "./chart-template.ts";
import { type Ledger, manager } from "./ledger.ts";

/** Makes the HelmChart that the release wants, and removes the one it no longer wants. */
export async function syncHelmChart(ledger: Ledger, context: Context): Promise<void> {
  const wanted = helmChartFor(ledger.release);
  const key = wanted === undefined ? undefined : `${identityOf(wanted).namespace}/${identityOf(wanted).name}`;
  const { helmChart = "" } = ledger.status;
  if (helmChart !== "" && helmChart !== key) await removeHelmChart(ledger, context);
  if (wanted === undefined || key === undefined) return;
  const live = await findLive(wanted, context);
  if (isInPlace(wanted, live)) {
    ledger.tell({ event: "chartNamed", helmChart: key });
    return;
  }
  const { kind, name } = (wanted.spec as { readonly sourceRef: { readonly kind: string; readonly name: string } })
    .sourceRef;
  try {
    const { action, object } = await applyObject(context, wanted, { fieldManager: manager, before: live ?? "none" });
    (await context.cache.kind(wanted, context.scope)).learn(object);
    if (action !== "unchanged") {
      const verb = action === "created" ? "Created" : "Configured";
      const message = `${verb} HelmChart/${key} with SourceRef '${kind}/${identityOf(wanted).namespace}/${name}'`;
      context.events.record(ledger.release, { type: "Trace", reason: `HelmChart${verb}`, message });
    }
  } catch (error) {
    const message = `failed to run server-side apply: ${messageOf(error)}`;
    context.events.record(ledger.release, { type: "Trace", reason: "HelmChartSyncErr", message });
    throw new Error(message, { cause: error });
  }
  ledger.tell({ event: "chartNamed", helmChart: key });
}

/** Removes the HelmChart that was made for the release. */
export async function removeHelmChart(ledger: Ledger, context: Context): Promise<void> {
  const { helmChart = "" } = ledger.status;
  if (helmChart === "") return;
  const slash = helmChart.indexOf("/");
  const reference = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "HelmChart",
    namespace: helmChart.slice(0, slash),
    name: helmChart.slice(slash + 1),
  };
  try {
    await context.client.delete(reference);
    context.events.record(ledger.release, {
      type: "Trace",
      reason: "HelmChartDeleted",
      message: `deleted HelmChart '${helmChart}'`,
    });
  } catch (error) {
    if (!isApiError(error, "NotFound"))
      throw new Error(`failed to delete HelmChart '${helmChart}': ${messageOf(error)}`, { cause: error });
  }
  ledger.tell({ event: "chartNamed", helmChart: undefined });
}

async function findLive(wanted: KubeObject, { cache, scope }: Context): Promise<KubeObject | undefined> {
  return (await cache.kind(wanted, scope)).get(identityOf(wanted));
}

/** True when the cached HelmChart already says all that is wanted: then nothing needs to be asked or written. */
function isInPlace(wanted: KubeObject, live: KubeObject | undefined): boolean {
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return false;
  return covers(live.spec, wanted.spec) && covers(live.metadata, wanted.metadata);
}

/** True when every member of `wanted` is in `live`, and lists are equal. */
function covers(live: unknown, wanted: unknown): boolean {
  if (typeof wanted !== "object" || wanted === null) return live === wanted;
  if (typeof live !== "object" || live === null || Array.isArray(live) !== Array.isArray(wanted)) return false;
  if (Array.isArray(wanted) && wanted.length !== (live as unknown[]).length) return false;
  return Object.entries(wanted).every(([key, value]) => covers((live as Record<string, unknown>)[key], value));
}
