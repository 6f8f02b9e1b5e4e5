import type { Status } from "../../api/index.ts";
import { compareBytes } from "../../base/value.ts";
import { formatPath } from "./field-set.ts";
import { managerKey, type Owned } from "./managers.ts";
import type { Conflict } from "./ownership.ts";

/** Kubernetes' answer to an apply that would change what others own, word for word. */
export function toConflictStatus(conflicts: readonly Conflict[]): Status {
  const sorted = [...conflicts].sort((a, b) => compareBytes(managerKey(a.with), managerKey(b.with)));
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: messageFor(sorted),
    reason: "Conflict",
    details: {
      causes: sorted.map(({ with: owned, path }) => ({
        reason: "FieldManagerConflict",
        message: `conflict with ${describe(owned)}`,
        field: formatPath(path),
      })),
    },
    code: 409,
  };
}

function messageFor(conflicts: readonly Conflict[]): string {
  const [first] = conflicts;
  if (first !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${describe(first.with)}: ${formatPath(first.path)}`;
  }
  const lines: string[] = [];
  let last: Owned | undefined;
  for (const { with: owned, path } of conflicts) {
    if (owned !== last) lines.push(`conflicts with ${describe(owned)}:`);
    lines.push(`- ${formatPath(path)}`);
    last = owned;
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

function describe({ manager, subresource, operation, apiVersion }: Owned): string {
  const name = `${JSON.stringify(manager)}${subresource === "" ? "" : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}
