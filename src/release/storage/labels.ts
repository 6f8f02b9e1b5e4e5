import type { ReleaseRecord } from "../record.ts";

/** Labels that Helm itself keeps on storage objects; users may not give them. */
export const systemLabels: readonly string[] = ["name", "owner", "status", "version", "createdAt", "modifiedAt"];

/** The labels of a storage object. The record's own win over the time that is given, as they do in Helm. */
export function storageLabels(
  record: ReleaseRecord,
  written: { readonly createdAt: Date } | { readonly modifiedAt: Date },
): Readonly<Record<string, string>> {
  const [label, moment] =
    "createdAt" in written ? ["createdAt", written.createdAt] : ["modifiedAt", written.modifiedAt];
  return {
    [label]: String(Math.floor(moment.getTime() / 1000)),
    ...record.labels,
    name: record.name,
    owner: "helm",
    status: record.info.status,
    version: String(record.version),
  };
}

/** The labels that users gave. */
export function customLabels(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !systemLabels.includes(key)));
}

/** Labels of the next revision: the last one's, those that are given on top, and none with the value `null`. */
export function mergeLabels(
  current: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries({ ...current, ...wanted }).filter(([, value]) => value !== "null"));
}

/** Helm's error text for labels that it keeps for itself; undefined when there is none. */
export function reservedLabel(labels: Readonly<Record<string, string>>): string | undefined {
  if (!Object.keys(labels).some((key) => systemLabels.includes(key))) return undefined;
  return `user supplied labels contains system reserved label name. System labels: [${systemLabels.join(" ")}]`;
}
