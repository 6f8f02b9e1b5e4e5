import { HelmChart, HelmRepository, type KubeObject, OCIRepository } from "../../../api/index.ts";
import type { Client } from "../../../kube/index.ts";
import { type Ending, startEmbeddedRegistry } from "../../../oci/testing/registry.ts";
import { seenOf, type SeenSource, untilSettled } from "../../source/testing/seen.ts";
import { artifacts, charts } from "./cases.ts";
import { fillRegistries, user } from "./registry.ts";

/** What a person sees of an object; addresses and digests are placeholders. */
export interface Seen extends SeenSource {
  readonly kind: string;
  readonly name: string;
}

/** Creates the objects of all cases on two registries of ours, waits until each is ready or has failed, and tells what is seen. */
export async function playRegistries(
  client: Client,
  {
    namespace,
    ending,
    pause,
  }: {
    readonly namespace: string;
    readonly ending: Ending;
    /** Lets events come that are written a while after the statuses. */
    readonly pause: () => Promise<unknown>;
  },
): Promise<readonly Seen[]> {
  const open = await startEmbeddedRegistry(ending);
  const closed = await startEmbeddedRegistry(ending, user);
  const secrets = await fillRegistries(open, closed);
  for (const [name, { type = "Opaque", data }] of Object.entries(secrets))
    await client.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace },
      type,
      stringData: data,
    } as KubeObject);
  const create = async ({ apiVersion, kind }: KindName, name: string, spec: object): Promise<void> => {
    await client.create({ apiVersion, kind, metadata: { name, namespace }, spec } as unknown as KubeObject);
  };
  await create(HelmRepository, "open", { url: `oci://${open}/charts`, type: "oci", insecure: true });
  await create(HelmRepository, "closed", {
    url: `oci://${closed}/charts`,
    type: "oci",
    insecure: true,
    secretRef: { name: "pull" },
  });
  for (const provider of ["aws", "azure", "gcp"])
    await create(HelmRepository, provider, { url: `oci://${open}/charts`, type: "oci", insecure: true, provider });
  for (const { name, of = "web", closed: isClosed = false, spec } of artifacts) {
    const url = `oci://${isClosed ? closed : open}/charts/${of}`;
    await create(OCIRepository, name, { url, interval: "1h", insecure: true, ...spec });
  }
  for (const { name, of = "web", closed: isClosed = false, from = isClosed ? "closed" : "open", spec } of charts) {
    const sourceRef = { kind: "HelmRepository", name: from };
    await create(HelmChart, name, { interval: "1h", chart: of, sourceRef, ...spec });
  }

  const mask = (text: string): string =>
    text
      .replaceAll(open, "{open}")
      .replaceAll(closed, "{closed}")
      .replaceAll(namespace, "{namespace}")
      .replace(/sha256:[0-9a-f]{64}/g, "{digest}")
      .replace(/"\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000"/g, '"{time}"');
  const references = [];
  for (const [{ apiVersion, kind }, cases] of [
    [OCIRepository, artifacts],
    [HelmChart, charts],
  ] as const)
    for (const { name } of cases) references.push({ apiVersion, kind, namespace, name });
  const settled: (OCIRepository | HelmChart)[] = [];
  for (const reference of references) settled.push(await untilSettled(client, reference));
  await pause();
  const seen: Seen[] = [];
  for (const [at, { kind, name }] of references.entries())
    seen.push({
      kind,
      name,
      ...(await seenOf(client, { ...settled[at], kind } as KubeObject & { kind: string }, mask)),
    });
  return seen;
}

interface KindName {
  readonly apiVersion: string;
  readonly kind: string;
}
