import type { Condition, HelmRelease, KubeObject } from "../../../src/api/index.ts";
import { createSecretStorage, hasCode, type ReleaseRecord, type Storage } from "../../../src/release/index.ts";
import { chartKind, type Ground } from "./ground.ts";
import { nameOf } from "./scenario.ts";

/** What is left of a release when everything is settled, without what differs from run to run. */
export interface Remains {
  readonly ready: string;
  readonly objects: readonly string[];
  readonly last: string;
}

export async function readRemains(ground: Ground): Promise<Remains> {
  const release = await ground.client.tryGet<HelmRelease>(nameOf(ground));
  const conditions = (release?.status?.conditions ?? []) as readonly Condition[];
  // A process that is told to stop leaves its last look unfinished; what came to pass before is what counts.
  const passing = ["Remediated", "Released", "Reconciling"];
  const told = conditions.filter(({ type }) => !passing.includes(type));
  const revisions = await readRevisions(ground);
  return {
    // Who goes on with an install that was cut short upgrades it.
    ready: told
      .map(({ type, status, reason }) => `${type}=${status} ${reason.replace(/^(Install|Upgrade)(?=Succ|Fail)/, "")}`)
      .join(", "),
    objects: await readObjects(ground),
    last: revisions.at(-1)?.info.status ?? "none",
  };
}

/** Where the release's revisions are, as another program sees it. */
export const storageOf = ({ client, namespace }: Ground): Storage =>
  createSecretStorage({ client, namespace, now: () => new Date() });

export async function readRevisions(ground: Ground): Promise<readonly ReleaseRecord[]> {
  const found = await storageOf(ground)
    .history("web")
    .catch((error: unknown) => {
      if (hasCode(error, "NotFound")) return [];
      throw error;
    });
  return found.toSorted((a, b) => a.version - b.version);
}

async function readObjects({ client, namespace, otherNamespace }: Ground): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const kind of [
    { apiVersion: "v1", kind: "ConfigMap" },
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "apps/v1", kind: "Deployment" },
    chartKind,
  ])
    for (const place of [namespace, otherNamespace])
      for (const item of (await client.list(kind, { namespace: place })).items)
        if (item.metadata.name !== "kube-root-ca.crt" && (item.metadata.ownerReferences ?? []).length === 0)
          lines.push(
            `${kind.kind} ${place}/${item.metadata.name} ${contentOf(item)}`.replaceAll(namespace, "NAMESPACE"),
          );
  return lines.toSorted();
}

function contentOf({ data, spec, metadata }: KubeObject): string {
  return JSON.stringify({ data, spec, labels: metadata.labels, finalizers: metadata.finalizers });
}
