import {
  difference,
  emptySet,
  type FieldPath,
  type FieldSet,
  FieldSetBuilder,
  isEmpty,
  recursiveDifference,
  union,
} from "./field-set.ts";
import type { FieldType } from "./field-type.ts";

/** A set recorded under an older schema: who owned parts of what is one leaf now owns the leaf. */
export function reconcileWithSchema(type: FieldType, set: FieldSet): FieldSet {
  const leaves = new FieldSetBuilder();
  collectLeaves(type, set, [], leaves);
  return isEmpty(leaves) ? set : union(recursiveDifference(set, leaves), difference(leaves, emptySet));
}

function collectLeaves(type: FieldType | undefined, set: FieldSet, path: FieldPath, leaves: FieldSetBuilder): void {
  if (type === undefined || isEmpty(set)) return;
  if (type.map !== undefined) {
    if (type.map.deduced) return;
    if (type.map.atomic) {
      leaves.insert(path);
      return;
    }
    for (const [element, node] of set.children) {
      const name = element.startsWith("f:") ? element.slice(2) : undefined;
      const inner = (name === undefined ? undefined : type.map.field(name)?.type) ?? type.map.element;
      collectLeaves(inner, node, [...path, element], leaves);
    }
    return;
  }
  if (type.scalar !== undefined || type.list === undefined) return;
  if (type.list.atomic) {
    leaves.insert(path);
    return;
  }
  for (const [element, node] of set.children) collectLeaves(type.list.element(), node, [...path, element], leaves);
}
