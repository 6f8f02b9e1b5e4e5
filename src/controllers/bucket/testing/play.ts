import { Bucket, type KubeObject } from "../../../api/index.ts";
import { readTarGz } from "../../../base/node/tar.ts";
import type { Client } from "../../../kube/index.ts";
import { serveS3 } from "../../../sources/testing/s3-server.ts";
import { cases, contents, keys } from "./cases.ts";

/** What a person sees of a Bucket once nothing moves any more; addresses are placeholders. */
export interface Seen {
  readonly name: string;
  readonly observedGeneration: number | null;
  readonly revision: string | null;
  readonly files: readonly string[];
  readonly conditions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

/** Creates the objects of all cases, waits until each of them is ready or has failed twice, and tells what is seen. */
export async function playBuckets(client: Client, namespace: string): Promise<readonly Seen[]> {
  await using server = await serveS3({ buckets: contents(), keys, pageSize: 2 });
  const endpoint = `127.0.0.1:${server.port}`;
  const secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    keys: { accesskey: keys.accessKey, secretkey: keys.secretKey },
    wrong: { accesskey: keys.accessKey, secretkey: "wrong" },
    half: { accesskey: keys.accessKey },
    proxyless: { username: "me" },
    ftp: { address: "ftp://127.0.0.1:1" },
  };
  for (const [name, stringData] of Object.entries(secrets))
    await client.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData } as KubeObject);
  const { apiVersion, kind } = Bucket;
  for (const { name, spec } of cases) {
    const full = { interval: "1h", endpoint, insecure: true, ...spec };
    await client.create({ apiVersion, kind, metadata: { name, namespace }, spec: full } as unknown as KubeObject);
  }
  const mask = (text: string): string => text.replaceAll(endpoint, "{endpoint}");
  const seen: Seen[] = [];
  for (const { name } of cases) {
    const settled = await untilSettled(client, { apiVersion, kind, namespace, name });
    const { artifact, conditions = [], observedGeneration } = settled.status ?? {};
    const archive = artifact === undefined ? undefined : await (await fetch(artifact.url)).arrayBuffer();
    seen.push({
      name,
      observedGeneration: observedGeneration ?? null,
      revision: artifact?.revision ?? null,
      files: archive === undefined ? [] : filesOf(new Uint8Array(archive)),
      conditions: Object.fromEntries(
        conditions
          .map(({ type, status, reason, message }) => [type, mask(`${status} ${reason}: ${message}`)] as const)
          .toSorted(),
      ),
      events: await eventsOf(client, { namespace, name }).then((events) => events.map(mask)),
    });
  }
  return seen;
}

/** Watches from the beginning: the first events are the objects as they are. */
async function untilSettled(
  client: Client,
  reference: { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string },
): Promise<Bucket> {
  const { apiVersion, kind, namespace, name } = reference;
  const only = { namespace, fieldSelector: `metadata.name=${name}` };
  for await (const { object } of client.watch<Bucket>({ apiVersion, kind }, only)) if (isSettled(object)) return object;
  throw new Error(`the watch of Bucket ${name} ended before it was settled`);
}

function isSettled({ status, metadata }: Bucket): boolean {
  const ready = (status?.conditions ?? []).find(({ type }) => type === "Ready");
  return ready?.status === "False" || (ready?.status === "True" && status?.observedGeneration === metadata.generation);
}

function filesOf(archive: Uint8Array): readonly string[] {
  return readTarGz(archive)
    .filter(({ type }) => type === "file")
    .map(({ path }) => path);
}

async function eventsOf(
  client: Client,
  about: { readonly namespace: string; readonly name: string },
): Promise<readonly string[]> {
  const { items } = await client.list<KubeObject>({ apiVersion: "v1", kind: "Event" }, { namespace: about.namespace });
  const lines = items
    .filter((event) => {
      const of = event["involvedObject"] as { readonly kind: string; readonly name: string };
      return of.kind === Bucket.kind && of.name === about.name;
    })
    .map((event) => `${String(event["type"])} ${String(event["reason"])} ${String(event["message"])}`);
  return [...new Set(lines)].toSorted();
}
