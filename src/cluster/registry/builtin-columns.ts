import { ageColumn, type Column, nameColumn, plainColumns } from "./columns.ts";

/** The table columns of one of Kubernetes' own kinds. */
export function columnsOf(group: string, kind: string): readonly Column[] {
  return columns.get(`${group}/${kind}`) ?? plainColumns;
}

const columns = new Map<string, readonly Column[]>([["/Namespace", [nameColumn, ageColumn]]]);
