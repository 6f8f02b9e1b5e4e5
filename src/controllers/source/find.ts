import { groupOf, type KubeObject } from "../../api/index.ts";
import type { Context } from "../runtime/index.ts";

/** Finds a source that another one refers to; in the watch cache first, and at the API where it is not there yet. */
export async function findSource<T extends KubeObject>(
  context: Context,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  key: { readonly namespace: string; readonly name: string },
): Promise<T> {
  const cached = (await context.cache.kind<T>({ apiVersion, kind }, context.scope)).get(key);
  const found = cached ?? (await context.client.tryGet<T>({ apiVersion, kind, ...key }, { signal: context.signal }));
  // Flux reads from a cache, which knows kinds and not resources: its text names the kind.
  if (found === undefined) throw new Error(`${kind}.${groupOf(apiVersion)} ${JSON.stringify(key.name)} not found`);
  return found;
}
