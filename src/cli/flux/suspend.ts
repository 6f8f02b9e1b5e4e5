import { isApiError, type KubeObject } from "../../api/index.ts";
import type { Client } from "../../kube/index.ts";
import { CommandError, defineCommand, type Io } from "../command.ts";
import { connect, fluxFlags } from "../connect.ts";
import type { FluxKind } from "./kinds.ts";
import { conditionOf, isSettled, statusOf, waitFor } from "./patience.ts";

const flags = {
  ...fluxFlags,
  all: { type: "boolean", help: "select all resources in the namespace" },
  wait: { type: "boolean", help: "wait for each resource to be reconciled" },
} as const;

/** `suspend <kind> NAME…`: the controllers leave the objects alone from now on. */
export function suspendCommand(kind: FluxKind) {
  return defineCommand({
    name: kind.words.join(" "),
    usage: `cox suspend ${kind.words.join(" ")} [name] [flags]`,
    summary: `Suspend reconciliation of ${kind.kind}`,
    flags,
    run: async ({ flags, args, io }) => {
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      for (const object of await selectObjects(client, kind, { namespace, names: args, all: flags.all }, io)) {
        io.stderr(`► suspending ${kind.human} ${object.metadata.name} in ${namespace} namespace\n`);
        await patchSpec(client, object, { suspend: true });
        io.stderr(`✔ ${kind.human} suspended\n`);
      }
      return 0;
    },
  });
}

/** `resume <kind> NAME…`: the controllers take them up again; for one name the command waits until they have. */
export function resumeCommand(kind: FluxKind) {
  return defineCommand({
    name: kind.words.join(" "),
    usage: `cox resume ${kind.words.join(" ")} [name] [flags]`,
    summary: `Resume a suspended ${kind.kind}`,
    flags,
    run: async ({ flags, args, io }) => {
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      const wanted = { namespace, names: args, all: flags.all, forResume: true };
      const objects = await selectObjects(client, kind, wanted, io);
      const resumed: KubeObject[] = [];
      for (const object of objects) {
        io.stderr(`► resuming ${kind.human} ${object.metadata.name} in ${namespace} namespace\n`);
        resumed.push(await patchSpec(client, object, { suspend: null }));
        io.stderr(`✔ ${kind.human} resumed\n`);
      }
      if (!flags.wait && args.length !== 1) return 0;
      let failed = 0;
      for (const object of resumed) failed += (await follow(client, kind, object, flags.timeout, io)) ? 0 : 1;
      if (failed > 0) throw new CommandError(`reconciliation failed for ${failed} ${kind.kind}(s)`);
      return 0;
    },
  });
}

async function follow(client: Client, kind: FluxKind, object: KubeObject, timeout: number, io: Io): Promise<boolean> {
  const { name = "", namespace = "" } = object.metadata;
  io.stderr(`◎ waiting for ${kind.kind} reconciliation\n`);
  const reference = { apiVersion: kind.apiVersion, kind: kind.kind, namespace, name };
  const isObserved = (one: KubeObject): boolean => statusOf(one).observedGeneration === one.metadata.generation;
  try {
    const settled = await waitFor(client, reference, {
      timeout,
      io,
      isDone: (one) => isObserved(one) && isSettled(one),
    });
    const ready = conditionOf(settled, "Ready");
    if (ready?.status !== "True") throw new CommandError(ready?.message ?? "");
    io.stderr(`✔ ${kind.kind} ${name} reconciliation completed\n✔ ${kind.done(settled)}\n`);
    return true;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    io.stderr(`✗ ${kind.kind} ${name} reconciliation failed: ${error.message}\n`);
    return false;
  }
}

async function selectObjects(
  client: Client,
  kind: FluxKind,
  wanted: {
    readonly namespace: string;
    readonly names: readonly string[];
    readonly all: boolean;
    readonly forResume?: boolean;
  },
  io: Io,
): Promise<readonly KubeObject[]> {
  const { namespace, names, all } = wanted;
  if (names.length === 0 && !all) throw new CommandError(`${kind.human} name is required`);
  if (all) {
    const { items } = await client.list(kind, { namespace });
    if (items.length === 0) io.stderr(`✗ no ${kind.kind} objects found in ${namespace} namespace\n`);
    return items.map((item) => ({ ...item, apiVersion: kind.apiVersion, kind: kind.kind }));
  }
  const found: KubeObject[] = [];
  for (const name of names) {
    try {
      found.push(await client.get({ apiVersion: kind.apiVersion, kind: kind.kind, namespace, name }));
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
      // flux tells, and goes on: the exit code stays 0.
      const subject = wanted.forResume === true ? `${kind.kind} object '${name}'` : `${kind.kind} ${name}`;
      io.stderr(`✗ ${subject} not found in ${namespace} namespace\n`);
    }
  }
  return found;
}

async function patchSpec(
  client: Client,
  object: KubeObject,
  spec: Readonly<Record<string, unknown>>,
): Promise<KubeObject> {
  const { name = "", namespace = "" } = object.metadata;
  const reference = { apiVersion: object.apiVersion, kind: object.kind, namespace, name };
  return await client.patch(reference, { spec }, { type: "merge", fieldManager: "flux" });
}
