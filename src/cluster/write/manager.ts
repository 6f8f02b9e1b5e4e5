import { fieldError, invalid } from "../../api/index.ts";
import { resetFieldsOf } from "../managed-fields/index.ts";
import type { Call } from "../http/call.ts";

/** Who a write is recorded under: `fieldManager`, else the program's name from its User-Agent. Throws Invalid for one that cannot be. */
export function managerOf(call: Call, kind: string): string {
  const asked = call.query.get("fieldManager") ?? "";
  if (asked === "") return fromUserAgent(call.request.headers.get("user-agent") ?? "");
  if (asked.length > 128) throw invalid({ group: "meta.k8s.io", kind }, "", [fieldError.tooLong("fieldManager", 128)]);
  if (/[^\P{C}]/u.test(asked)) {
    throw invalid({ group: "meta.k8s.io", kind }, "", [
      fieldError.invalid(
        "fieldManager",
        asked,
        `invalid character ${JSON.stringify(/[^\P{C}]/u.exec(asked)![0])} at position 0`,
      ),
    ]);
  }
  return asked;
}

/** Server-side apply must name its manager. */
export function requireManager(call: Call): string {
  const manager = managerOf(call, "PatchOptions");
  if ((call.query.get("fieldManager") ?? "") === "") {
    throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
      fieldError.required("fieldManager", "is required for apply patch"),
    ]);
  }
  return manager;
}

// rest: prefixFromUserAgent
function fromUserAgent(agent: string): string {
  return (agent.split("/")[0] ?? "").replaceAll(/[^\P{C}]/gu, "").slice(0, 128);
}

/** What the server resets in a write through one door, so that the writer does not own it. */
export function resetsOf({ resource }: Call, subresource = ""): ReturnType<typeof resetFieldsOf> {
  const { group, kind, custom, strategy } = resource;
  return resetFieldsOf({ group, kind, subresource, builtin: !custom, hasStatus: strategy.status });
}
