import { type KubeObject, referenceTo } from "../../api/index.ts";
import type { Context } from "./types.ts";

export interface Applied {
  readonly action: "created" | "configured" | "unchanged";
  readonly object: KubeObject;
}

/** Applies one object server-side and by force, and tells what that changed. */
export async function applyObject(
  context: Pick<Context, "client" | "signal">,
  object: KubeObject,
  fieldManager: string,
): Promise<Applied> {
  const { client, signal } = context;
  const before = await client.tryGet(referenceTo(object), { signal });
  const after = await client.apply(object, { fieldManager, force: true, signal });
  if (before === undefined) return { action: "created", object: after };
  const isSame = before.metadata.resourceVersion === after.metadata.resourceVersion;
  return { action: isSame ? "unchanged" : "configured", object: after };
}

/** How Flux names an object in messages: `Deployment/apps/podinfo`, or `Namespace/apps` without a namespace. */
export function subjectOf({ kind, metadata }: KubeObject): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined && part !== "").join("/");
}
