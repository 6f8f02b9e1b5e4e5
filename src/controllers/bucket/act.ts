import type { Bucket } from "../../api/index.ts";
import {
  type Artifact,
  type BucketIndex,
  fetchBucket,
  type Owner,
  packTree,
  revisionOfBucket,
} from "../../sources/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import type { Context } from "../runtime/index.ts";
import { orFail } from "../source/reconcile.ts";
import { orPass } from "./observe.ts";
import { openBucket } from "./open.ts";

export interface Stored {
  readonly artifact: Artifact;
  readonly url: string;
  /** How many objects went into it. */
  readonly count: number;
}

/** Fetches what was listed and stores it; the revision is that of what came. */
export async function store(options: {
  readonly object: Bucket;
  readonly index: BucketIndex;
  readonly owner: Owner;
  readonly context: Context;
  readonly ports: SourcePorts;
}): Promise<Stored> {
  const { object, index, owner, context, ports } = options;
  const reader = await openBucket(object, { context, ports });
  const { tree, etags } = await orPass(() => fetchBucket(reader, index, { bucket: object.spec.bucketName }));
  const revision = revisionOfBucket(etags);
  const failed = {
    condition: "StorageOperationFailed",
    reason: "ArchiveOperationFailed",
    prefix: "unable to archive artifact to storage",
  } as const;
  return context.busy(() =>
    orFail(failed, async () => {
      const name = `${revision.slice(revision.indexOf(":") + 1)}.tar.gz`;
      const artifact = await ports.store.write({ owner, name, revision, content: await packTree(tree) });
      return { artifact, url: await ports.store.link(artifact, "latest.tar.gz"), count: etags.size };
    }),
  );
}
