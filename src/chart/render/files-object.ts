import { compileGlob, type Glob } from "../../base/glob.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import { fromBytes, type GoType, withType } from "../../template/index.ts";
import type { ChartFile } from "../types.ts";

type Files = Record<string, Uint8Array>;

/** `.Files` of a chart: a map of bytes with methods, as in Helm. */
export function filesObject(files: readonly ChartFile[]): object {
  const map: Files = {};
  for (const { name, data } of files) set(map, name, data);
  return withType(map, filesType);
}

const filesType: GoType = {
  name: "engine.files",
  kind: "map",
  element: "[]uint8",
  methods: {
    Get: { parameters: ["string"], call: (files: Files, name: string) => textIn(files, name) },
    GetBytes: { parameters: ["string"], call: (files: Files, name: string) => bytesIn(files, name) },
    Glob: { parameters: ["string"], call: (files: Files, pattern: string) => globbed(files, pattern) },
    AsConfig: { parameters: [], call: (files: Files) => flattened(files, (data) => fromBytes(data)) },
    AsSecrets: { parameters: [], call: (files: Files) => flattened(files, base64) },
    Lines: { parameters: ["string"], call: (files: Files, name: string) => linesOf(files, name) },
  },
};

const stringList: GoType = { name: "[]string", kind: "slice", element: "string" };

function bytesIn(files: Files, name: string): Uint8Array {
  return Object.hasOwn(files, name) ? files[name]! : new Uint8Array();
}

function textIn(files: Files, name: string): string {
  return fromBytes(bytesIn(files, name));
}

function globbed(files: Files, pattern: string): object {
  const matches = globOf(pattern);
  const found: Files = {};
  for (const name of Object.keys(files)) if (matches(name)) set(found, name, files[name]!);
  return withType(found, filesType);
}

/** Helm: a malformed pattern matches everything. */
function globOf(pattern: string): Glob {
  try {
    return compileGlob(pattern);
  } catch {
    return () => true;
  }
}

function linesOf(files: Files, name: string): string[] {
  const text = textIn(files, name);
  if (text === "") return withType([], stringList);
  return withType((text.endsWith("\n") ? text.slice(0, -1) : text).split("\n"), stringList);
}

/** Helm: the keys are the files' base names, whatever their folders. */
function flattened(files: Files, content: (data: Uint8Array) => string): string {
  const map: Record<string, string> = {};
  for (const name of Object.keys(files)) set(map, name.slice(name.lastIndexOf("/") + 1), content(files[name]!));
  return formatYaml(map).replace(/\n$/, "");
}

function base64(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
}

function set<Item>(map: Record<string, Item>, key: string, value: Item): void {
  if (key === "__proto__")
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  else map[key] = value;
}
