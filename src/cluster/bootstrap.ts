import type { KubeObject } from "../api/index.ts";
import type { Core } from "./http/call.ts";
import { timestamp } from "./write/metadata.ts";

const namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Stores the objects that every cluster has from the start, where they are missing. */
export async function bootstrap({ store, now }: Core): Promise<void> {
  for (const name of namespaces) {
    await store.guaranteedUpdate("/namespaces", name, (current) => current?.object ?? namespace(name, now()));
  }
}

function namespace(name: string, now: Date): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      uid: crypto.randomUUID(),
      creationTimestamp: timestamp(now),
      labels: { "kubernetes.io/metadata.name": name },
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  };
}
