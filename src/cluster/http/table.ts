import { badRequest, type KubeObject } from "../../api/index.ts";
import type { Column } from "../registry/columns.ts";
import type { Call } from "./call.ts";
import { toPartial } from "./partial.ts";

/** A `meta.k8s.io` Table of some objects, by the columns of their kind. `metadata` is a list's; that of the object where there is one. */
export function toTable(
  call: Call,
  objects: readonly KubeObject[],
  metadata: object | undefined,
  version: string,
): object {
  const [only] = objects;
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version || "v1"}`,
    metadata: metadata ?? { resourceVersion: only?.metadata.resourceVersion ?? "" },
    columnDefinitions: call.resource.columns.map(definition),
    rows: objects.map((object) => toRow(call, object, version)),
  };
}

/** A Table that carries one object of a watch; the columns are named in the first one only. */
export function toWatchTable(call: Call, object: KubeObject, version: string, first: boolean): object {
  const table = toTable(call, [object], undefined, version);
  return first ? table : { ...table, columnDefinitions: null };
}

function definition({ name, type, format, description, priority }: Column): object {
  return { name, type, format, description, priority };
}

function toRow(call: Call, object: KubeObject, version: string): object {
  return {
    cells: call.resource.columns.map((column) => column.cell(object, call.at)),
    ...included(call, object, version),
  };
}

function included(call: Call, object: KubeObject, version: string): object {
  const policy = call.query.get("includeObject") ?? "Metadata";
  switch (policy) {
    case "None":
      return {};
    case "Object":
      return { object };
    case "Metadata":
    case "":
      return { object: toPartial(object, version) };
    default:
      throw badRequest(`unrecognized includeObject value: ${JSON.stringify(policy)}`);
  }
}
