import { isApiError, type KubeObject, type ObjectList, type ObjectReference, referenceTo } from "../api/index.ts";
import { readJson, readText } from "./body.ts";
import { createDiscovery } from "./discovery.ts";
import { KubeError } from "./errors.ts";
import { queryString, resourcePath } from "./path.ts";
import { createThrottle, type Sleep, sleep as platformSleep } from "./throttle.ts";
import { type Call, createTransport } from "./transport.ts";
import type {
  ApiResource,
  ApplyOptions,
  Client,
  DeleteOptions,
  Fetch,
  Kind,
  ListOptions,
  PatchOptions,
  Table,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./types.ts";
import { parseWatchEvent, readLines } from "./watch.ts";

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export interface ClientOptions {
  readonly fetch: Fetch;
  /** The address of the API, with a path if it is not at the root. */
  readonly server: string;
  /** Sent with every request; credentials for example. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly impersonate?: Impersonation;
  /** Calls a second, and calls at once; without them calls are not held back. */
  readonly qps?: number;
  readonly burst?: number;
  readonly userAgent?: string;
  readonly now?: () => number;
  readonly sleep?: Sleep;
}

const pageSize = 500;
const longestLog = 1024 * 1024;

/** A client of one cluster as one user, over any fetch. */
export function createClient(options: ClientOptions): Client {
  const { fetch, server, qps, now = () => performance.now(), sleep = platformSleep } = options;
  const send = createTransport({
    fetch,
    server,
    headers: headersOf(options),
    sleep,
    ...(qps === undefined ? {} : { throttle: createThrottle({ qps, burst: options.burst ?? qps, now, sleep }) }),
  });
  const discovery = createDiscovery(send);

  const json = async <T>(call: Call): Promise<T> =>
    (await send(call, (response) => readJson(response, { signal: call.signal }))) as T;
  const pathOf = async (reference: ObjectReference, subresource?: string): Promise<string> => {
    const resource = await discovery.resource(reference);
    requireNamespace(resource, reference.kind, reference.name, reference.namespace);
    return resourcePath(resource, {
      namespace: reference.namespace,
      name: reference.name,
      ...(subresource === undefined ? {} : { subresource }),
    });
  };
  const write = async <T>(
    call: Pick<Call, "method" | "contentType" | "idempotent"> & { readonly path: string; readonly body: unknown },
    given: WriteOptions,
  ): Promise<T> => await json<T>({ ...call, path: call.path + writeQuery(given), signal: given.signal });

  const client: Client = {
    async get(reference, { subresource, signal } = {}) {
      const path = await pathOf(reference, subresource);
      return await json({ method: "GET", path, signal, idempotent: true });
    },

    async tryGet<T extends KubeObject>(reference: ObjectReference, given = {}) {
      try {
        return await client.get<T>(reference, given);
      } catch (error) {
        if (isApiError(error, "NotFound", "NoMatch")) return undefined;
        throw error;
      }
    },

    async list<T extends KubeObject>(kind: Kind, given: ListOptions = {}) {
      const { namespace, signal, limit, metadataOnly = false, ...selection } = given;
      const path = resourcePath(await discovery.resource(kind), { namespace });
      const ask = async (query: Parameters<typeof queryString>[0]): Promise<ObjectList<T>> => {
        const accept = metadataOnly ? { accept: metadataListType } : {};
        const call = { method: "GET", path: path + queryString(query), ...accept, signal, idempotent: true } as const;
        const page = await json<ObjectList<T>>(call);
        if (Array.isArray(page.items) || (page.items ?? null) === null) return page;
        throw new KubeError("answer", `cannot list ${kind.kind}: the answer is no list`);
      };
      const pages: ObjectList<T>[] = [];
      for (let next: string | undefined; ; ) {
        // A continued list must not name a version: the token has it.
        const place = next === undefined ? {} : { continue: next, resourceVersion: undefined };
        const page = await ask({ ...selection, ...place, limit: limit ?? pageSize }).catch((error: unknown) => {
          if (next === undefined || !isApiError(error, "Expired", "Gone")) throw error;
          return undefined;
        });
        // client-go: a list that got too old between its pages is read again as one.
        if (page === undefined) {
          pages.splice(0, pages.length, await ask(selection));
          break;
        }
        pages.push(page);
        next = page.metadata?.continue;
        if (next === undefined || next === "") break;
      }
      const [first] = pages as [ObjectList<T>, ...ObjectList<T>[]];
      const items = pages.flatMap((page) => page.items ?? []).map((item) => withType(item, kind));
      const { continue: _done, remainingItemCount: _none, ...metadata } = first.metadata ?? {};
      return { ...first, metadata, items };
    },

    async table(kind, { namespace, name, labelSelector, signal }) {
      const named = name === undefined ? {} : { name };
      const path = resourcePath(await discovery.resource(kind), { namespace, ...named });
      const query = queryString({ labelSelector, includeObject: "None" });
      return await json<Table>({ method: "GET", path: path + query, accept: tableType, signal, idempotent: true });
    },

    async create<T extends KubeObject>(object: T, given: WriteOptions = {}) {
      const resource = await discovery.resource(object);
      const { namespace } = object.metadata;
      requireNamespace(resource, object.kind, object.metadata.name, namespace);
      const path = resourcePath(resource, { namespace });
      return await write<T>({ method: "POST", path, body: object }, given);
    },

    async replace<T extends KubeObject>(object: T, given: WriteOptions = {}) {
      const path = await pathOf(referenceTo(object), given.subresource);
      // Without a version to start from, doing it twice leaves what doing it once does.
      const idempotent = object.metadata.resourceVersion === undefined;
      return await write<T>({ method: "PUT", path, body: object, idempotent }, given);
    },

    async patch<T extends KubeObject>(reference: ObjectReference, patch: unknown, given: PatchOptions) {
      const path = await pathOf(reference, given.subresource);
      return await write<T>({ method: "PATCH", path, body: patch, contentType: patchTypes[given.type] }, given);
    },

    async apply<T extends KubeObject>(object: KubeObject, given: ApplyOptions) {
      return (await client.upsert<T>(object, given)).object;
    },

    async upsert<T extends KubeObject>(object: KubeObject, given: ApplyOptions) {
      const path = (await pathOf(referenceTo(object), given.subresource)) + writeQuery(given);
      // Applying the same again changes nothing, so it may be repeated.
      const call = { method: "PATCH", path, body: object, contentType: applyType, idempotent: true } as const;
      return await send({ ...call, signal: given.signal }, async (response) => {
        const answer = (await readJson(response, { signal: given.signal })) as T;
        return { object: answer, created: response.status === 201 };
      });
    },

    async delete(reference, given: DeleteOptions = {}) {
      const { propagation, gracePeriodSeconds, preconditions, dryRun, signal } = given;
      const body = {
        kind: "DeleteOptions",
        apiVersion: "v1",
        ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        ...(preconditions === undefined ? {} : { preconditions }),
        ...(dryRun === true ? { dryRun: ["All"] } : {}),
      };
      const call = { method: "DELETE", path: await pathOf(reference), body, signal, idempotent: true } as const;
      // Read to its end, so that the connection can be used again.
      await send(call, (response) => readText(response, { signal }));
    },

    async *watch<T extends KubeObject>(
      kind: Kind,
      { namespace, signal, limit: _none, metadataOnly = false, ...selection }: WatchOptions = {},
    ) {
      const path = resourcePath(await discovery.resource(kind), { namespace });
      // The server closes the watch when its answer is cancelled, so ending the loop early ends the connection.
      const accept = metadataOnly ? { accept: metadataType } : {};
      const query = queryString({ ...selection, watch: true });
      const call = { method: "GET", path: path + query, signal, stream: true, ...accept } as const;
      const response = await send(call, (answer) => Promise.resolve(answer));
      if (response.body === null) return;
      yield* readEvents<T>(response.body, signal);
    },

    resource: (kind) => discovery.resource(kind),
    resources: () => discovery.resources(),
    refreshDiscovery: () => discovery.refresh(),
    version: () => json({ method: "GET", path: "/version", idempotent: true }),

    async logs({ namespace, name }, { signal, limitBytes = longestLog, ...given } = {}) {
      const path = resourcePath(pods, { namespace, name, subresource: "log" });
      const call = {
        method: "GET",
        path: path + queryString({ ...given, limitBytes }),
        accept: "text/plain, */*",
        signal,
        idempotent: true,
      } as const;
      return await send(call, (response) => readText(response, { limit: limitBytes + 1024, signal }));
    },
  };
  return client;
}

function writeQuery(options: WriteOptions & { readonly force?: boolean }): string {
  const { dryRun, fieldManager, fieldValidation, force } = options;
  return queryString({ fieldManager, fieldValidation, force, dryRun: dryRun === true ? "All" : undefined });
}

const pods = { group: "", version: "v1", plural: "pods", namespaced: true } as const;
const tableType = "application/json;as=Table;v=v1;g=meta.k8s.io";
const metadataType = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
const metadataListType = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";
const applyType = "application/apply-patch+yaml";
const patchTypes: Readonly<Record<PatchOptions["type"], string>> = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

async function* readEvents<T extends KubeObject>(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<WatchEvent<T>> {
  try {
    for await (const line of readLines(body, { signal })) yield parseWatchEvent<T>(line);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof KubeError || isApiError(cause)) throw cause;
    throw new KubeError("connection", "the connection of the watch broke", { cause });
  }
}

/** Lists leave kind and apiVersion out of built-in items. */
function withType<T extends KubeObject>(item: T, { apiVersion, kind }: Kind): T {
  return item.kind === undefined || item.apiVersion === undefined ? { ...item, apiVersion, kind } : item;
}

function requireNamespace(
  resource: ApiResource,
  kind: string,
  name: string | undefined,
  namespace: string | undefined,
): void {
  if (!resource.namespaced || (namespace ?? "") !== "") return;
  throw new KubeError("name", `cannot ask for ${kind} ${JSON.stringify(name ?? "")}: it has no namespace`);
}

function headersOf({ headers, userAgent, impersonate }: ClientOptions): Headers {
  const all = new Headers(headers);
  if (userAgent !== undefined) all.set("user-agent", userAgent);
  if (impersonate === undefined) return all;
  all.set("impersonate-user", impersonate.user);
  if (impersonate.uid !== undefined) all.set("impersonate-uid", impersonate.uid);
  for (const group of impersonate.groups ?? []) all.append("impersonate-group", group);
  for (const [name, values] of Object.entries(impersonate.extra ?? {})) {
    for (const value of values) all.append(`impersonate-extra-${encodeURIComponent(name)}`, value);
  }
  return all;
}
