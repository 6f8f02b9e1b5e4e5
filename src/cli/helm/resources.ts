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
  if (given.tables) return { objects: {}, text: formatTables(await readTables({ client, signal, targets })) };
  return { objects: Object.fromEntries(await readObjects({ client, signal, targets })) as Values, text: "" };
}

const pods = { apiVersion: "v1", kind: "Pod" };
const related = "v1/Pod(related)";

interface Request {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly targets: readonly ReleaseObject[];
}

async function readObjects({ client, signal, targets }: Request): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const found = new Groups<unknown>();
  const selections = new Selections();
  for (const target of targets) {
    const live = await client.tryGet(referenceOf(target), { signal });
    if (live === undefined) continue;
    found.add(keyOf(target), live);
    selections.add(target);
  }
  for (const selection of selections.all()) found.add(related, await client.list(pods, { ...selection, signal }));
  return found.all();
}

async function readTables({ client, signal, targets }: Request): Promise<ReadonlyMap<string, readonly Table[]>> {
  const found = new Groups<Table>();
  const selections = new Selections();
  const read = client.table;
  if (read === undefined) return found.all();
  for (const target of targets) {
    const { name, namespace } = referenceOf(target);
    const where = { name, signal, ...(namespace === undefined ? {} : { namespace }) };
    const table = await read(target.object, where).catch(() => undefined);
    if (table === undefined) continue;
    found.add(keyOf(target), table);
    selections.add(target);
  }
  for (const selection of selections.all()) found.add(related, await read(pods, { ...selection, signal }));
  return found.all();
}

class Groups<T> {
  readonly #groups = new Map<string, T[]>();

  add(key: string, item: T): void {
    this.#groups.set(key, [...(this.#groups.get(key) ?? []), item]);
  }

  all(): ReadonlyMap<string, readonly T[]> {
    return this.#groups;
  }
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

interface Selection {
  readonly namespace?: string;
  readonly labelSelector: string;
}

/** What workloads select, each selector once. */
class Selections {
  readonly #selections = new Map<string, Selection>();

  add({ object }: ReleaseObject): void {
    const labels = selectorOf(object);
    if (labels === undefined) return;
    const { namespace } = object.metadata;
    const labelSelector = Object.keys(labels)
      .toSorted()
      .map((key) => `${key}=${String(labels[key])}`)
      .join(",");
    if (this.#selections.has(labelSelector)) return;
    this.#selections.set(labelSelector, { labelSelector, ...(namespace === undefined ? {} : { namespace }) });
  }

  all(): readonly Selection[] {
    return [...this.#selections.values()];
  }
}

function selectorOf({ kind, spec }: KubeObject): Values | undefined {
  const selector = isValues(spec) ? spec.selector : undefined;
  if (!isValues(selector)) return undefined;
  if (kind === "ReplicationController") return selector;
  const workloads = ["ReplicaSet", "Deployment", "StatefulSet", "DaemonSet", "Job"];
  return workloads.includes(kind) && isValues(selector.matchLabels) ? selector.matchLabels : undefined;
}
