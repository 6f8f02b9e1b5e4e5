import type { KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import type { WorkloadCondition } from "../kinds.ts";
import { isDeleted, keyOf, timestamp, withCondition } from "../objects.ts";
import type { Context, Controller, Watch } from "../runtime.ts";

interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly WorkloadCondition[] };
}

const bucket = "/namespaces";

/** Empties a namespace that is deleted, then lets it go. */
export interface NamespaceController extends Controller {
  readonly watchOf: (bucket: string) => Watch;
}

export function createNamespaceController(buckets: readonly string[]): NamespaceController {
  const watchOf = (contents: string): Watch => ({
    bucket: contents,
    keys(object, store) {
      const { namespace } = object.metadata;
      if (namespace === undefined) return [];
      const owner = store.get(bucket, namespace)?.object;
      return owner !== undefined && isDeleted(owner) ? [namespace] : [];
    },
  });
  return {
    name: "namespace-controller",
    watches: [{ bucket, keys: (object) => (isDeleted(object) ? [keyOf(object)] : []) }, ...buckets.map(watchOf)],
    watchOf,
    reconcile: terminate,
  };
}

async function terminate(name: string, context: Context): Promise<undefined> {
  const { store, api } = context;
  const namespace = store.get(bucket, name)?.object as Namespace | undefined;
  if (namespace === undefined || !isDeleted(namespace)) return undefined;
  const remaining = contentsOf(context, name);
  // Pods go first: they may need what else is there to end well.
  const pods = remaining.filter(({ plural }) => plural === "pods");
  for (const { objects } of pods.length > 0 ? pods : remaining) {
    await Promise.all(
      objects
        .filter((object) => !isDeleted(object))
        .map((object) => api("kube-controller-manager").remove(object, { propagation: "Background" })),
    );
  }
  const left = contentsOf(context, name);
  const conditions = conditionsOf(namespace, left, timestamp(context.now()));
  const status = { ...namespace.status, phase: "Terminating", conditions };
  if (left.length > 0) {
    if (!isEqual(status, namespace.status)) await api("kube-controller-manager").updateStatus({ ...namespace, status });
    return undefined;
  }
  // Finalizing is a write of its own kind, after which nothing may be left of the namespace.
  await store.guaranteedUpdate(bucket, name, (current) => {
    const latest = current?.object as Namespace | undefined;
    if (latest === undefined || !isDeleted(latest)) return latest;
    if ((latest.metadata.finalizers ?? []).length === 0) return undefined;
    const { finalizers = [], ...spec } = latest.spec ?? {};
    const kept = finalizers.filter((finalizer) => finalizer !== "kubernetes");
    if (kept.length === finalizers.length && isEqual(latest.status, status)) return latest;
    return { ...latest, spec: kept.length === 0 ? spec : { ...spec, finalizers: kept }, status };
  });
  return undefined;
}

interface Contents {
  readonly group: string;
  readonly plural: string;
  readonly objects: readonly KubeObject[];
}

function contentsOf({ store, registry }: Context, namespace: string): Contents[] {
  const seen = new Set<string>();
  const contents: Contents[] = [];
  for (const { group, plural, bucket: from, namespaced, verbs } of registry.resources()) {
    if (!namespaced || seen.has(from) || !verbs.includes("delete")) continue;
    seen.add(from);
    const objects = store.list(from, { prefix: `${namespace}/` }).items.map(({ object }) => object);
    if (objects.length > 0) contents.push({ group, plural, objects });
  }
  return contents;
}

function conditionsOf({ status }: Namespace, left: readonly Contents[], time: string): readonly WorkloadCondition[] {
  const named = left.map(({ group, plural, objects }) => `${plural}.${group} has ${objects.length} resource instances`);
  const finalizers = new Map<string, number>();
  for (const { objects } of left) {
    for (const finalizer of objects.flatMap(({ metadata }) => metadata.finalizers ?? [])) {
      finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    }
  }
  const held = [...finalizers].map(([finalizer, number]) => `${finalizer} in ${number} resource instances`);
  const rows: readonly (readonly [type: string, is: boolean, reason: string, message: string])[] = [
    ["NamespaceDeletionDiscoveryFailure", false, "ResourcesDiscovered", "All resources successfully discovered"],
    [
      "NamespaceDeletionGroupVersionParsingFailure",
      false,
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ],
    [
      "NamespaceDeletionContentFailure",
      false,
      "ContentDeleted",
      "All content successfully deleted, may be waiting on finalization",
    ],
    named.length > 0
      ? ["NamespaceContentRemaining", true, "SomeResourcesRemain", `Some resources are remaining: ${named.join(", ")}`]
      : ["NamespaceContentRemaining", false, "ContentRemoved", "All content successfully removed"],
    held.length > 0
      ? [
          "NamespaceFinalizersRemaining",
          true,
          "SomeFinalizersRemain",
          `Some content in the namespace has finalizers remaining: ${held.join(", ")}`,
        ]
      : ["NamespaceFinalizersRemaining", false, "ContentHasNoFinalizers", "All content-preserving finalizers finished"],
  ];
  return rows.reduce<readonly WorkloadCondition[]>(
    (conditions, [type, is, reason, message]) =>
      withCondition(conditions, { type, status: is ? "True" : "False", lastTransitionTime: time, reason, message }),
    status?.conditions ?? [],
  );
}
