import { type Artifact, type FetchedIndex, formatIndexInParts, parseIndexInSteps } from "../../sources/index.ts";
import type { Owner } from "../../sources/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";

/** Stores an index as JSON under the name of its revision, and keeps it parsed for the charts. */
export async function store(
  fetched: FetchedIndex,
  owner: Owner,
  ports: SourcePorts,
): Promise<{ readonly artifact: Artifact; readonly url: string }> {
  const prefix = "failed to load Helm repository from index YAML: failed to load index";
  const index = await orFail({ condition: "FetchFailed", reason: "IndexationFailed", prefix }, async () =>
    parseIndexInSteps(fetched.text),
  );
  const failed = {
    condition: "StorageOperationFailed",
    reason: "ArchiveOperationFailed",
    prefix: "unable to save artifact to storage",
  } as const;
  return orFail(failed, async () => {
    const artifact = await ports.store.write({
      owner,
      name: `index-${fetched.revision.slice("sha256:".length)}.yaml`,
      revision: fetched.revision,
      content: encoded(formatIndexInParts(index)),
    });
    ports.indexes.put(artifact.digest, index);
    return { artifact, url: await ports.store.link(artifact, "index.yaml") };
  });
}

/** Few large writes instead of one for each chart; in characters. */
const writeSize = 256 << 10;

async function* encoded(parts: Iterable<string>): AsyncIterable<Uint8Array> {
  let text = "";
  for (const part of parts) {
    text += part;
    if (text.length < writeSize) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}
