import { notFound, ReleaseError } from "../errors.ts";
import { type ReleaseRecord, recordKey } from "../record.ts";
import { customLabels, storageLabels } from "./labels.ts";
import type { Storage } from "./types.ts";

/** Keeps revisions as long as the process lives (`HELM_DRIVER=memory`, and dry runs without a cluster). */
export function createMemoryStorage(options: { readonly now: () => Date }): Storage {
  const records = new Map<string, ReleaseRecord>();

  const get = (name: string, revision: number): ReleaseRecord => {
    const record = records.get(recordKey(name, revision));
    if (record === undefined) throw notFound();
    return record;
  };

  return {
    driver: "Memory",
    get: async (name, revision) => {
      const record = get(name, revision);
      return { ...record, labels: customLabels(record.labels) };
    },
    history: async (name, { status } = {}) => {
      const found = [...records.values()].filter(
        (record) => record.name === name && (status === undefined || record.info.status === status),
      );
      if (found.length === 0) throw notFound();
      return found;
    },
    list: async ({ labelSelector = "" } = {}) => {
      if (labelSelector !== "")
        throw new ReleaseError("InvalidOptions", "cannot list releases by label: the memory storage has no selectors");
      return [...records.values()];
    },
    create: async (record) => {
      const key = recordKey(record.name, record.version);
      if (records.has(key)) throw new ReleaseError("AlreadyExists", "release: already exists");
      records.set(key, { ...record, labels: storageLabels(record, { createdAt: options.now() }) });
    },
    update: async (record) => {
      get(record.name, record.version);
      records.set(recordKey(record.name, record.version), {
        ...record,
        labels: storageLabels(record, { modifiedAt: options.now() }),
      });
    },
    delete: async (name, revision) => {
      const record = get(name, revision);
      records.delete(recordKey(name, revision));
      return { ...record, labels: customLabels(record.labels) };
    },
  };
}
