import type { ReleaseRecord } from "../record.ts";

/** Where revisions are kept: one object for each, in one namespace. */
export interface Storage {
  /** How Helm calls the driver. */
  readonly driver: "Secret" | "ConfigMap" | "Memory";
  /** One revision, with the user's labels. Throws NotFound. */
  readonly get: (name: string, revision: number) => Promise<ReleaseRecord>;
  /** Every readable revision of a release, in no order, with all labels of their objects. Throws NotFound when there is none. */
  readonly history: (name: string, filter?: { readonly status?: string }) => Promise<readonly ReleaseRecord[]>;
  /** Every readable revision of every release, with all labels. `labelSelector` narrows by the labels of the storage objects. */
  readonly list: (filter?: { readonly labelSelector?: string }) => Promise<readonly ReleaseRecord[]>;
  /** Stores a new revision. Throws AlreadyExists, or TooLarge before anything is sent. */
  readonly create: (record: ReleaseRecord) => Promise<void>;
  /** Replaces a stored revision. */
  readonly update: (record: ReleaseRecord) => Promise<void>;
  /** Removes a revision and gives what it was: `known`, where the caller has it, saves reading it. Throws NotFound. */
  readonly delete: (
    name: string,
    revision: number,
    options?: { readonly known?: ReleaseRecord },
  ) => Promise<ReleaseRecord>;
}
