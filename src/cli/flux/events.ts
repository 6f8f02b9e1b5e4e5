import { isApiError, type KubeObject, type ObjectReference } from "../../api/index.ts";
import { humanDuration } from "../../cluster/index.ts";
import type { Client } from "../../kube/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { connect, fluxFlags } from "../connect.ts";
import { fluxTable } from "../table.ts";
import { type FluxKind, fluxKinds } from "./kinds.ts";

const flags = {
  ...fluxFlags,
  "all-namespaces": { type: "boolean", short: "A", help: "list the events across all namespaces" },
  for: { type: "string", help: "get events for a particular object, for example HelmRelease/podinfo" },
  types: { type: "list", help: "filter events by type: Normal, Warning" },
} as const;

/** `events`: what controllers said, about everything in a namespace or about one object and its sources. */
export const command = defineCommand({
  name: "events",
  usage: "cox events [flags]",
  summary: "Display Kubernetes events for Flux resources",
  flags,
  checkArgs: (args) => (args.length === 0 ? undefined : "events takes no arguments"),
  run: async ({ flags, io }) => {
    using connected = await connect(io, flags);
    const { client, namespace } = connected;
    const all = flags["all-namespaces"];
    const about = flags.for === "" ? undefined : await relatedTo(client, parseSubject(flags.for, namespace), io);
    const { items } = await client.list(eventKind, { ...(all ? {} : { namespace }), signal: io.signal });
    const chosen = items
      .map(toEvent)
      .filter((event) => flags.types.length === 0 || flags.types.includes(event.type))
      .filter(({ subject }) => about === undefined || about.some((one) => isSame(one, subject)))
      .toSorted((a, b) => a.last - b.last);
    if (chosen.length === 0) {
      io.stderr(all ? "✗ No events found.\n" : `✗ No events found in ${namespace} namespace.\n`);
      return 0;
    }
    const header = [...(all ? ["namespace"] : []), "last seen", "type", "reason", "object", "message"];
    const rows = chosen.map((event) => [
      ...(all ? [event.subject.namespace ?? ""] : []),
      ageOf(event, io.now()),
      event.type,
      event.reason,
      `${event.subject.kind}/${event.subject.name}`,
      event.message,
    ]);
    io.stdout(fluxTable(header, rows));
    return 0;
  },
});

const eventKind = { apiVersion: "v1", kind: "Event" } as const;

type Subject = Pick<ObjectReference, "kind" | "name" | "namespace">;

interface Event {
  readonly subject: Subject;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

function toEvent(object: KubeObject): Event {
  const text = (key: string): string => String(object[key] ?? "");
  const last = Date.parse(text("lastTimestamp") || object.metadata.creationTimestamp || "");
  return {
    subject: object["involvedObject"] as Subject,
    type: text("type"),
    reason: text("reason"),
    message: text("message"),
    last,
    first: Date.parse(text("firstTimestamp")) || last,
    count: Number(object["count"] ?? 1),
  };
}

function ageOf({ first, last, count }: Event, now: Date): string {
  const age = (since: number): string => humanDuration(now.getTime() - since);
  return count > 1 ? `${age(last)} (x${count} over ${age(first)})` : age(last);
}

function isSame(a: Subject, b: Subject): boolean {
  return a.kind === b.kind && a.name === b.name && a.namespace === b.namespace;
}

function parseSubject(text: string, namespace: string): ObjectReference {
  const [word = "", name = "", ...more] = text.split("/");
  const kind = fluxKinds.find((one) => namesOf(one).includes(word.toLowerCase()));
  if (kind === undefined || name === "" || more.length > 0)
    throw new CommandError(`invalid format of resource selector ${JSON.stringify(text)}: it is Kind/name`);
  return { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name };
}

function namesOf({ kind, aliases }: FluxKind): readonly string[] {
  return [kind.toLowerCase(), ...aliases];
}

/** The object and what it comes from, one after another. */
async function relatedTo(client: Client, reference: ObjectReference, io: Io): Promise<readonly Subject[]> {
  let object: KubeObject;
  try {
    object = await client.get(reference, { signal: io.signal });
  } catch (error) {
    if (isApiError(error, "NotFound")) throw new CommandError(error.message);
    throw error;
  }
  const source = sourceOf(object, reference);
  if (source === undefined) return [reference];
  const kind = fluxKinds.find((one) => one.kind === source.kind);
  const below = kind === undefined ? [] : await relatedTo(client, { ...source, apiVersion: kind.apiVersion }, io);
  return [reference, ...below];
}

function sourceOf(object: KubeObject, { kind, namespace = "", name }: ObjectReference): Subject | undefined {
  type Reference = { readonly kind: string; readonly name: string; readonly namespace?: string };
  const spec = (object.spec ?? {}) as {
    readonly chart?: { readonly spec: { readonly sourceRef: Reference } } | string;
    readonly chartRef?: Reference;
    readonly sourceRef?: Reference;
  };
  if (kind === "HelmRelease" && typeof spec.chart === "object")
    return {
      kind: "HelmChart",
      namespace: spec.chart.spec.sourceRef.namespace ?? namespace,
      name: `${namespace}-${name}`,
    };
  const found = spec.chartRef ?? spec.sourceRef;
  return found === undefined
    ? undefined
    : { kind: found.kind, name: found.name, namespace: found.namespace ?? namespace };
}
