import { type Condition, findCondition, type KubeObject } from "../../api/index.ts";
import type { Client } from "../../kube/index.ts";
import { fluxKinds } from "../flux/kinds.ts";
import { statusCells } from "../flux/status-cells.ts";

/** A row for each object that the controllers look after, as `cox get all` shows it. */
export async function statusRows(client: Client): Promise<readonly (readonly string[])[]> {
  const rows: string[][] = [];
  for (const kind of fluxKinds) {
    const { items } = await client.list(kind);
    for (const object of items) {
      rows.push([`${kind.resource}/${object.metadata.name ?? ""}`, ...statusCells(kind, object)]);
    }
  }
  return rows;
}

/** One line about the Pods of a namespace. */
export async function describePods(client: Client, namespace: string): Promise<string> {
  const { items } = await client.list({ apiVersion: "v1", kind: "Pod" }, { namespace });
  const ready = items.filter(isPodReady).length;
  return `${ready} of ${items.length} Pods of namespace ${namespace} are ready`;
}

function isPodReady(pod: KubeObject): boolean {
  const { conditions } = (pod.status ?? {}) as { readonly conditions?: readonly Condition[] };
  return findCondition(conditions, "Ready")?.status === "True";
}
