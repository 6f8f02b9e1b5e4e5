import type { ReleaseRecord } from "../record.ts";
import type { Storage } from "./types.ts";

/** The same storage; every record that it stores, replaces or removes is reported after it did so. */
export function observeStorage(storage: Storage, onRecord: (record: ReleaseRecord) => void): Storage {
  return {
    ...storage,
    create: async (record) => {
      await storage.create(record);
      onRecord(record);
    },
    update: async (record) => {
      await storage.update(record);
      onRecord(record);
    },
    delete: async (name, revision, options) => {
      const record = await storage.delete(name, revision, options);
      onRecord(record);
      return record;
    },
  };
}
