import type { Bucket } from "../../api/index.ts";

export type Status = NonNullable<Bucket["status"]>;

export type Decision =
  | { readonly action: "keep"; readonly because: string }
  | { readonly action: "fetch"; readonly because: string };

/** Chooses what to do with what the bucket holds now. Pure. */
export function decide(seen: { readonly revision: string }, status: Status): Decision {
  const { revision } = seen;
  return status.artifact?.revision === revision
    ? { action: "keep", because: `artifact up-to-date with remote revision: '${revision}'` }
    : { action: "fetch", because: `new upstream revision '${revision}'` };
}
