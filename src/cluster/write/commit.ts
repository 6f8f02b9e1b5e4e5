import type { KubeObject } from "../../api/index.ts";
import type { Call } from "../http/call.ts";
import { toStorage } from "../serve.ts";
import type { Stored } from "../store/types.ts";
import { isDryRun } from "../verbs/list-options.ts";

/**
 * Store, the last phase: runs the other phases on the current state and stores what they give, unless this is a dry run.
 * `next` gets the object as stored and gives one in the version of the call, undefined to delete, or `keep` to change nothing.
 */
export async function commit(
  call: Call,
  key: string,
  next: (current: Stored | undefined) => KubeObject | undefined | typeof keep,
  options: { readonly kind?: string; readonly dryRun?: boolean } = {},
): Promise<KubeObject> {
  const { core, resource, query } = call;
  const update = (current: Stored | undefined): KubeObject | undefined => {
    const object = next(current);
    if (object === keep) return current?.object;
    return object === undefined ? undefined : toStorage(resource, object);
  };
  const dryRun = options.dryRun ?? isDryRun(query.getAll("dryRun"), options.kind ?? "CreateOptions");
  if (dryRun) {
    const current = core.store.get(resource.bucket, key);
    return update(current) ?? current!.object;
  }
  return (await core.store.guaranteedUpdate(resource.bucket, key, update))!;
}

/** Says that nothing is to be changed. */
export const keep = Symbol("keep");
