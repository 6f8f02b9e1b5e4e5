import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";

/** Makes kube-apiserver write a line for each answered request, without bodies. */
export const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [{ level: "Metadata" }],
};

/** What one line of the audit log says of a request. */
export interface Asked {
  readonly program: string;
  /** For example `patch helmreleases/status`. */
  readonly what: string;
}

/** The size of the log: where the next reading begins. */
export async function endOfLog(file: string): Promise<number> {
  return (await stat(file)).size;
}

/** The requests between two places of the log that were neither the control plane's own nor the load's. */
export async function readRequests(file: string, from: number, to: number): Promise<readonly Asked[]> {
  if (to <= from) return [];
  const asked: Asked[] = [];
  const lines = createInterface({ input: createReadStream(file, { start: from, end: to - 1 }) });
  for await (const line of lines) {
    const one = parseRequest(line);
    if (one !== undefined && !isBystander(one.program)) asked.push(one);
  }
  return asked;
}

/** The user agent of the load: its requests are not the controllers'. */
export const loadAgent = "coxswain-bench";

const bystanders = ["kube-", "kwok", "etcd", "kubectl", loadAgent];

function isBystander(program: string): boolean {
  return bystanders.some((prefix) => program.startsWith(prefix));
}

/** Reads a line; a watch counts once, when it begins. */
export function parseRequest(line: string): Asked | undefined {
  let event: Partial<AuditEvent>;
  try {
    event = JSON.parse(line);
  } catch {
    return undefined; // the last line may be half written
  }
  const { stage, verb = "", userAgent = "", objectRef, requestURI = "" } = event;
  if (stage !== (verb === "watch" ? "ResponseStarted" : "ResponseComplete")) return undefined;
  const { resource, subresource } = objectRef ?? {};
  const path = resource ?? requestURI.replace(/\?.*/, "");
  return { program: userAgent, what: `${verb} ${path}${subresource === undefined ? "" : `/${subresource}`}` };
}

interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly userAgent: string;
  readonly requestURI: string;
  readonly objectRef: { readonly resource?: string; readonly subresource?: string };
}

/** How often each thing was asked, most often first. */
export function tally(asked: readonly Asked[]): readonly (readonly [what: string, count: number])[] {
  const counts = Map.groupBy(asked, ({ what }) => what);
  return [...counts].map(([what, all]) => [what, all.length] as const).toSorted(([, a], [, b]) => b - a);
}
