import { type KubeObject, referenceTo } from "../../api/index.ts";
import type { Context } from "./types.ts";

export interface Applied {
  readonly action: "created" | "configured" | "unchanged";
  readonly object: KubeObject;
}

/** Applies one object server-side and by force, and tells what that changed. `before` is the object as it is known; without it a look is taken. */
export async function applyObject(
  context: Pick<Context, "client" | "signal">,
  object: KubeObject,
  options: { readonly fieldManager: string; readonly before?: KubeObject | "none" },
): Promise<Applied> {
  const { client, signal } = context;
  const { fieldManager, before = await client.tryGet(referenceTo(object), { signal }) } = options;
  const { object: after, created } = await client.upsert(object, { fieldManager, force: true, signal });
  if (created) return { action: "created", object: after };
  if (before === undefined || before === "none") return { action: "configured", object: after };
  const isSame = before.metadata.resourceVersion === after.metadata.resourceVersion;
  return { action: isSame ? "unchanged" : "configured", object: after };
}

/** How Flux names an object in messages: `Deployment/apps/podinfo`, or `Namespace/apps` without a namespace. */
export function subjectOf({ kind, metadata }: KubeObject): string {
  return [kind, metadata.namespace, metadata.name].filter((part) => part !== undefined && part !== "").join("/");
}
