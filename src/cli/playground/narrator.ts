import { type Condition, findCondition, type KubeObject } from "../../api/index.ts";
import type { Kind, WatchCache } from "../../kube/index.ts";

const source = "source.toolkit.fluxcd.io/v1";
const kinds: readonly Kind[] = [
  { apiVersion: source, kind: "GitRepository" },
  { apiVersion: "kustomize.toolkit.fluxcd.io/v1", kind: "Kustomization" },
  { apiVersion: source, kind: "HelmRepository" },
  { apiVersion: source, kind: "OCIRepository" },
  { apiVersion: source, kind: "HelmChart" },
  { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" },
  { apiVersion: "apps/v1", kind: "Deployment" },
];

const marks = { True: "✔", False: "✗", Unknown: "◎" } as const;

/** Tells what the loop does, a line for each thing that becomes so. Returns the function that ends the telling. */
export async function narrate(cache: WatchCache, tell: (line: string) => void): Promise<() => void> {
  const told = new Map<string, string>();
  const unsubscribes: (() => void)[] = [];
  for (const kind of kinds) {
    const objects = await cache.kind(kind);
    unsubscribes.push(
      objects.subscribe(({ type, object }) => {
        if (type === "BOOKMARK") return;
        const { namespace = "", name = "" } = object.metadata;
        const subject = `${kind.kind}/${namespace}/${name}`;
        const line = type === "DELETED" ? `✔ ${subject} deleted` : describe(subject, object);
        if (line === undefined || told.get(subject) === line) return;
        told.set(subject, line);
        tell(line);
      }),
    );
  }
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}

function describe(subject: string, object: KubeObject): string | undefined {
  if (object.kind === "Deployment") return describeDeployment(subject, object);
  const status = object.status as { readonly conditions?: readonly Condition[] } | undefined;
  const ready = findCondition(status?.conditions, "Ready");
  if (ready === undefined) return undefined;
  return `${marks[ready.status]} ${subject}: ${firstLine(ready.message)}`;
}

function describeDeployment(subject: string, object: KubeObject): string | undefined {
  const { replicas = 1 } = (object.spec ?? {}) as { readonly replicas?: number };
  const status = (object.status ?? {}) as {
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly observedGeneration?: number;
  };
  if (status.observedGeneration !== object.metadata.generation) return undefined;
  const ready = status.readyReplicas ?? 0;
  const mark = ready >= replicas && status.updatedReplicas === replicas ? "✔" : "◎";
  return `${mark} ${subject}: ${ready} of ${replicas} Pods ready`;
}

function firstLine(text: string): string {
  const [first = ""] = text.split("\n");
  return first.length > 160 ? `${first.slice(0, 157)}...` : first;
}
