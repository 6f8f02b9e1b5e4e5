import { GitRepository, type KubeObject } from "../../../api/index.ts";
import { readTarGz } from "../../../base/node/tar.ts";
import type { Client } from "../../../kube/index.ts";
import { seenOf, type SeenSource, untilSettled } from "../../source/testing/seen.ts";
import { cases, secrets } from "./cases.ts";
import { startGitServers } from "./servers.ts";

/** What a person sees of a GitRepository once nothing moves any more; addresses and commits are placeholders. */
export interface Seen extends SeenSource {
  readonly name: string;
  readonly files: readonly string[];
}

/** Creates the objects of all cases, waits until each of them is ready or has failed, and tells what is seen. */
export async function playGitRepositories(client: Client, namespace: string): Promise<readonly Seen[]> {
  await using servers = await startGitServers();
  const { fill, mask } = servers;
  for (const [name, data] of Object.entries(secrets)) {
    const stringData = fill(data);
    await client.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData } as KubeObject);
  }
  const { apiVersion, kind } = GitRepository;
  for (const { name, spec } of cases) {
    const full = { interval: "1h", ...fill(spec) };
    await client.create({ apiVersion, kind, metadata: { name, namespace }, spec: full } as unknown as KubeObject);
  }
  const seen: Seen[] = [];
  for (const { name } of cases) {
    const settled = await untilSettled<GitRepository>(client, { apiVersion, kind, namespace, name });
    const { artifact } = settled.status ?? {};
    const archive = artifact === undefined ? undefined : await (await fetch(artifact.url)).arrayBuffer();
    const files = archive === undefined ? [] : filesOf(new Uint8Array(archive));
    seen.push({ name, files, ...(await seenOf(client, { ...settled, kind }, mask)) });
  }
  return seen;
}

function filesOf(archive: Uint8Array): readonly string[] {
  return readTarGz(archive)
    .filter(({ type }) => type === "file")
    .map(({ path }) => path);
}
