import { type GoMap, type GoType, isMap, namedType, newMap, setKey, withType } from "../value.ts";

/** The names that lead to a value. */
export type Key = readonly string[];

/** The tables of a document while it is read, with what BurntSushi remembers to refuse keys that come twice. */
export interface Tables {
  readonly root: GoMap;
  /** The table that keys are put in. */
  context: Key;
  /** The last name of the key whose value is read. */
  current: string;
  /** Tables that stand between others and were not named themselves. */
  readonly implicit: Set<string>;
  readonly arrays: Set<string>;
  readonly refuse: (message: string) => never;
}

const tableList: GoType = { name: "[]map[string]interface {}", kind: "slice", element: "map[string]interface {}" };

/** No tables yet. */
export function newTables(refuse: (message: string) => never): Tables {
  return { root: newMap(), context: [], current: "", implicit: new Set(), arrays: new Set(), refuse };
}

/** The key as errors name it. */
export function currentKey({ context, current }: Tables): string {
  if (current === "") return keyText(context);
  return context.length === 0 ? current : `${keyText(context)}.${current}`;
}

/** A key as TOML writes it. */
export function keyText(key: Key): string {
  return key.map((name) => (/^[A-Za-z0-9_-]+$/.test(name) ? name : `"${name.replace(/["\\]/g, "\\$&")}"`)).join(".");
}

/** Makes a table the one that keys are put in: one of its own, or a new one in an array of tables. */
export function enterTable(tables: Tables, key: Key, isArray: boolean): void {
  const context: string[] = [];
  let map = tables.root;
  for (const name of key.slice(0, -1)) {
    context.push(name);
    if (!Object.hasOwn(map, name)) {
      tables.implicit.add(keyText(context));
      setKey(map, name, newMap());
    }
    map = tableIn(map[name]) ?? tables.refuse(`Key '${keyText(context)}' was already created as a hash.`);
  }
  tables.context = context;
  const last = key.at(-1) ?? "";
  if (isArray) {
    if (!Object.hasOwn(map, last)) setKey(map, last, withType([], tableList));
    const list = map[last];
    if (!isTableList(list)) tables.refuse(`Key '${keyText(key)}' was already created and cannot be used as an array.`);
    list.push(newMap());
  } else setValue(tables, last, newMap());
  tables.context = [...context, last];
}

/** Enters the tables of a dotted key one by one; none of them was named itself. */
export function enterImplicit(tables: Tables, names: readonly string[]): void {
  for (const name of names) {
    const key = [...tables.context, name];
    tables.implicit.add(keyText(key));
    enterTable(tables, key, false);
  }
}

/** Puts a value in the current table. */
export function setValue(tables: Tables, name: string, value: unknown): void {
  const context: string[] = [];
  let map = tables.root;
  for (const step of tables.context) {
    context.push(step);
    map = tableIn(map[step]) ?? tables.refuse(`Key '${keyText(context)}' has already been defined.`);
  }
  const key = keyText([...context, name]);
  if (!Object.hasOwn(map, name)) return setKey(map, name, value);
  // What stands between other tables may still be named itself, once.
  if (!tables.implicit.has(key)) tables.refuse(`Key '${key}' has already been defined.`);
  tables.implicit.delete(key);
  if (tables.arrays.has(key)) setKey(map, name, value);
}

function tableIn(value: unknown): GoMap | undefined {
  if (isTableList(value)) return value.at(-1);
  return isMap(value) ? value : undefined;
}

function isTableList(value: unknown): value is GoMap[] {
  return Array.isArray(value) && namedType(value) === tableList;
}
