import type { KubeObject } from "../api/index.ts";
import { goQuote } from "../base/go-quote.ts";
import { messageOf } from "../base/errors.ts";
import { mapConcurrently } from "./concurrent.ts";
import type { ReleaseContext } from "./context.ts";
import { ReleaseError } from "./errors.ts";
import { createLookUp, type LookUp } from "./live.ts";
import { describeObject, type ReleaseObject } from "./objects.ts";

const managedBy = "app.kubernetes.io/managed-by";
const releaseName = "meta.helm.sh/release-name";
const releaseNamespace = "meta.helm.sh/release-namespace";

interface Owner {
  readonly name: string;
  readonly namespace: string;
}

/** The object marked as part of a release. Stored manifests, hooks and CRDs do not have the marks. */
export function withOwnership(target: ReleaseObject, { name, namespace }: Owner): ReleaseObject {
  const { metadata } = target.object;
  const labels = { ...metadata.labels, [managedBy]: "Helm" };
  const annotations = { ...metadata.annotations, [releaseName]: name, [releaseNamespace]: namespace };
  return { ...target, object: { ...target.object, metadata: { ...metadata, labels, annotations } } };
}

/**
 * Finds which of the objects exist already and are therefore updated rather than created. Throws Conflict for one that is not marked as part
 * of the release, unless the release takes what it finds.
 */
export async function findExisting(
  context: ReleaseContext,
  targets: readonly ReleaseObject[],
  options: { readonly owner: Owner; readonly takeOwnership: boolean; readonly doing: "install" | "update" },
): Promise<readonly ReleaseObject[]> {
  const existing: ReleaseObject[] = [];
  const doing = `unable to continue with ${options.doing}: `;
  const lookUp = createLookUp(context, targets, { marks: true });
  const found = await mapConcurrently(targets, (target) => findOne(lookUp, target, doing));
  for (const [index, target] of targets.entries()) {
    const live = found[index];
    if (live === undefined) continue;
    const conflict = options.takeOwnership ? undefined : ownershipConflict(live, options.owner);
    if (conflict !== undefined) {
      const text = `${describeObject(target)} exists and cannot be imported into the current release: ${conflict}`;
      throw new ReleaseError("Conflict", doing + text);
    }
    existing.push(target);
  }
  return existing;
}

/** Helm's text for an object that belongs to nobody or to another release; undefined when it is the owner's. */
export function ownershipConflict({ metadata }: KubeObject, owner: Owner): string | undefined {
  const problems = [
    problem("label", metadata.labels, managedBy, "Helm"),
    problem("annotation", metadata.annotations, releaseName, owner.name),
    problem("annotation", metadata.annotations, releaseNamespace, owner.namespace),
  ].filter((text) => text !== undefined);
  return problems.length === 0 ? undefined : `invalid ownership metadata; ${problems.join("; ")}`;
}

function problem(
  what: "label" | "annotation",
  values: Readonly<Record<string, string>> | undefined,
  key: string,
  wanted: string,
): string | undefined {
  const value = values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined;
  if (value === wanted) return undefined;
  const found =
    value === undefined
      ? `missing key ${goQuote(key)}: must be set to ${goQuote(wanted)}`
      : `key ${goQuote(key)} must equal ${goQuote(wanted)}: current value is ${goQuote(value)}`;
  return `${what} validation error: ${found}`;
}

async function findOne(lookUp: LookUp, target: ReleaseObject, doing: string): Promise<KubeObject | undefined> {
  const { name = "", generateName = "" } = target.object.metadata;
  if (name !== "" && generateName !== "") {
    throw new ReleaseError("InvalidManifest", `${doing}metadata.name and metadata.generateName cannot both be set`);
  }
  if (name === "" && generateName !== "") return undefined;
  try {
    return await lookUp.get(target);
  } catch (cause) {
    const text = `could not get information about the resource ${describeObject(target)}: ${messageOf(cause)}`;
    throw new ReleaseError("ApplyFailed", doing + text, { cause });
  }
}
