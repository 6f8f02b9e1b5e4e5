import type { KubeObject } from "../../api/index.ts";
import { isValues, type Values } from "../../base/value.ts";
import { versionOf } from "../../api/index.ts";
import type { Client, Table } from "../../kube/index.ts";
import { buildObjects, type ReleaseObject, type ReleaseRecord, referenceOf } from "../../release/index.ts";

export interface LiveResources {
  /** Objects by version and kind, for JSON and YAML; empty when tables were asked for. */
  readonly objects: Values;
  /** The tables that `helm status` prints under RESOURCES. */
  readonly text: string;
}

/** Reads the live objects of a manifest and the pods that its workloads select. What cannot be read is left out, as helm does. */
export async function readResources(given: {
  readonly client: Client;
  readonly record: ReleaseRecord;
  readonly signal: AbortSignal;
  readonly tables: boolean;
}): Promise<LiveResources> {
  const { client, record, signal } = given;
  const { manifest, namespace } = record;
  const targets = await buildObjects({ client, manifest, namespace });
  const selections = distinctSelections(targets);
  if (given.tables) return { objects: {}, text: await tablesOf({ client, signal, targets, selections }) };
  const objects = new Map<string, unknown[]>();
  const add = (key: string, object: unknown): void => void objects.set(key, [...(objects.get(key) ?? []), object]);
  for (const target of targets) {
    const live = await client.tryGet(referenceOf(target), { signal });
    if (live !== undefined) add(keyOf(target), live);
  }
  for (const { namespace: where, labelSelector } of selections) {
    add(
      related,
      await client.list(pods, { labelSelector, signal, ...(where === undefined ? {} : { namespace: where }) }),
    );
  }
  return { objects: Object.fromEntries(objects) as Values, text: "" };
}

const pods = { apiVersion: "v1", kind: "Pod" };
const related = "v1/Pod(related)";

interface Selection {
  readonly namespace: string | undefined;
  readonly labelSelector: string;
}

interface TableRequest {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly targets: readonly ReleaseObject[];
  readonly selections: readonly Selection[];
}

async function tablesOf({ client, signal, targets, selections }: TableRequest): Promise<string> {
  const read = client.table;
  if (read === undefined) return "";
  const tables = new Map<string, Table[]>();
  const add = (key: string, table: Table): void => void tables.set(key, [...(tables.get(key) ?? []), table]);
  for (const target of targets) {
    const { name, namespace } = referenceOf(target);
    const where = { name, signal, ...(namespace === undefined ? {} : { namespace }) };
    const table = await read(target.object, where).catch(() => undefined);
    if (table !== undefined) add(keyOf(target), table);
  }
  for (const { namespace, labelSelector } of selections) {
    const where = { labelSelector, signal, ...(namespace === undefined ? {} : { namespace }) };
    add(related, await read(pods, where));
  }
  return formatTables(tables);
}

/** Lays tables out as kubectl's printer does: each on its own, headers only where the columns change. */
export function formatTables(tables: ReadonlyMap<string, readonly Table[]>): string {
  let text = "";
  let columns = "";
  let printed = false;
  for (const [key, group] of tables) {
    text += `==> ${key}\n`;
    for (const table of group) {
      const definitions = JSON.stringify(table.columnDefinitions);
      const header = !(printed && definitions === columns);
      if (definitions !== columns) printed = false;
      columns = definitions;
      if (table.rows.length > 0) printed = true;
      text += formatTable(table, header);
    }
    text += "\n";
  }
  return text;
}

function formatTable({ columnDefinitions, rows }: Table, header: boolean): string {
  if (rows.length === 0) return "";
  const shown = columnDefinitions.flatMap(({ name, priority }, index) => (priority === 0 ? [{ name, index }] : []));
  const lines = rows.map(({ cells }) => shown.map(({ index }) => cellText(cells[index])));
  if (header) lines.unshift(shown.map(({ name }) => name.toUpperCase()));
  const padding = 3;
  const widths = shown.map((_, column) => Math.max(6, ...lines.map((line) => (line[column] ?? "").length + padding)));
  return lines
    .map((line) =>
      line.map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join(""),
    )
    .map((line) => `${line}\n`)
    .join("");
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  const text = typeof cell === "string" ? cell : String(cell);
  const end = text.search(/[\f\n\r]/);
  return end < 0 ? text : `${text.slice(0, end)}...`;
}

function keyOf({ object }: ReleaseObject): string {
  return `${versionOf(object.apiVersion)}/${object.kind}`;
}

function distinctSelections(targets: readonly ReleaseObject[]): readonly Selection[] {
  const selections = new Map<string, Selection>();
  for (const { object } of targets) {
    const labels = selectorOf(object);
    if (labels === undefined) continue;
    const labelSelector = Object.keys(labels)
      .toSorted()
      .map((key) => `${key}=${String(labels[key])}`)
      .join(",");
    if (!selections.has(labelSelector))
      selections.set(labelSelector, { namespace: object.metadata.namespace, labelSelector });
  }
  return [...selections.values()];
}

function selectorOf({ kind, spec }: KubeObject): Values | undefined {
  const selector = isValues(spec) ? spec.selector : undefined;
  if (!isValues(selector)) return undefined;
  if (kind === "ReplicationController") return selector;
  const workloads = ["ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job"];
  return workloads.includes(kind) && isValues(selector.matchLabels) ? selector.matchLabels : undefined;
}
