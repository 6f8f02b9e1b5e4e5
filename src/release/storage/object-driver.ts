import { setTimeout as delay } from "node:timers/promises";
import { isApiError, type KubeObject, referenceTo } from "../../api/index.ts";
import { isValues } from "../../base/value.ts";
import { goQuote } from "../../base/go-quote.ts";
import { messageOf } from "../../base/errors.ts";
import { type Client, KubeError } from "../../kube/index.ts";
import { decodeRecord, encodeRecord } from "../codec.ts";
import { notFound, ReleaseError } from "../errors.ts";
import { type ReleaseRecord, recordKey } from "../record.ts";
import { customLabels, storageLabels } from "./labels.ts";
import type { Storage } from "./types.ts";

export interface ObjectStorageOptions {
  readonly client: Client;
  /** The storage namespace. For `list` alone it may be the empty string: all namespaces. */
  readonly namespace: string;
  readonly now: () => Date;
  readonly signal?: AbortSignal;
}

/** How a kind of object holds a record. */
export interface ObjectForm {
  readonly kind: "Secret" | "ConfigMap";
  readonly toData: (text: string) => Readonly<Record<string, unknown>>;
  readonly toText: (object: KubeObject) => string | undefined;
}

/** Keeps each revision in one object of the cluster; the Secret and ConfigMap drivers differ only in the form. */
export function createObjectStorage(options: ObjectStorageOptions, form: ObjectForm): Storage {
  const { client, namespace, now } = options;
  const kind = { apiVersion: "v1", kind: form.kind };
  const abort = options.signal === undefined ? {} : { signal: options.signal };
  const reference = (key: string) => ({ ...kind, namespace, name: key });

  const get = async (name: string, revision: number): Promise<ReleaseRecord> => {
    const key = recordKey(name, revision);
    const object = await attempt(`get: failed to get ${goQuote(key)}`, () => client.tryGet(reference(key), abort));
    if (object === undefined) throw notFound();
    const record = tryDecode(object);
    if (record instanceof Error) throw corrupt(`get: failed to decode data ${goQuote(key)}`, record);
    return { ...record, labels: customLabels(record.labels) };
  };

  const query = async (labelSelector: string, doing: string): Promise<readonly ReleaseRecord[] | undefined> => {
    const filter = { labelSelector, ...abort, ...(namespace === "" ? {} : { namespace }) };
    const { items } = await attempt(doing, () => client.list(kind, filter));
    if (items.length === 0) return undefined;
    // Helm: what cannot be decoded is skipped.
    return items.map(tryDecode).filter((record): record is ReleaseRecord => !(record instanceof Error));
  };

  const tryDecode = (object: KubeObject): ReleaseRecord | Error => {
    try {
      return { ...decodeRecord(form.toText(object) ?? ""), labels: object.metadata.labels ?? {} };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  const toObject = (record: ReleaseRecord, labels: Readonly<Record<string, string>>, key: string): KubeObject => ({
    ...kind,
    metadata: { name: key, namespace, labels },
    ...form.toData(encodeRecord(record, { kind: form.kind, name: key })),
  });

  return {
    driver: form.kind,
    get,
    history: async (name, filter = {}) => {
      const status = filter.status === undefined ? "" : `,status=${filter.status}`;
      const records = await query(`name=${name},owner=helm${status}`, "query: failed to query with labels");
      if (records === undefined) throw notFound();
      return records;
    },
    list: async (filter = {}) => {
      const also = filter.labelSelector === undefined || filter.labelSelector === "" ? "" : `,${filter.labelSelector}`;
      return (await query(`owner=helm${also}`, "list: failed to list")) ?? [];
    },
    create: async (record) => {
      const object = toObject(
        record,
        storageLabels(record, { createdAt: now() }),
        recordKey(record.name, record.version),
      );
      try {
        await createOnce(client, object, abort);
      } catch (cause) {
        if (isApiError(cause, "AlreadyExists"))
          throw new ReleaseError("AlreadyExists", "release: already exists", { cause });
        throw failed("create: failed to create", cause);
      }
    },
    update: async (record) => {
      const object = toObject(
        record,
        storageLabels(record, { modifiedAt: now() }),
        recordKey(record.name, record.version),
      );
      await attempt("update: failed to update", () => replaceFirmly(client, object, abort));
    },
    delete: async (name, revision, { known } = {}) => {
      const record = known ?? (await get(name, revision));
      try {
        await client.delete(reference(recordKey(name, revision)), abort);
      } catch (cause) {
        if (known !== undefined && isApiError(cause, "NotFound")) throw notFound();
        throw new ReleaseError("StorageFailed", messageOf(cause), { cause });
      }
      return { ...record, labels: customLabels(record.labels) };
    },
  };
}

const attempts = 3;
const pause = 100;

/**
 * Creates an object. Where the answer does not come, what is stored tells whether it was created: a revision that nobody knows of would be in
 * everybody's way.
 */
async function createOnce(client: Client, object: KubeObject, abort: { readonly signal?: AbortSignal }): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await client.create(object, abort);
      return;
    } catch (error) {
      if (!isUncertain(error)) throw error;
      await delay(pause * tried);
      const stored = await client.tryGet(referenceTo(object), abort);
      if (stored !== undefined && isSameData(stored, object)) return;
      if (stored !== undefined || tried === attempts) throw error;
    }
  }
}

/** Replaces an object; a server that fails once must not leave a release under way for ever. */
async function replaceFirmly(
  client: Client,
  object: KubeObject,
  abort: { readonly signal?: AbortSignal },
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await client.replace(object, abort);
      return;
    } catch (error) {
      if (tried === attempts || !isUncertain(error)) throw error;
      await delay(pause * tried);
    }
  }
}

/** True where the server may have done what it was asked for. */
function isUncertain(error: unknown): boolean {
  if (error instanceof KubeError) return error.code === "connection" || error.code === "answer";
  return isApiError(error) && (error.status.code ?? 0) >= 500;
}

function isSameData(a: KubeObject, b: KubeObject): boolean {
  return readRelease(a) !== undefined && readRelease(a) === readRelease(b);
}

function readRelease({ data }: KubeObject): unknown {
  return isValues(data) ? data["release"] : undefined;
}

async function attempt<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw failed(doing, cause);
  }
}

function failed(doing: string, cause: unknown): ReleaseError {
  return new ReleaseError("StorageFailed", `${doing}: ${messageOf(cause)}`, { cause });
}

function corrupt(doing: string, cause: Error): ReleaseError {
  return new ReleaseError("Corrupt", `${doing}: ${cause.message}`, { cause });
}
