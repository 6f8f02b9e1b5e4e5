import { Bucket, type KubeObject } from "../../../api/index.ts";
import { readTarGz } from "../../../base/node/tar.ts";
import type { Client } from "../../../kube/index.ts";
import { serveAzure } from "../../../sources/testing/azure-server.ts";
import { serveS3 } from "../../../sources/testing/s3-server.ts";
import { serveSts } from "../../../sources/testing/sts-server.ts";
import { seenOf, type SeenSource, untilSettled } from "../../source/testing/seen.ts";
import { account, cases, contents, keys, secrets, user } from "./cases.ts";

/** What a person sees of a Bucket once nothing moves any more; addresses are placeholders. */
export interface Seen extends SeenSource {
  readonly name: string;
  readonly files: readonly string[];
}

/** Creates the objects of all cases, where Google's emulator has the same contents, waits until each of them is ready or has failed twice, and tells what is seen. */
export async function playBuckets(client: Client, namespace: string): Promise<readonly Seen[]> {
  await using server = await serveS3({ buckets: contents(), keys, pageSize: 2 });
  const allow = { account, signature: "a+signature/=" };
  await using azureServer = await serveAzure({ containers: contents(), allow, pageSize: 2 });
  await using stsServer = await serveSts({ user, keys: { ...keys, sessionToken: "lent" } });
  const azure = `http://127.0.0.1:${azureServer.port}`;
  const sts = `http://127.0.0.1:${stsServer.port}`;
  const endpoint = `127.0.0.1:${server.port}`;
  for (const [name, stringData] of Object.entries(secrets))
    await client.create({ apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, stringData } as KubeObject);
  const { apiVersion, kind } = Bucket;
  for (const { name, spec } of cases) {
    const asWritten = JSON.stringify({ interval: "1h", endpoint, insecure: true, ...spec });
    const full = JSON.parse(asWritten.replaceAll("{azure}", azure).replaceAll("{sts}", sts)) as object;
    await client.create({ apiVersion, kind, metadata: { name, namespace }, spec: full } as unknown as KubeObject);
  }
  const mask = (text: string): string =>
    text.replaceAll(azure, "{azure}").replaceAll(sts, "{sts}").replaceAll(endpoint, "{endpoint}");
  const seen: Seen[] = [];
  // Flux sends its events a while after it has written what they tell of.
  const last = await Promise.all(
    cases.map(({ name }) => untilSettled<Bucket>(client, { apiVersion, kind, namespace, name })),
  );
  for (const settled of last) {
    const { name = "" } = settled.metadata;
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
