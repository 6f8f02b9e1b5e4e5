import type { KubeObject } from "../../../api/index.ts";
import type { Pod, PodTemplate } from "../kinds.ts";
import { controllerOf, controllerReference, isReady } from "../objects.ts";
import type { Context } from "../runtime.ts";

/** The Pods that an object controls, in the order of their names. */
export function podsOf({ dependents }: Pick<Context, "dependents">, owner: KubeObject): readonly Pod[] {
  return dependents.of("/pods", owner) as readonly Pod[];
}

/** The key of the controller of an object, where it is of the kind. */
export function controllerKey(object: KubeObject, kind: string): readonly string[] {
  const owner = controllerOf(object);
  return owner?.kind === kind ? [`${object.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** A Pod made from a template. */
export function podFrom(
  template: PodTemplate,
  owner: KubeObject,
  metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly labels?: Readonly<Record<string, string>>;
  },
): Pod {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  const { name, generateName } = metadata;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(generateName === undefined ? {} : { generateName }),
      namespace: owner.metadata.namespace ?? "default",
      labels: { ...labels, ...metadata.labels },
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner)],
    },
    spec: template.spec,
  };
}

/** Pods in the order in which they are given up: first those that serve least and were made last. */
export function byWorth(pods: readonly Pod[]): Pod[] {
  const rank = (pod: Pod): number => {
    if (pod.spec.nodeName === undefined) return 0;
    if (pod.status?.phase !== "Running") return 1;
    return isReady(pod) ? 3 : 2;
  };
  const age = ({ metadata }: Pod): number => Date.parse(metadata.creationTimestamp ?? "") || 0;
  return [...pods].sort((a, b) => rank(a) - rank(b) || age(b) - age(a));
}
