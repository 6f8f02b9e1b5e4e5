import { below, type FieldSet, isEmpty } from "./field-set.ts";
import { deduceType, type FieldType, fieldTypeOf, isList, isMap, type ListType, type MapType } from "./field-type.ts";
import { elementOf } from "./list-items.ts";
import { fieldElement } from "./path-element.ts";

/** A value without the fields and items of a set. What becomes empty becomes null. */
export function removeFields(type: FieldType, value: unknown, set: FieldSet): unknown {
  const actual = deduceType(type, value);
  if (actual.map !== undefined) return isMap(value) ? removeFromMap(actual.map, value, set) : null;
  if (actual.scalar !== undefined) return value;
  return actual.list !== undefined && isList(value) ? removeFromList(actual.list, value, set) : null;
}

function removeFromMap(map: MapType, value: Readonly<Record<string, unknown>>, set: FieldSet): unknown {
  if (map.atomic) return null;
  const fields: [string, unknown][] = [];
  for (const [name, item] of Object.entries(value)) {
    const inner = below(set, fieldElement(name));
    if (inner.member) continue;
    fields.push([name, isEmpty(inner) ? item : removeFields(fieldTypeOf(map, name), item, inner)]);
  }
  return fields.length === 0 ? null : Object.fromEntries(fields);
}

function removeFromList(list: ListType, value: readonly unknown[], set: FieldSet): unknown {
  if (list.atomic) return null;
  const items: unknown[] = [];
  for (const item of value) {
    const named = elementOf(list, item);
    const inner = "element" in named ? below(set, named.element) : undefined;
    if (inner?.member === true) continue;
    items.push(inner === undefined || isEmpty(inner) ? item : removeFields(list.element(), item, inner));
  }
  return items.length === 0 ? null : items;
}

/** The set with the declared fields that lead to its members: `a.b.c` gains `a` where `a` is a field of a struct. */
export function withNamedFields(type: FieldType | undefined, set: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>();
  for (const [element, node] of set.children) {
    const name = element.startsWith("f:") ? element.slice(2) : undefined;
    const declared = name === undefined ? undefined : type?.map?.field(name);
    let inner: FieldType | undefined;
    if (name !== undefined) inner = declared?.type ?? type?.map?.element;
    else if (element.startsWith("k:")) inner = type?.list?.element();
    const deeper = withNamedFields(inner, node);
    children.set(element, {
      member: node.member || (declared !== undefined && !isEmpty(node)),
      children: deeper.children,
    });
  }
  return { member: set.member, children };
}
