import { type Condition, findCondition, type KubeObject } from "../../../api/index.ts";
import type { Client } from "../../../kube/index.ts";
import type { SourceStatus } from "../status.ts";

/** What a person sees of a source once nothing moves any more. */
export interface SeenSource {
  readonly observedGeneration: number | null;
  readonly revision: string | null;
  readonly conditions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
}

type Source = KubeObject & { readonly status?: SourceStatus };

interface Reference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Waits until a source is ready or has failed, since it was `asked` if that is given; from the beginning, as the first events of
 * a watch are the objects as they are.
 */
export async function untilSettled<T extends Source>(client: Client, reference: Reference, asked?: string): Promise<T> {
  const { apiVersion, kind, namespace, name } = reference;
  const only = { namespace, fieldSelector: `metadata.name=${name}` };
  for await (const { object } of client.watch<T>({ apiVersion, kind }, only))
    if (isSettled(object) && (asked === undefined || object.status?.lastHandledReconcileAt === asked)) return object;
  throw new Error(`the watch of ${kind} ${name} ended before it was settled`);
}

function isSettled({ status, metadata }: Source): boolean {
  const ready = findCondition(status?.conditions, "Ready");
  const reconciling = findCondition(status?.conditions, "Reconciling");
  if (ready?.status === "False" && reconciling !== undefined)
    // Flux writes a failure before it writes that it will try again.
    return reconciling.reason === "ProgressingWithRetry";
  return ready !== undefined && ready.status !== "Unknown" && status?.observedGeneration === metadata.generation;
}

/** What is seen of a source; `mask` takes out of its texts what is different each time. */
export async function seenOf(
  client: Client,
  source: Source & { readonly kind: string },
  mask: (text: string) => string,
): Promise<SeenSource> {
  const { conditions = [], artifact, observedGeneration } = source.status ?? {};
  return {
    observedGeneration: observedGeneration ?? null,
    revision: artifact === undefined ? null : mask(artifact.revision),
    conditions: Object.fromEntries(conditions.map((one) => [one.type, mask(textOf(one))] as const).toSorted()),
    events: [...new Set((await eventsOf(client, source)).map(mask))].toSorted(),
  };
}

function textOf({ status, reason, message }: Condition): string {
  return `${status} ${reason}: ${message}`;
}

async function eventsOf(client: Client, { kind, metadata }: Source): Promise<readonly string[]> {
  const { namespace = "", name } = metadata;
  const { items } = await client.list<KubeObject>({ apiVersion: "v1", kind: "Event" }, { namespace });
  return items
    .filter((event) => {
      const about = event["involvedObject"] as { readonly kind: string; readonly name: string };
      return about.kind === kind && about.name === name;
    })
    .map((event) => `${String(event["type"])} ${String(event["reason"])} ${String(event["message"])}`);
}
