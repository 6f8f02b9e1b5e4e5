import { ApiError, type Condition, type KubeObject } from "../../api/index.ts";
import type { Client } from "../../kube/index.ts";
import { CommandError, defineCommand } from "../command.ts";
import { connect, fluxFlags } from "../connect.ts";
import { fluxTable } from "../table.ts";
import { statusCells } from "./status-cells.ts";
import { type FluxKind, helmRelease, kustomization, sources } from "./kinds.ts";

const flags = {
  ...fluxFlags,
  "all-namespaces": { type: "boolean", short: "A", help: "list the requested object(s) across all namespaces" },
  "label-selector": { type: "string", short: "l", help: "filter objects by label selector" },
  "no-header": { type: "boolean", help: "skip the header when printing the results" },
  "show-source": { type: "boolean", help: "show the source reference for each object" },
  "status-selector": { type: "string", help: "filter objects by a condition, for example ready=false" },
} as const;

type GetFlags = {
  readonly namespace: string;
  readonly "all-namespaces": boolean;
  readonly "label-selector": string;
  readonly "no-header": boolean;
  readonly "show-source": boolean;
  readonly "status-selector": string;
};

/** `get <kind> [name]` for one kind. */
export function getCommand(kind: FluxKind) {
  return defineCommand({
    name: kind.words.join(" "),
    usage: `cox get ${kind.words.join(" ")} [name] [flags]`,
    summary: `Print the status of ${kind.kind} objects`,
    flags,
    run: async ({ flags, args, io }) => {
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      const objects = await listObjects(client, kind, { ...flags, namespace }, args[0]);
      if (objects.length === 0) {
        if (args[0] !== undefined)
          throw new CommandError(`${kind.kind} object '${args[0]}' not found in ${place(flags, namespace)}`);
        throw new CommandError(`no ${kind.kind} objects found in ${place(flags, namespace)}`);
      }
      io.stdout(renderKind(kind, objects, flags, false));
      return 0;
    },
  });
}

/** `get all` and `get sources all`: the kinds that exist, one block each. */
export function getAllCommand(kinds: readonly FluxKind[]) {
  return defineCommand({
    name: "all",
    usage: "cox get all [flags]",
    summary: "Print the status of all objects",
    flags,
    run: async ({ flags, io }) => {
      using connected = await connect(io, flags);
      const { client, namespace } = connected;
      for (const kind of kinds) {
        const objects = await listObjects(client, kind, { ...flags, namespace }, undefined);
        if (objects.length > 0) io.stdout(`${renderKind(kind, objects, flags, true)}\n`);
      }
      return 0;
    },
  });
}

export const getAll = getAllCommand([...sources, helmRelease, kustomization]);

async function listObjects(
  client: Client,
  kind: FluxKind,
  flags: GetFlags,
  name: string | undefined,
): Promise<readonly KubeObject[]> {
  try {
    const list = await client.list(kind, {
      ...(flags["all-namespaces"] ? {} : { namespace: flags.namespace }),
      ...(flags["label-selector"] === "" ? {} : { labelSelector: flags["label-selector"] }),
    });
    return list.items.filter((object) => name === undefined || object.metadata.name === name);
  } catch (error) {
    if (error instanceof ApiError && (error.code === "NoMatch" || error.code === "NotFound")) return [];
    throw error;
  }
}

function parseStatusSelector(text: string): ((object: KubeObject) => boolean) | undefined {
  if (text === "") return undefined;
  const match = /^([A-Za-z]+)(!=|=)([A-Za-z]+)$/.exec(text);
  if (match === null) throw new CommandError(`expected status selector in type=status format, but found: ${text}`);
  const [, type = "", operator, status = ""] = match;
  return (object) => {
    const condition = conditionsOf(object).find((one) => one.type.toLowerCase() === type.toLowerCase());
    const isEqual = condition !== undefined && condition.status.toLowerCase() === status.toLowerCase();
    return operator === "=" ? isEqual : !isEqual;
  };
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  return (object.status as { readonly conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
}

function renderKind(kind: FluxKind, objects: readonly KubeObject[], flags: GetFlags, withPrefix: boolean): string {
  const all = flags["all-namespaces"];
  const showSource = flags["show-source"] && !kind.isSource;
  const header = [
    ...(all ? ["namespace"] : []),
    "name",
    ...(showSource ? ["source"] : []),
    "revision",
    "suspended",
    "ready",
    "message",
  ];
  const isSelected = parseStatusSelector(flags["status-selector"]) ?? (() => true);
  const rows = objects
    .filter(isSelected)
    .toSorted(
      (a, b) =>
        compareText(a.metadata.namespace, b.metadata.namespace) || compareText(a.metadata.name, b.metadata.name),
    )
    .map((object) => {
      const name = object.metadata.name ?? "";
      return [
        ...(all ? [object.metadata.namespace ?? ""] : []),
        withPrefix ? `${kind.resource}/${name}` : name,
        ...(showSource ? [sourceOf(object)] : []),
        ...statusCells(kind, object),
      ];
    });
  return fluxTable(header, rows, { header: !flags["no-header"] });
}

function sourceOf(object: KubeObject): string {
  type Reference = { readonly kind?: string; readonly name?: string; readonly namespace?: string };
  const spec = object.spec as
    | {
        readonly chart?: { readonly spec?: { readonly sourceRef?: Reference } };
        readonly chartRef?: Reference;
        readonly sourceRef?: Reference;
      }
    | undefined;
  const reference = spec?.chart?.spec?.sourceRef ?? spec?.chartRef ?? spec?.sourceRef;
  return reference === undefined
    ? ""
    : `${reference.kind ?? ""}/${reference.namespace ?? object.metadata.namespace ?? ""}/${reference.name ?? ""}`;
}

function place(flags: GetFlags, namespace: string): string {
  return flags["all-namespaces"] ? "any namespace" : `"${namespace}" namespace`;
}

function compareText(a = "", b = ""): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
