import { isApiError, type HelmRelease, type KubeObject, referenceTo } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import { buildObjects, type ReleaseRecord, withOwnership } from "../../release/index.ts";
import { type Context, overriddenBy, replaceManagers, subjectOf } from "../runtime/index.ts";
import { compare, ignoredPaths } from "../ignored-fields.ts";
import { type Drift, driftedReference, isExcluded } from "./drift.ts";
import { manager } from "./ledger.ts";

/**
 * Looks for differences between the stored manifest and the cluster with a dry run for each object. What the overridden managers wrote is taken
 * from them before, so that it counts as a difference. Throws what keeps it from looking.
 */
export async function detectDrift(
  release: HelmRelease,
  record: ReleaseRecord,
  context: Context,
  overridden: readonly string[] = [],
): Promise<readonly Drift[]> {
  const rules = release.spec.driftDetection?.ignore ?? [];
  const targets = await buildObjects({
    client: context.client,
    manifest: record.manifest,
    namespace: record.namespace,
  });
  if (overridden.length > 0) for (const { object } of targets) await override(object, overridden, context);
  const found: Drift[] = [];
  for (const target of targets) {
    const { object } = withOwnership(target, record);
    const drift = await context.busy(() => driftOf(object, ignoredPaths(object, rules), context));
    if (drift !== undefined) found.push(drift);
  }
  // Objects that are left out are worth a line beside others, not by themselves.
  return found.some(({ change }) => change !== "excluded") ? found : [];
}

/** Flux: --override-manager. */
async function override(object: KubeObject, managers: readonly string[], context: Context): Promise<void> {
  const { client, signal, busy } = context;
  try {
    const live = await client.tryGet(referenceTo(object), { signal });
    if (live === undefined) return;
    await busy(() => replaceManagers(context, live, { others: overriddenBy(managers), manager }));
  } catch (cause) {
    throw new Error(`failed to clean-up disallowed field managers: ${messageOf(cause)}`, { cause });
  }
}

async function driftOf(
  object: KubeObject,
  ignored: readonly string[],
  { client, signal }: Context,
): Promise<Drift | undefined> {
  if (isExcluded(object) || ignored.includes("")) return { change: "excluded", object };
  const live = await client.tryGet(referenceTo(object), { signal });
  if (live === undefined) return { change: "removed", object };
  if (isExcluded(live)) return { change: "excluded", object };
  const wanted = await client.apply(object, { fieldManager: manager, force: true, dryRun: true, signal });
  const patch = compare(live, wanted, ignored);
  return patch.length === 0 ? undefined : { change: "changed", object, patch };
}

/** Puts back what drifted: creates what is missing, patches what changed. Gives the lines of what was done and of what failed. */
export async function correctDrift(
  drift: readonly Drift[],
  context: Context,
): Promise<{ readonly corrected: readonly string[]; readonly failed: readonly string[] }> {
  const corrected: string[] = [];
  const failed: string[] = [];
  // Flux creates what is missing before it patches what changed.
  const inOrder = [
    ...drift.filter(({ change }) => change === "removed"),
    ...drift.filter(({ change }) => change === "changed"),
  ];
  for (const one of inOrder) {
    const subject = subjectOf(one.object);
    try {
      if (one.change === "removed") {
        await context.busy(() => context.client.create(one.object, { fieldManager: manager }));
        corrected.push(`${subject} created`);
      } else if (one.change === "changed") {
        await context.busy(() =>
          context.client.patch(driftedReference(one), one.patch, { type: "json", fieldManager: manager }),
        );
        corrected.push(`${subject} configured`);
      }
    } catch (error) {
      const verb = one.change === "removed" ? "creation" : "patch";
      // An Invalid error quotes values, and those of a Secret are nobody's business.
      const isSecret = one.object.kind === "Secret" && isApiError(error, "Invalid");
      failed.push(`${subject} ${verb} failure: ${isSecret ? "invalid" : messageOf(error)}`);
    }
  }
  return { corrected, failed };
}
