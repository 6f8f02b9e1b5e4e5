import { Bucket, GitRepository, type HelmChart, HelmRepository, type KubeObject } from "../../api/index.ts";
import { messageOf } from "../../base/errors.ts";
import {
  type Artifact,
  type ChartSource,
  createIndexSource,
  createRegistrySource,
  fetchIndex,
  normalizeRepositoryUrl,
  readStoredVersions,
  readVersions,
  type VersionIndex,
  type SourceTree,
  unpackTree,
} from "../../sources/index.ts";
import { httpAccessTo, registryAccessTo } from "../helmrepository/observe.ts";
import type { Context } from "../runtime/index.ts";
import { fail } from "../source/failure.ts";
import { findSource } from "../source/find.ts";
import type { SourcePorts } from "../source/ports.ts";
import type { Verify } from "../source/verification.ts";

const kinds = { HelmRepository, GitRepository, Bucket } as const;

interface SourceObject extends KubeObject {
  readonly status?: { readonly artifact?: Artifact };
}

/** Where a chart comes from. */
export interface Observation {
  readonly kind: string;
  readonly object: SourceObject;
  /** Absent for registries only. */
  readonly artifact?: Artifact;
}

interface Tools {
  readonly context: Context;
  readonly ports: SourcePorts;
}

/** Finds the source of a chart and its artifact. */
export async function observe(chart: HelmChart, { context, ports }: Tools): Promise<Observation> {
  const { kind, name } = chart.spec.sourceRef;
  const { namespace = "" } = chart.metadata;
  const object = await findSource<SourceObject>(context, kinds[kind], { namespace, name }).catch((cause: unknown) => {
    const message = `failed to get source: ${messageOf(cause)}`;
    return fail({ condition: "FetchFailed", reason: "SourceUnavailable", message }, cause);
  });
  const artifact = object.status?.artifact;
  if (kind === "HelmRepository" && (object as HelmRepository).spec.type === "oci") return { kind, object };
  if (artifact === undefined || (await ports.store.check(artifact)) !== "present")
    fail({
      condition: "FetchFailed",
      reason: "NoSourceArtifact",
      message: `no artifact available for ${kind} source '${name}'`,
      next: "requeue",
    });
  return { kind, object, artifact };
}

/** The repository as something that gives charts. */
export async function openRepository(
  repository: HelmRepository,
  { context, ports, verify }: Tools & { readonly verify?: () => Promise<Verify> },
): Promise<ChartSource> {
  const { url } = repository.spec;
  if (url.startsWith("oci://")) {
    const access = await registryAccessTo(repository, { context, ports });
    return createRegistrySource(url, access, {
      ...(ports.helmChartMaxSize === undefined ? {} : { limit: ports.helmChartMaxSize }),
      ...(verify === undefined ? {} : { verify: await verify() }),
    });
  }
  if (repository.spec.type === "oci")
    fail({
      condition: "FetchFailed",
      reason: "Failed",
      message: `failed to construct Helm client: invalid OCI registry URL: ${url}`,
      next: "stall",
    });
  const access = await httpAccessTo(repository, { context, ports });
  const { artifact } = repository.status ?? {};
  const load = async (): Promise<VersionIndex> => {
    if (artifact === undefined) return readVersions((await fetchIndex(access, limitOf(ports))).text);
    return ports.indexes.get(artifact.digest, async () =>
      ports.growing(artifact.size ?? 0, async () =>
        readStoredVersions(new TextDecoder().decode(await ports.store.read(artifact))),
      ),
    );
  };
  const { namespace = "", name = "" } = repository.metadata;
  return createIndexSource(load, access, {
    ...(ports.helmChartMaxSize === undefined ? {} : { limit: ports.helmChartMaxSize }),
    // Only charts of one repository object share: what one namespace may read is not for another that knows its digest.
    share: (digest, download) => ports.charts.get(`${namespace}/${name} ${url} ${digest}`, download),
  });
}

function limitOf({ helmIndexMaxSize: limit }: SourcePorts): { readonly limit?: number } {
  return limit === undefined ? {} : { limit };
}

/** The repository of a dependency: the HelmRepository with its URL in the namespace, or the URL as it is. */
export async function findRepository(url: string, namespace: string, tools: Tools): Promise<ChartSource> {
  const repositories = (await tools.context.cache.kind<HelmRepository>(HelmRepository)).list({ namespace });
  const known = repositories.find((repository) => isSameUrl(repository.spec.url, url));
  if (known !== undefined) return openRepository(known, tools);
  const anonymous = {
    apiVersion: HelmRepository.apiVersion,
    kind: HelmRepository.kind,
    metadata: { namespace },
    spec: { url },
  };
  return openRepository(anonymous as HelmRepository, tools);
}

function isSameUrl(left: string, right: string): boolean {
  try {
    return normalizeRepositoryUrl(left) === right;
  } catch {
    return false;
  }
}

/** The files of a packed source; unpacked once for all charts that come from it. */
export function openTree(artifact: Artifact, ports: SourcePorts): Promise<SourceTree> {
  return ports.trees.get(artifact.digest, async () => unpackTree(await ports.store.read(artifact)));
}
