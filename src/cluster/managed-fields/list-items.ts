import { isList, isMap, type ListType } from "./field-type.ts";
import { keyElement, type PathElement, valueElement } from "./path-element.ts";

/** The step that names one item of an associative list; a text that says why there is none. */
export function elementOf(
  list: ListType,
  item: unknown,
): { readonly element: PathElement } | { readonly problem: string } {
  if (list.keys.length > 0) return keyedElement(list, item);
  if (isMap(item)) return { problem: "associative list without keys has an element that's a map type" };
  if (isList(item)) return { problem: "not supported: associative list with lists as elements" };
  if (item === null || item === undefined) {
    return { problem: "associative list without keys has an element that's an explicit null" };
  }
  return { element: valueElement(item) };
}

function keyedElement(list: ListType, item: unknown): ReturnType<typeof elementOf> {
  if (item === null || item === undefined) return { problem: "associative list with keys may not have a null element" };
  if (!isMap(item)) return { problem: "associative list with keys may not have non-map elements" };
  const map = list.element().map;
  const keys: [string, unknown][] = [];
  for (const name of list.keys) {
    if (Object.hasOwn(item, name) && item[name] !== undefined) {
      keys.push([name, item[name]]);
      continue;
    }
    // A key that is left out counts as its default: ports without a protocol are TCP ports.
    const standard = map?.field(name)?.default;
    if (standard !== undefined && standard !== null) keys.push([name, standard]);
  }
  if (keys.length === 0) {
    const names = list.keys.map((name) => JSON.stringify(name)).join(" ");
    return {
      problem: `associative list with keys has an element that omits all key fields [${names}] (and doesn't have default values for any key fields)`,
    };
  }
  return { element: keyElement(keys) };
}

/** The items of an associative list with their steps; items that cannot be named are left out. */
export function itemsOf(list: ListType, value: unknown): { readonly element: PathElement; readonly item: unknown }[] {
  if (!isList(value)) return [];
  const items: { element: PathElement; item: unknown }[] = [];
  for (const item of value) {
    const named = elementOf(list, item);
    if ("element" in named) items.push({ element: named.element, item });
  }
  return items;
}

/** The names of the fields of one or two maps, each once, those of the first map first. */
export function fieldNames(a: unknown, b?: unknown): Iterable<string> {
  const names = new Set(isMap(a) ? Object.keys(a) : []);
  if (isMap(b)) for (const name of Object.keys(b)) names.add(name);
  return names;
}

/** The own field of a map; undefined where there is no such field or no map. */
export function fieldOf(value: unknown, name: string): unknown {
  return isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
