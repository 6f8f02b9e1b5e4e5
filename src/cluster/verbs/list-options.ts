import { badRequest, fieldError, type FieldError, invalid } from "../../api/index.ts";
import type { Call } from "../http/call.ts";

export interface ListOptions {
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
  readonly resourceVersionMatch?: "Exact" | "NotOlderThan";
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents?: boolean;
  readonly timeoutSeconds?: number;
}

/** Reads and checks the query of a list or watch. Throws BadRequest or Invalid. */
export function listOptionsOf({ query }: Call, isWatch = false): ListOptions {
  const integer = (name: string): number | undefined => {
    const text = query.get(name);
    if (text === null || text === "") return undefined;
    if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
    return Number(text);
  };
  const flag = (name: string): boolean | undefined => {
    const text = query.get(name);
    if (text === null) return undefined;
    // Kubernetes: a parameter without a value counts as set.
    return !["false", "0", "f", "F", "FALSE", "False"].includes(text);
  };
  const text = (name: string): string | undefined => {
    const found = query.get(name);
    return found === null || found === "" ? undefined : found;
  };
  const match = text("resourceVersionMatch");
  const limit = integer("limit");
  const token = text("continue");
  const resourceVersion = text("resourceVersion");
  const sendInitialEvents = flag("sendInitialEvents");
  const timeoutSeconds = integer("timeoutSeconds");
  const problems = isWatch
    ? watchProblems({ match, sendInitialEvents, bookmarks: flag("allowWatchBookmarks") ?? false })
    : listProblems({ match, resourceVersion, token, sendInitialEvents });
  if (problems.length > 0) throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", problems);
  if (token !== undefined && resourceVersion !== undefined && resourceVersion !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  return {
    allowWatchBookmarks: flag("allowWatchBookmarks") ?? false,
    ...(limit === undefined || limit <= 0 ? {} : { limit }),
    ...(token === undefined ? {} : { continue: token }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(match === "Exact" || match === "NotOlderThan" ? { resourceVersionMatch: match } : {}),
    ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
}

const matches = ["Exact", "NotOlderThan", ""];

function listProblems(options: {
  readonly match: string | undefined;
  readonly resourceVersion: string | undefined;
  readonly token: string | undefined;
  readonly sendInitialEvents: boolean | undefined;
}): readonly FieldError[] {
  const { match, resourceVersion, token, sendInitialEvents } = options;
  const problems: FieldError[] = [];
  if (match !== undefined) {
    if (resourceVersion === undefined) {
      problems.push(
        fieldError.forbidden(
          "resourceVersionMatch",
          "resourceVersionMatch is forbidden unless resourceVersion is provided",
        ),
      );
    }
    if (token !== undefined) {
      problems.push(
        fieldError.forbidden("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided"),
      );
    }
    if (!matches.includes(match)) problems.push(fieldError.notSupported("resourceVersionMatch", match, matches));
    if (match === "Exact" && resourceVersion === "0") {
      problems.push(
        fieldError.forbidden(
          "resourceVersionMatch",
          'resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
        ),
      );
    }
  }
  if (sendInitialEvents !== undefined) {
    problems.push(fieldError.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  }
  return problems;
}

function watchProblems(options: {
  readonly match: string | undefined;
  readonly sendInitialEvents: boolean | undefined;
  readonly bookmarks: boolean;
}): readonly FieldError[] {
  const { match, sendInitialEvents } = options;
  if (sendInitialEvents === undefined) {
    return match === undefined
      ? []
      : [
          fieldError.forbidden(
            "resourceVersionMatch",
            "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
          ),
        ];
  }
  if (match === undefined) {
    return [
      fieldError.forbidden(
        "resourceVersionMatch",
        "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
      ),
    ];
  }
  if (match === "NotOlderThan") return [];
  return matches.includes(match)
    ? [
        fieldError.forbidden(
          "resourceVersionMatch",
          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        ),
      ]
    : [fieldError.notSupported("resourceVersionMatch", match, ["NotOlderThan"])];
}

/** The rule of `dryRun`: absent, or "All". Throws Invalid. */
export function isDryRun(values: readonly string[], kind: string): boolean {
  const given = values.filter((value) => value !== "");
  if (given.length === 0) return false;
  if (given.some((value) => value !== "All")) {
    throw invalid({ group: "meta.k8s.io", kind }, "", [fieldError.notSupported("dryRun", given, ["All"])]);
  }
  return true;
}
