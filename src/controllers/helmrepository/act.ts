import { type Artifact, convertIndex, type FetchedIndex } from "../../sources/index.ts";
import type { Owner } from "../../sources/index.ts";
import type { SourcePorts } from "../source/ports.ts";
import { orFail } from "../source/reconcile.ts";

/** Stores an index as JSON under the name of its revision, and keeps it parsed for the charts. */
export async function store(
  fetched: FetchedIndex,
  owner: Owner,
  ports: SourcePorts,
): Promise<{ readonly artifact: Artifact; readonly url: string }> {
  const unreadable = {
    condition: "FetchFailed",
    reason: "IndexationFailed",
    prefix: "failed to load Helm repository from index YAML: failed to load index",
  } as const;
  const unsaved = {
    condition: "StorageOperationFailed",
    reason: "ArchiveOperationFailed",
    prefix: "unable to save artifact to storage",
  } as const;
  const { revision, text } = fetched;
  const name = `index-${revision.slice("sha256:".length)}.yaml`;
  const { index, written: artifact } = await orFail(unreadable, () =>
    ports.growing(text.length, () =>
      convertIndex(text, (parts) =>
        orFail(unsaved, () => ports.store.write({ owner, name, revision, content: encoded(parts) })),
      ),
    ),
  );
  ports.indexes.put(artifact.digest, index);
  return { artifact, url: await orFail(unsaved, () => ports.store.link(artifact, "index.yaml")) };
}

/** Few large writes instead of one for each chart; in characters. */
const writeSize = 256 << 10;

async function* encoded(parts: AsyncIterable<string>): AsyncIterable<Uint8Array> {
  let text = "";
  for await (const part of parts) {
    text += part;
    if (text.length < writeSize) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}
