import { findJsonPath, type JsonPath, parseJsonPath } from "../../base/jsonpath.ts";
import type { Value } from "../../base/value.ts";
import { ageColumn, ageOf, type Column, nameColumn } from "./columns.ts";
import type { CrdVersion } from "./custom.ts";

/** The table columns of a custom kind: its name, and what its CRD declares; without a declaration its age. */
export function customColumns({ additionalPrinterColumns: declared = [] }: CrdVersion): readonly Column[] {
  if (declared.length === 0)
    return [nameColumn, { ...ageColumn, type: "date", description: describe(".metadata.creationTimestamp") }];
  return [
    nameColumn,
    ...declared.map(({ name, type, jsonPath, description, format, priority }): Column => {
      const path = tryParse(jsonPath);
      return {
        name,
        type,
        format: format ?? "",
        description: description === undefined || description === "" ? describe(jsonPath) : description,
        priority: priority ?? 0,
        cell: (object, now) => (path === undefined ? null : cellOf(type, findFirst(path, object), now)),
      };
    }),
  ];
}

function describe(jsonPath: string): string {
  return `Custom resource definition column (in JSONPath format): ${jsonPath}`;
}

function tryParse(text: string): JsonPath | undefined {
  try {
    return parseJsonPath(text);
  } catch {
    return undefined;
  }
}

function findFirst(path: JsonPath, object: unknown): Value | undefined {
  try {
    return findJsonPath(path, object as Value)[0];
  } catch {
    return undefined;
  }
}

// apiextensions-apiserver: tableconvertor.cellForJSONValue
function cellOf(type: string, value: Value | undefined, now: Date): unknown {
  if (value === undefined || value === null) return null;
  switch (type) {
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "string":
      return typeof value === "string" ? value : JSON.stringify(value);
    case "date":
      if (typeof value !== "string") return null;
      return Number.isNaN(Date.parse(value)) ? "<invalid>" : ageOf(value, now);
    default:
      return null;
  }
}
