import { setTimeout as delay } from "node:timers/promises";
import { isApiError, type KubeObject, referenceTo } from "../../api/index.ts";
import { isValues } from "../../base/value.ts";
import { goQuote } from "../../base/go-quote.ts";
import { messageOf } from "../../base/errors.ts";
import { type Client, KubeError } from "../../kube/index.ts";
import { decodeRecord, encodeRecord } from "../codec.ts";
import { hasCode, notFound, ReleaseError } from "../errors.ts";
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
  /** Whether an error says what was being done. Helm's driver of Secrets does, its driver of ConfigMaps does not. */
  readonly explains: boolean;
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
    if (record instanceof Error) {
      const text = `${form.explains ? `get: failed to decode data ${goQuote(key)}: ` : ""}${record.message}`;
      throw new ReleaseError("Corrupt", text, { cause: record });
    }
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

  const failed = (doing: string, cause: unknown): ReleaseError => {
    const code = hasCode(cause, "TooLarge") ? "TooLarge" : "StorageFailed";
    return new ReleaseError(code, `${form.explains ? `${doing}: ` : ""}${messageOf(cause)}`, { cause });
  };

  const attempt = async <T>(doing: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw failed(doing, cause);
    }
  };

  const toObject = (record: ReleaseRecord, time: Parameters<typeof storageLabels>[1]): KubeObject => {
    const name = recordKey(record.name, record.version);
    return {
      ...kind,
      metadata: { name, namespace, labels: storageLabels(record, time) },
      ...form.toData(encodeRecord(record, { kind: form.kind, name })),
    };
  };

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
      try {
        await createOnce(client, toObject(record, { createdAt: now() }), abort);
      } catch (cause) {
        if (isApiError(cause, "AlreadyExists"))
          throw new ReleaseError("AlreadyExists", "release: already exists", { cause });
        throw failed("create: failed to create", cause);
      }
    },
    update: async (record) => {
      await attempt("update: failed to update", () =>
        replaceFirmly(client, toObject(record, { modifiedAt: now() }), abort),
      );
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
