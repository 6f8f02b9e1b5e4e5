import type { Bucket } from "../../api/index.ts";
import { type BucketIndex, indexBucket, revisionOfBucket } from "../../sources/index.ts";
import { orFail } from "../source/reconcile.ts";
import { openBucket, type Tools } from "./open.ts";

export interface Observation {
  readonly index: BucketIndex;
  readonly revision: string;
}

/** Where a failure of the server belongs. */
export const operationFailed = { condition: "FetchFailed", reason: "BucketOperationFailed" } as const;

/** Lists what of the bucket is wanted. */
export async function observe(object: Bucket, tools: Tools): Promise<Observation> {
  const { spec } = object;
  const reader = await openBucket(object, tools);
  const index = await orPass(() => {
    const { bucketName: bucket, prefix, ignore } = spec;
    const options = {
      bucket,
      ...(prefix === undefined ? {} : { prefix }),
      ...(ignore === undefined ? {} : { ignore }),
    };
    return indexBucket(reader, options);
  });
  return { index, revision: revisionOfBucket(index.etags) };
}

/** Runs a step and gives what it throws Flux's reason, with the words that it has. */
export function orPass<T>(step: () => Promise<T>): Promise<T> {
  return orFail({ ...operationFailed, prefix: "" }, step);
}
