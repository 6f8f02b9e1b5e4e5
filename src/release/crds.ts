import { setTimeout as delay } from "node:timers/promises";
import { groupOf, isApiError } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { isValues } from "../base/value.ts";
import type { ChartCrd } from "../chart/index.ts";
import { createObjects, updateObjects } from "./apply.ts";
import { abortOption, assertNotCanceled, busily, type Milliseconds, type ReleaseContext } from "./context.ts";
import { ReleaseError } from "./errors.ts";
import { buildObjects, type ReleaseObject } from "./objects.ts";
import type { Waiter } from "./wait.ts";

/** What the HelmRelease controller does with the `crds/` folders: nothing, create, or create and update. */
export type CrdPolicy = "Skip" | "Create" | "CreateReplace";

const established: Milliseconds = 60_000;

/**
 * Creates the objects of a chart's `crds/` as `helm install` does, and waits until the cluster serves what they define. Throws CrdFailed. With
 * server-side apply an existing definition is updated: Helm's "create" sends the same patch for both.
 */
export async function installCrds(
  context: ReleaseContext,
  crds: readonly ChartCrd[],
  options: {
    readonly namespace: string;
    readonly serverSide: boolean;
    readonly forceConflicts: boolean;
    readonly waiter: Waiter;
  },
): Promise<void> {
  const created: ReleaseObject[] = [];
  for (const { name, data } of crds) {
    const doing = `failed to install CRD ${name}: `;
    const objects = await readCrds(context, { data, namespace: options.namespace }, doing);
    if (objects.length === 0) throw new ReleaseError("CrdFailed", `${doing}resources are empty`);
    try {
      created.push(...(await busily(context, () => createObjects(context, objects, options))));
    } catch (cause) {
      if (!isAlreadyThere(cause)) throw failed(doing, cause);
      const message = "CRD is already present. Skipping";
      context.log?.({ level: "DEBUG", message, attributes: { crd: name } });
    }
  }
  if (created.length === 0) return;
  await options.waiter.untilEstablished(created, established);
  await untilServed(context, created);
}

/** Applies the definitions of a chart's `crds/` as the HelmRelease controller does. Throws CrdFailed; gives what it applied. */
export async function applyCrds(
  context: ReleaseContext,
  crds: readonly ChartCrd[],
  options: {
    readonly policy: CrdPolicy;
    readonly serverSide: boolean;
    readonly waiter: Waiter;
    /** Labels for the definitions, for example of the HelmRelease that they come from. */
    readonly labels?: Readonly<Record<string, string>>;
  },
): Promise<readonly ReleaseObject[]> {
  const { policy, serverSide, waiter, labels = {} } = options;
  if (crds.length === 0) return [];
  if (policy === "Skip") {
    context.log?.({ level: "INFO", message: "skipping CustomResourceDefinition apply: policy is set to Skip" });
    return [];
  }
  const objects = (await readDefinitions(context, crds)).map((target) => withLabels(target, labels));
  context.log?.({ level: "INFO", message: `applying CustomResourceDefinition(s) with policy ${policy}` });
  const applied =
    policy === "Create" ? await create(context, objects, serverSide) : await replace(context, objects, serverSide);
  if (applied.length === 0) return applied;
  try {
    await waiter.untilEstablished(applied, established);
  } catch (cause) {
    throw failed("failed to wait for CustomResourceDefinition(s): ", cause);
  }
  context.log?.({ level: "INFO", message: `successfully applied ${applied.length} CustomResourceDefinition(s)` });
  await untilServed(context, applied);
  return applied;
}

// kube-apiserver says that a definition is established a moment before it tells of what it defines.
async function untilServed(
  { client, ...context }: ReleaseContext,
  definitions: readonly ReleaseObject[],
): Promise<void> {
  const kinds = definitions.flatMap(definedKinds);
  const attempts = 50;
  for (let tried = 1; ; tried += 1) {
    client.refreshDiscovery();
    try {
      for (const kind of kinds) await client.resource(kind);
      return;
    } catch (error) {
      if (!isApiError(error, "NoMatch")) throw failed("", error);
      // Not ours to judge: whoever uses the kind says that it is missing.
      if (tried === attempts) return;
    }
    await delay(100, undefined, abortOption(context)).catch(() => assertNotCanceled(context));
  }
}

/** The kinds of a definition's served versions; none of what is no definition. */
function definedKinds({
  object: { spec },
}: ReleaseObject): readonly { readonly apiVersion: string; readonly kind: string }[] {
  if (!isValues(spec)) return [];
  const { group, names, versions } = spec;
  if (typeof group !== "string" || !isValues(names) || !Array.isArray(versions)) return [];
  const { kind } = names;
  return versions.flatMap((version) =>
    isValues(version) && version.served === true && typeof version.name === "string" && typeof kind === "string"
      ? [{ apiVersion: `${group}/${version.name}`, kind }]
      : [],
  );
}

async function create(
  context: ReleaseContext,
  objects: readonly ReleaseObject[],
  serverSide: boolean,
): Promise<readonly ReleaseObject[]> {
  const applied: ReleaseObject[] = [];
  for (const target of objects) {
    const name = target.object.metadata.name ?? "";
    try {
      const how = { serverSide, forceConflicts: serverSide };
      applied.push(...(await busily(context, () => createObjects(context, [target], how))));
    } catch (cause) {
      if (!isAlreadyThere(cause)) throw failed(`failed to create CustomResourceDefinition ${name}: `, cause);
      const message = `CustomResourceDefinition ${name} is already present. Skipping.`;
      context.log?.({ level: "INFO", message });
    }
  }
  return applied;
}

// Flux: the originals are the live ones of the same names, so that nothing is ever deleted.
async function replace(
  context: ReleaseContext,
  objects: readonly ReleaseObject[],
  serverSide: boolean,
): Promise<readonly ReleaseObject[]> {
  const how = { serverSide, forceConflicts: serverSide, forceReplace: !serverSide };
  try {
    return await busily(context, () => updateObjects(context, { originals: [], targets: objects }, how));
  } catch (cause) {
    throw failed("failed to update CustomResourceDefinition(s): ", cause);
  }
}

async function readDefinitions(context: ReleaseContext, crds: readonly ChartCrd[]): Promise<readonly ReleaseObject[]> {
  const definitions: ReleaseObject[] = [];
  const others: string[] = [];
  for (const { name, data } of crds) {
    for (const target of await readCrds(
      context,
      { data, namespace: "" },
      `failed to parse CustomResourceDefinitions from ${name}: `,
    )) {
      const { apiVersion, kind, metadata } = target.object;
      const group = groupOf(apiVersion);
      if (group === "apiextensions.k8s.io" && kind === "CustomResourceDefinition") definitions.push(target);
      else others.push([group, kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join("/"));
    }
  }
  if (others.length > 0) {
    const message = "warning: ignoring non-CRD resources found in the chart's crds/ directory";
    context.log?.({ level: "INFO", message, attributes: { nonCRDs: others } });
  }
  return definitions;
}

async function readCrds(
  context: ReleaseContext,
  { data, namespace }: { readonly data: Uint8Array; readonly namespace: string },
  doing: string,
): Promise<readonly ReleaseObject[]> {
  try {
    const manifest = new TextDecoder().decode(data);
    return await buildObjects({ client: context.client, manifest, namespace });
  } catch (cause) {
    throw failed(doing, cause);
  }
}

function withLabels(target: ReleaseObject, labels: Readonly<Record<string, string>>): ReleaseObject {
  const { metadata } = target.object;
  return {
    ...target,
    object: { ...target.object, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } },
  };
}

function isAlreadyThere(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ("code" in error && error.code === "AlreadyExists") return true;
  }
  return false;
}

function failed(doing: string, cause: unknown): ReleaseError {
  if (cause instanceof ReleaseError && cause.code === "Canceled") return cause;
  return new ReleaseError("CrdFailed", doing + messageOf(cause), { cause });
}
