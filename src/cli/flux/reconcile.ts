import { isApiError, type KubeObject, type ObjectReference } from "../../api/index.ts";
import { type Client } from "../../kube/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { connect, fluxFlags } from "../connect.ts";
import { type FluxKind, helmRelease, isStatic, kustomization, sources } from "./kinds.ts";
import { conditionOf, isSettled, statusOf, waitFor } from "./patience.ts";

const requestedAt = "reconcile.fluxcd.io/requestedAt";

const flags = {
  ...fluxFlags,
  "with-source": { type: "boolean", help: "reconcile the source first" },
  force: { type: "boolean", help: "force a one-off install or upgrade of the release" },
  reset: { type: "boolean", help: "reset the failure count of the release" },
} as const;

/** `reconcile <kind> NAME`: asks for a reconcile by annotation and waits until it is done. */
export function reconcileCommand(kind: FluxKind) {
  return defineCommand({
    name: kind.words.join(" "),
    usage: `cox reconcile ${kind.words.join(" ")} [name] [flags]`,
    summary: `Reconcile a ${kind.kind}`,
    flags,
    checkArgs: (args) => (args.length === 1 ? undefined : `${kind.kind} name is required`),
    run: async ({ flags, args, io }) => {
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      const reference = { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name: args[0] ?? "" };
      if (flags["with-source"]) await reconcileSource(client, reference, flags.timeout, io);
      const extra = [
        ...(flags.force ? ["reconcile.fluxcd.io/forceAt"] : []),
        ...(flags.reset ? ["reconcile.fluxcd.io/resetAt"] : []),
      ];
      await reconcileOne(client, kind, reference, { extra, timeout: flags.timeout, io });
      return 0;
    },
  });
}

async function getOne(client: Client, reference: ObjectReference, io: Io): Promise<KubeObject> {
  try {
    return await client.get(reference, { signal: io.signal });
  } catch (error) {
    if (isApiError(error, "NotFound")) throw new CommandError(error.message);
    throw error;
  }
}

async function reconcileOne(
  client: Client,
  kind: FluxKind,
  reference: ObjectReference,
  options: { readonly extra: readonly string[]; readonly timeout: number; readonly io: Io },
): Promise<void> {
  const { extra, timeout, io } = options;
  const { namespace, name } = reference;
  const before = await getOne(client, reference, io);
  if ((before.spec as { readonly suspend?: boolean } | undefined)?.suspend === true)
    throw new CommandError("resource is suspended");
  if (isStatic(before)) {
    io.stderr("✔ reconciliation not supported by the object\n");
    return;
  }
  io.stderr(`► annotating ${kind.kind} ${name} in ${namespace} namespace\n`);
  const token = io.now().toISOString();
  const annotations = Object.fromEntries([requestedAt, ...extra].map((key) => [key, token]));
  await client.patch(reference, { metadata: { annotations } }, { type: "merge", fieldManager: "flux" });
  io.stderr(`✔ ${kind.kind} annotated\n`);
  io.stderr(`◎ waiting for ${kind.kind} reconciliation\n`);
  const handledBefore = statusOf(before).lastHandledReconcileAt;
  const after = await waitFor(client, reference, {
    timeout,
    io,
    isDone: (object) =>
      statusOf(object).lastHandledReconcileAt !== handledBefore &&
      (isSettled(object) || conditionOf(object, "Ready")?.status === "False"),
  });
  const ready = conditionOf(after, "Ready");
  if (ready?.status !== "True") throw new CommandError(`${kind.kind} reconciliation failed: '${ready?.message ?? ""}'`);
  io.stderr(`✔ ${kind.done(after)}\n`);
}

interface SourceReference {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** Reconciles what the object reads from, and before that what its chart reads from. */
async function reconcileSource(client: Client, reference: ObjectReference, timeout: number, io: Io): Promise<void> {
  const object = await getOne(client, reference, io);
  const { namespace = "" } = object.metadata;
  const spec = object.spec as
    | {
        readonly sourceRef?: SourceReference;
        readonly chartRef?: SourceReference;
        readonly chart?: { readonly spec?: { readonly sourceRef?: SourceReference } };
      }
    | undefined;
  const chartSource = spec?.chart?.spec?.sourceRef;
  const found =
    chartSource === undefined
      ? (spec?.chartRef ?? spec?.sourceRef)
      : {
          kind: "HelmChart",
          name: `${namespace}-${object.metadata.name}`,
          namespace: chartSource.namespace ?? namespace,
        };
  const kind = sources.find((one) => one.kind === found?.kind);
  if (kind === undefined || found?.name === undefined) return;
  const source = {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    namespace: found.namespace ?? namespace,
    name: found.name,
  };
  if (kind.kind === "HelmChart") await reconcileSource(client, source, timeout, io);
  await reconcileOne(client, kind, source, { extra: [], timeout, io });
}

/** Every kind that can be reconciled, by the words that name it. */
export const reconcilable: readonly FluxKind[] = [...sources, helmRelease, kustomization];
