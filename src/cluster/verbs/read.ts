import { badRequest, type KubeObject, notFound } from "../../api/index.ts";
import { StoreError } from "../errors.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondList, respondObject } from "../http/respond.ts";
import { expiredRevision, tooLargeResourceVersion } from "../http/refusals.ts";
import type { Resource } from "../registry/resource.ts";
import { everything, parseFieldSelector, parseLabelSelector, type Selector } from "../selectors.ts";
import { toServed } from "../serve.ts";
import type { Snapshot, Stored } from "../store/types.ts";
import { decodeContinue, encodeContinue } from "./continue.ts";
import { listOptionsOf } from "./list-options.ts";

/** GET of one object. */
export function getObject(call: Call): Response {
  const { core, resource, path } = call;
  const name = path.name!;
  refuseFutureRevision(call, call.query.get("resourceVersion"));
  const stored = core.store.get(resource.bucket, keyOf(path.namespace, name));
  if (stored === undefined) throw notFound(resource, name);
  return respondObject(call, stored.object);
}

/** GET of a collection. */
export function listObjects(call: Call): Response {
  const { core, resource, path } = call;
  const options = listOptionsOf(call);
  const { matches, name } = selectorOf(call);
  const prefix = path.namespace === undefined ? "" : `${path.namespace}/`;
  const token = options.continue === undefined ? undefined : decodeContinue(options.continue);

  if (token === undefined) refuseFutureRevision(call, options.resourceVersion);
  const wanted = token?.revision ?? exactRevisionOf(options);
  const snapshot = snapshotAt(call, prefix, wanted, token?.start);
  const start = token?.start;
  let from = 0;
  if (start !== undefined) {
    from = snapshot.items.findIndex(({ key }) => key >= start);
    if (from < 0) from = snapshot.items.length;
  }
  const items: KubeObject[] = [];
  const { limit } = options;
  let next: Stored | undefined;
  if (limit === undefined && matches === everything && from === 0) {
    for (const { object } of snapshot.items) items.push(object);
  } else if (name !== undefined && path.namespace !== undefined && token === undefined && wanted === undefined) {
    const stored = core.store.get(resource.bucket, keyOf(path.namespace, name));
    if (stored !== undefined && matches(toServed(resource, stored.object))) items.push(stored.object);
  } else {
    for (let at = from; at < snapshot.items.length; at += 1) {
      const stored = snapshot.items[at]!;
      if (!matches(toServed(resource, stored.object))) continue;
      if (limit !== undefined && items.length === limit) {
        next = snapshot.items[at - 1]!;
        break;
      }
      items.push(stored.object);
    }
  }
  const position = next === undefined ? undefined : snapshot.items.indexOf(next) + 1;
  return respondList(call, items, {
    resourceVersion: String(snapshot.revision),
    ...(next === undefined || position === undefined
      ? {}
      : {
          continue: encodeContinue({ revision: snapshot.revision, start: `${next.key}\0` }),
          // Kubernetes counts what is left only where no selector hides some of it.
          ...(matches === everything ? { remainingItemCount: snapshot.items.length - position } : {}),
        }),
  });
}

/** The objects as of a revision, or as of now. Throws Expired with a token to go on without consistency. */
function snapshotAt(call: Call, prefix: string, revision: number | undefined, start: string | undefined): Snapshot {
  const { store } = call.core;
  try {
    return store.list(call.resource.bucket, { prefix, ...(revision === undefined ? {} : { at: revision }) });
  } catch (thrown) {
    if (!(thrown instanceof StoreError) || thrown.code !== "Compacted") throw thrown;
    if (start === undefined) throw expiredRevision("The resourceVersion for the provided list is too old.");
    throw expiredRevision(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
      encodeContinue({ revision: -1, start }),
    );
  }
}

function exactRevisionOf(options: ReturnType<typeof listOptionsOf>): number | undefined {
  const { resourceVersion, resourceVersionMatch, limit } = options;
  if (resourceVersion === undefined || resourceVersion === "0") return undefined;
  if (resourceVersionMatch === "Exact") return Number(resourceVersion);
  return resourceVersionMatch === undefined && limit !== undefined ? Number(resourceVersion) : undefined;
}

/** Throws a Timeout where the client asks for a state that is not there yet. */
export function refuseFutureRevision(call: Call, revision: string | null | undefined): void {
  if (revision === null || revision === undefined || revision === "") return;
  if (!/^\d+$/.test(revision))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(revision)}: strconv.ParseUint: parsing ${JSON.stringify(revision)}: invalid syntax`,
    );
  const current = call.core.store.revision();
  if (Number(revision) > current) throw tooLargeResourceVersion(Number(revision), current);
}

/** What a list or watch selects, by labels and fields. */
export function selectorOf(call: Call): { readonly matches: Selector<KubeObject>; readonly name?: string } {
  const labelText = call.query.get("labelSelector") ?? "";
  const fieldText = call.query.get("fieldSelector") ?? "";
  if (labelText === "" && fieldText === "") return { matches: everything };
  const labels = parseLabelSelector(labelText);
  const fields = parseFieldSelector(fieldText, fieldsOf(call.resource));
  const matches = (object: KubeObject) => labels(object.metadata.labels ?? {}) && fields.matches(object);
  return { matches, ...(fields.name === undefined ? {} : { name: fields.name }) };
}

function fieldsOf(resource: Resource): Readonly<Record<string, (object: KubeObject) => string>> {
  return {
    "metadata.name": (object) => object.metadata.name ?? "",
    ...(resource.namespaced ? { "metadata.namespace": (object: KubeObject) => object.metadata.namespace ?? "" } : {}),
    ...resource.strategy.fields,
  };
}
