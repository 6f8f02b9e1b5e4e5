import { isEqual } from "./equality.ts";
import { type FieldPath, type FieldSet, FieldSetBuilder } from "./field-set.ts";
import {
  deduceType,
  type FieldType,
  fieldTypeOf,
  isMap,
  isSameType,
  type ListType,
  type MapType,
} from "./field-type.ts";
import { fieldNames, fieldOf, itemsOf } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";

/** How one object became another. No path is in two of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

type Found = { readonly [set in keyof Comparison]: FieldSetBuilder };

/** Compares two values of one type, leaf by leaf. */
export function compare(type: FieldType, before: unknown, after: unknown): Comparison {
  const found: Found = {
    added: new FieldSetBuilder(),
    modified: new FieldSetBuilder(),
    removed: new FieldSetBuilder(),
  };
  walk(type, before, after, [], found);
  return found;
}

// Throughout, undefined is "not there" and null is a value.
function walk(type: FieldType, before: unknown, after: unknown, path: FieldPath, found: Found): void {
  if (before === undefined && after === undefined) return;
  const left = deduceType(type, before);
  const right = deduceType(type, after);
  let leaf: boolean;
  if (after === undefined) leaf = walkAs(left, before, after, path, found);
  else if (before === undefined || isSameType(left, right)) leaf = walkAs(right, before, after, path, found);
  else {
    walkAs(left, before, after, path, found);
    leaf = walkAs(right, before, after, path, found);
  }
  if (leaf) return;
  if (before === undefined) found.added.insert(path);
  else if (after === undefined) found.removed.insert(path);
}

/** Returns true where the value was compared as a whole. */
function walkAs(type: FieldType, before: unknown, after: unknown, path: FieldPath, found: Found): boolean {
  if (type.map !== undefined) {
    const isBare = (value: unknown): boolean => !isMap(value) || Object.keys(value).length === 0;
    // Two empty maps are a leaf: that keeps null, {} and nothing apart.
    if (type.map.atomic || (isBare(before) && isBare(after))) return walkLeaf(before, after, path, found);
    walkMap(type.map, before, after, path, found);
    return false;
  }
  if (type.scalar !== undefined) return walkLeaf(before, after, path, found);
  if (type.list === undefined) return false;
  const isBare = (value: unknown): boolean => !Array.isArray(value) || value.length === 0;
  if (type.list.atomic || (isBare(before) && isBare(after))) return walkLeaf(before, after, path, found);
  walkList(type.list, before, after, path, found);
  return false;
}

function walkLeaf(before: unknown, after: unknown, path: FieldPath, found: Found): true {
  if (before === undefined) found.added.insert(path);
  else if (after === undefined) found.removed.insert(path);
  else if (!isEqual(before, after)) found.modified.insert(path);
  return true;
}

function walkMap(map: MapType, before: unknown, after: unknown, path: FieldPath, found: Found): void {
  for (const name of fieldNames(before, after)) {
    walk(fieldTypeOf(map, name), fieldOf(before, name), fieldOf(after, name), [...path, fieldElement(name)], found);
  }
}

function walkList(list: ListType, before: unknown, after: unknown, path: FieldPath, found: Found): void {
  const left = group(list, before);
  const right = group(list, after);
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const old = left.get(element) ?? [];
    const next = right.get(element) ?? [];
    const inner = [...path, element];
    if (old.length <= 1 && next.length <= 1) walk(list.element(), old[0], next[0], inner, found);
    else if (old.length >= 2 && next.length >= 2) {
      if (!isEqual(old, next)) found.modified.insert(inner);
    } else if (old.length >= 2) {
      walk(list.element(), undefined, next[0], inner, found);
      found.removed.insert(inner);
    } else {
      walk(list.element(), old[0], undefined, inner, found);
      found.added.insert(inner);
    }
  }
}

function group(list: ListType, value: unknown): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const { element, item } of itemsOf(list, value)) {
    const group = groups.get(element);
    if (group === undefined) groups.set(element, [item]);
    else group.push(item);
  }
  return groups;
}
