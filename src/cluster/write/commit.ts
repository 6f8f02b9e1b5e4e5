import type { KubeObject } from "../../api/index.ts";
import type { Call } from "../http/call.ts";
import { storageRefusal } from "../http/refusals.ts";
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
    if (object === undefined) return undefined;
    const stored = toStorage(resource, object);
    refuseOversize(stored);
    return stored;
  };
  const dryRun = options.dryRun ?? isDryRun(query.getAll("dryRun"), options.kind ?? "CreateOptions");
  if (dryRun) {
    const current = core.store.get(resource.bucket, key);
    return update(current) ?? current!.object;
  }
  return (await core.store.guaranteedUpdate(resource.bucket, key, update))!;
}

// etcd takes requests of 1.5 MiB, and its client sends none above 2 MiB.
const requestLimit = 1.5 * 1024 * 1024;
const messageLimit = 2 * 1024 * 1024;

function refuseOversize(object: KubeObject): void {
  const size = JSON.stringify(object).length;
  if (size > messageLimit) {
    throw storageRefusal(
      `rpc error: code = ResourceExhausted desc = trying to send message larger than max (${size} vs. ${messageLimit})`,
    );
  }
  if (size > requestLimit) throw storageRefusal("etcdserver: request is too large");
}

/** Says that nothing is to be changed. */
export const keep = Symbol("keep");
