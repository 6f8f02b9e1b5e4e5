import type { KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { Store } from "../../store/types.ts";
import { isDeleted, keyOf } from "../objects.ts";
import type { Controller } from "../runtime.ts";

/** Behaviour as data: an object for which `when` holds gets the status that `next` answers. */
export interface Stage {
  readonly name: string;
  readonly bucket: string;
  readonly when: (object: KubeObject, store: Store) => boolean;
  readonly next: (object: KubeObject, now: Date, store: Store) => Readonly<Record<string, unknown>>;
  /** Other buckets whose objects matter, and which objects of this stage they concern. */
  readonly also?: readonly {
    readonly bucket: string;
    readonly keys: (object: KubeObject, store: Store) => readonly string[];
  }[];
}

/** A controller that moves objects through one stage. */
export function stageController({ name, bucket, when, next, also = [] }: Stage): Controller {
  return {
    name,
    watches: [{ bucket, keys: (object) => [keyOf(object)] }, ...also],
    async reconcile(key, { store, api, now }) {
      const object = store.get(bucket, key)?.object;
      if (object === undefined || isDeleted(object) || !when(object, store)) return undefined;
      const status = next(object, now(), store);
      if (!isEqual(status, object["status"])) {
        await api("kube-controller-manager").updateStatus({ ...object, status });
      }
      return undefined;
    },
  };
}
