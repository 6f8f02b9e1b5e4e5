import { formatGoJson } from "../../base/go-json.ts";
import { sha256Sync } from "../../base/node/digest.ts";
import { compareBytes, isValues, type Value } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import type { ChartLock, Dependency } from "../types.ts";

/** What a lock file is recognised by: the dependencies as Chart.yaml wants them, and as they were found. */
export function lockDigest(wanted: readonly Dependency[], locked: readonly Dependency[]): string {
  return `sha256:${sha256Sync(formatGoJson([wanted.map(asGo), locked.map(asGo)]))}`;
}

/** The digest that Helm 2 wrote into requirements.lock. */
export function legacyLockDigest(wanted: readonly Dependency[]): string {
  return `sha256:${sha256Sync(formatGoJson({ dependencies: wanted.map(asGo) }))}`;
}

/** Go writes the fields of a dependency in their own order, and the maps among its imports in the order of their keys. */
function asGo(dependency: Dependency): Dependency {
  const imports = dependency["import-values"];
  return imports === undefined ? dependency : { ...dependency, "import-values": imports.map(sorted) };
}

function sorted(value: Value): Value {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(sorted);
  if (!isValues(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => compareBytes(a, b));
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]));
}

/** The text of Chart.lock, or requirements.lock. */
export function formatLock(lock: ChartLock): string {
  return formatYaml(lock as unknown as Value);
}
