import { GitRepository, type KubeObject } from "../../../api/index.ts";
import { readTarGz } from "../../../base/node/tar.ts";
import type { Client } from "../../../kube/index.ts";
import { seenOf, type SeenSource, untilSettled } from "../../source/testing/seen.ts";
import { cases, secrets } from "./cases.ts";
import { changing } from "./changes.ts";
import { startGitServers } from "./servers.ts";

/** What a person sees of a GitRepository once nothing moves any more; addresses and commits are placeholders. */
export interface Seen extends SeenSource {
  readonly name: string;
  readonly files: readonly string[];
}

/**
 * Creates the objects of all cases, waits until each of them is ready or has failed, changes some, and tells what is seen.
 * `eventsWritten` waits for controllers that write events later than conditions.
 */
export async function playGitRepositories(
  client: Client,
  namespace: string,
  eventsWritten: () => Promise<void> = async () => undefined,
): Promise<readonly Seen[]> {
  await using servers = await startGitServers();
  const { fill, mask } = servers;
  for (const [name, data] of Object.entries(secrets)) {
    const stringData = fill(data);
    await client.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData } as KubeObject);
  }
  const { apiVersion, kind } = GitRepository;
  for (const { name, spec } of [...cases, ...changing]) {
    const full = { interval: "1h", ...fill(spec) };
    await client.create({ apiVersion, kind, metadata: { name, namespace }, spec: full } as unknown as KubeObject);
  }
  const settle = (name: string, asked?: string): Promise<GitRepository> =>
    untilSettled<GitRepository>(client, { apiVersion, kind, namespace, name }, asked);
  const see = async (settled: GitRepository): Promise<Seen> => {
    const { artifact } = settled.status ?? {};
    const archive = artifact === undefined ? undefined : await (await fetch(artifact.url)).arrayBuffer();
    const files = archive === undefined ? [] : filesOf(new Uint8Array(archive));
    return { name: settled.metadata.name ?? "", files, ...(await seenOf(client, { ...settled, kind }, mask)) };
  };
  const write = (name: string, patch: unknown): Promise<KubeObject> =>
    client.patch({ apiVersion, kind, namespace, name }, patch, { type: "merge" });
  const unchanged = cases.map(async ({ name }) => {
    const settled = await settle(name);
    // What failed would be tried again and again, and the others would wait for it.
    await write(name, { spec: { suspend: true } });
    return settled;
  });
  // Each waits for its own changes only: together they take the time of one.
  const changed = changing.map(async ({ name, changes }) => {
    let last = await settle(name);
    for (const [index, change] of changes.entries()) {
      if ("branch" in change) servers.moveBranch(change.branch);
      const asked = `time ${index + 1}`;
      const annotations = { "reconcile.fluxcd.io/requestedAt": asked };
      const spec = "spec" in change ? fill(change.spec) : {};
      await write(name, { metadata: { annotations }, spec });
      last = await settle(name, asked);
    }
    return last;
  });
  const settled = await Promise.all([...unchanged, ...changed]);
  await eventsWritten();
  const seen: Seen[] = [];
  for (const each of settled) seen.push(await see(each));
  return seen;
}

function filesOf(archive: Uint8Array): readonly string[] {
  return readTarGz(archive)
    .filter(({ type }) => type === "file")
    .map(({ path }) => path);
}
