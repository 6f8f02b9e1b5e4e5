import { type FieldPath, type FieldSet, FieldSetBuilder } from "./field-set.ts";
import { deduceType, type FieldType, fieldTypeOf, isMap, type ListType, type MapType } from "./field-type.ts";
import { itemsOf } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";

/** Every leaf and every list item that a value mentions: what its applier owns. */
export function fieldsOf(type: FieldType, value: unknown): FieldSet {
  const set = new FieldSetBuilder();
  collect(type, value, [], set);
  return set;
}

function collect(type: FieldType, value: unknown, path: FieldPath, set: FieldSetBuilder): void {
  const actual = deduceType(type, value);
  if (actual.map !== undefined) collectMap(actual.map, value, path, set);
  else if (actual.scalar !== undefined) set.insert(path);
  else if (actual.list !== undefined) collectList(actual.list, value, path, set);
}

function collectMap(map: MapType, value: unknown, path: FieldPath, set: FieldSetBuilder): void {
  if (map.atomic) {
    set.insert(path);
    return;
  }
  if (!isMap(value)) return;
  for (const [name, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const inner = [...path, fieldElement(name)];
    collect(fieldTypeOf(map, name), item, inner, set);
    const isBare = item === null || (isMap(item) && Object.keys(item).length === 0);
    // Fields of a struct are known by their leaves; keys of a map are things of their own.
    if (isBare || map.field(name) === undefined) set.insert(inner);
  }
}

function collectList(list: ListType, value: unknown, path: FieldPath, set: FieldSetBuilder): void {
  if (list.atomic) {
    set.insert(path);
    return;
  }
  const items = itemsOf(list, value);
  const counts = new Map<string, number>();
  for (const { element } of items) counts.set(element, (counts.get(element) ?? 0) + 1);
  for (const { element, item } of items) {
    const inner = [...path, element];
    // Items that share their keys are owned as one.
    if (counts.get(element) === 1) collect(list.element(), item, inner, set);
    set.insert(inner);
  }
}
