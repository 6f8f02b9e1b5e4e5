import { sha256Sync } from "../../base/node/digest.ts";
import { compareVersions, tryParseVersion } from "../../base/semver.ts";
import { compareBytes, type Value, type Values } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import type { ChartMetadata } from "../../chart/index.ts";
import type { RepositoryIndex } from "./index-file.ts";

/** A packed chart that an index is made for. */
export interface IndexedChart {
  readonly content: Uint8Array;
  readonly metadata: ChartMetadata;
  /** RFC 3339. */
  readonly created: string;
  /** Where it can be had: a URL, or a path below the index. */
  readonly url: string;
}

/** The index.yaml of packed charts; entries keep the order of Helm's fields. */
export interface IndexDocument {
  readonly apiVersion: "v1";
  /** RFC 3339. */
  readonly generated: string;
  readonly entries: Readonly<Record<string, readonly Values[]>>;
}

/**
 * Makes the index of packed charts, newest version first. Of another index it takes over what it does not have; a chart that is in
 * both keeps its new entry.
 */
export function indexOf(
  charts: readonly IndexedChart[],
  { generated, merge }: { readonly generated: string; readonly merge?: RepositoryIndex },
): IndexDocument {
  const entries = new Map<string, Values[]>();
  const add = (name: string, entry: Values): void => {
    const list = entries.get(name);
    if (list === undefined) entries.set(name, [entry]);
    else list.push(entry);
  };
  for (const { content, metadata, created, url } of charts) {
    const fields = metadata as unknown as Values;
    add(metadata.name, { ...fields, urls: [url], created, digest: sha256Sync(content) });
  }
  for (const versions of merge?.entries.values() ?? []) {
    for (const { name, version, fields } of versions) {
      const has = entries.get(name)?.some((entry) => entry["version"] === version) === true;
      if (!has) add(name, inOrder(fields));
    }
  }
  const sorted = [...entries].toSorted(([a], [b]) => compareBytes(a, b));
  return {
    apiVersion: "v1",
    generated,
    entries: Object.fromEntries(sorted.map(([name, versions]) => [name, versions.toSorted(newestFirst)])),
  };
}

/** The text of an index.yaml. */
export function formatIndexYaml(index: IndexDocument): string {
  return formatYaml(index as unknown as Value);
}

function newestFirst(a: Values, b: Values): number {
  const left = tryParseVersion(String(a["version"]));
  const right = tryParseVersion(String(b["version"]));
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
  return compareVersions(right, left);
}

// Helm: chart.Metadata, then repo.ChartVersion.
const fieldOrder =
  "name home sources version description keywords maintainers icon apiVersion condition tags appVersion deprecated annotations \
kubeVersion dependencies type urls created removed digest checksum engine tillerVersion url".split(" ");

function inOrder(fields: Values): Values {
  return Object.fromEntries(
    fieldOrder.flatMap((name) => {
      const value = fields[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
