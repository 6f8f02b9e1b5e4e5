import { isApiError, type KubeObject } from "../api/index.ts";
import { KubeError } from "../kube/index.ts";
import { abortOption, type ReleaseContext } from "./context.ts";
import { type ReleaseObject, referenceOf, versionedIdentityOf } from "./objects.ts";

/** Looks objects up in the cluster. */
export interface LookUp {
  /** Undefined where it, or its kind, does not exist. */
  readonly get: (target: ReleaseObject) => Promise<KubeObject | undefined>;
  /** Whether looking at this one costs no request of its own. */
  readonly isListed: (target: ReleaseObject) => boolean;
}

/** How many objects of one kind in one namespace make a list cheaper than looking at each. */
const manyAlike = 16;

/**
 * A look-up for these targets: where many are of one kind and in one namespace, all of them are read by one list when the first is asked for;
 * whoever may not list looks at each. An answer of a list is as old as the list, so a look-up serves one step of an action. `marks`: only
 * metadata is needed.
 */
export function createLookUp(
  context: Pick<ReleaseContext, "client" | "signal">,
  targets: readonly ReleaseObject[],
  { marks = false }: { readonly marks?: boolean } = {},
): LookUp {
  const groups = new Map<string, number>();
  for (const target of targets) groups.set(groupOf(target), (groups.get(groupOf(target)) ?? 0) + 1);
  const lists = new Map<string, Promise<ReadonlyMap<string, KubeObject> | undefined>>();
  const isListed = (target: ReleaseObject): boolean => (groups.get(groupOf(target)) ?? 0) >= manyAlike;
  return {
    isListed,
    async get(target) {
      if (isListed(target)) {
        const group = groupOf(target);
        const listing = lists.get(group) ?? listAll(context, target, marks);
        lists.set(group, listing);
        const listed = await listing;
        if (listed !== undefined) return listed.get(versionedIdentityOf(target));
      }
      return await context.client.tryGet(referenceOf(target), abortOption(context));
    },
  };
}

function groupOf({ object: { apiVersion, kind, metadata } }: ReleaseObject): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ""}`;
}

/** Undefined where a list cannot be had though the objects might. */
async function listAll(
  context: Pick<ReleaseContext, "client" | "signal">,
  { object: { apiVersion, kind, metadata } }: ReleaseObject,
  marks: boolean,
): Promise<ReadonlyMap<string, KubeObject> | undefined> {
  const where = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
  try {
    const options = { ...where, ...abortOption(context), metadataOnly: marks };
    const { items } = await context.client.list({ apiVersion, kind }, options);
    return new Map(
      items.map((item) => [versionedIdentityOf({ object: { ...item, apiVersion, kind }, namespaced: true }), item]),
    );
  } catch (error) {
    if (isApiError(error, "NoMatch", "NotFound")) return new Map();
    if (isApiError(error, "Forbidden", "MethodNotAllowed")) return undefined;
    if (error instanceof KubeError && error.code === "too-large") return undefined;
    throw error;
  }
}
