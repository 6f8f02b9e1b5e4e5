import type { KubeObject } from "../../../api/index.ts";
import { type Column } from "../columns.ts";
import { type Part, partOf, partsOf, specOf } from "../kinds/object.ts";

/** A column that `kubectl get` always shows. */
export function column(name: string, cell: Column["cell"], type: "string" | "integer" | "boolean" = "string"): Column {
  return { name, type, format: "", description: "", priority: 0, cell };
}

/** A column of `-o wide` alone. */
export function wide(name: string, cell: Column["cell"]): Column {
  return { ...column(name, cell), priority: 1 };
}

export function integer(name: string, cell: Column["cell"]): Column {
  return column(name, cell, "integer");
}

export function statusOf(object: KubeObject): Part {
  return partOf(object["status"]);
}

export function textAt(part: Part, field: string, missing = ""): string {
  const value = part[field];
  return value === undefined || value === null || value === "" ? missing : String(value);
}

export function numberAt(part: Part, field: string): number {
  return Number(part[field] ?? 0);
}

/** Labels as `kubectl` prints them: `a=b,c=d`, or `<none>`. */
export function formatLabels(labels: unknown): string {
  const pairs = Object.entries(partOf(labels)).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}

/** A label selector as `kubectl` prints it. */
export function formatSelector(selector: unknown): string {
  if (selector === undefined || selector === null) return "<none>";
  const { matchLabels, matchExpressions } = partOf(selector);
  const terms = [
    ...Object.entries(partOf(matchLabels)).map(([key, value]) => `${key}=${String(value)}`),
    ...partsOf(matchExpressions).map(({ key, operator, values }) => {
      const list = Array.isArray(values) ? values.map(String).sort().join(",") : "";
      switch (operator) {
        case "In":
          return `${String(key)} in (${list})`;
        case "NotIn":
          return `${String(key)} notin (${list})`;
        case "DoesNotExist":
          return `!${String(key)}`;
        default:
          return String(key);
      }
    }),
  ];
  return terms.length === 0 ? "<none>" : terms.sort().join(",");
}

function templateOf(object: KubeObject): Part {
  const spec = specOf(object);
  const template =
    object.kind === "CronJob"
      ? partOf(partOf(partOf(spec["jobTemplate"])["spec"])["template"])
      : partOf(spec["template"]);
  return partOf(template["spec"]);
}

const ofTemplate = (field: string) => (object: KubeObject) =>
  partsOf(templateOf(object)["containers"])
    .map((container) => textAt(container, field))
    .join(",");

export const containersColumn = wide("Containers", ofTemplate("name"));
export const imagesColumn = wide("Images", ofTemplate("image"));
export const selectorColumn = wide("Selector", (object) => formatSelector(specOf(object)["selector"]));

/** The columns of a kind of Pods: what they run, and how they are found. */
export const templateColumns: readonly Column[] = [containersColumn, imagesColumn, selectorColumn];
