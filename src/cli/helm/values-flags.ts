import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import type { ParseOptions } from "../../base/yaml/index.ts";
import { isValues, type Values } from "../../base/value.ts";
import { copyMap, type Dialect, mergeMaps, parseSetInto, parseValues } from "../../chart/index.ts";
import { CommandError, type Flags, type FlagValues, type Io } from "../command.ts";

/** The flags with which helm takes values, for every command that renders. */
export const valuesFlags = {
  values: { type: "list", short: "f", help: "specify values in a YAML file or a URL (can specify multiple)" },
  set: {
    type: "strings",
    help: "set values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)",
  },
  "set-string": {
    type: "strings",
    help: "set STRING values on the command line (can specify multiple or separate values with commas: key1=val1,key2=val2)",
  },
  "set-json": {
    type: "strings",
    help: "set JSON values on the command line (key1=jsonval1,key2=jsonval2, or one JSON object)",
  },
  "set-file": {
    type: "strings",
    help: "set values from respective files specified via the command line (key1=path1,key2=path2)",
  },
  "set-literal": { type: "strings", help: "set a literal STRING value on the command line" },
} as const satisfies Flags;

const maxValuesBytes = 100 * 1024 * 1024;

/** Merges what the values flags give, in helm's order: files, JSON, --set, --set-string, --set-file, --set-literal. */
export async function readValues(
  flags: FlagValues<typeof valuesFlags>,
  io: Io,
  limits: ParseOptions = {},
): Promise<Values> {
  let values: Values = {};
  for (const path of flags.values) {
    const text = await readText(path, io);
    try {
      values = mergeMaps(values, parseValues(text, limits));
    } catch (cause) {
      throw new CommandError(`failed to parse ${path}: ${messageOf(cause)}`);
    }
  }
  for (const given of flags["set-json"]) {
    try {
      values = given.trim().startsWith("{")
        ? mergeMaps(values, parseObject(given))
        : withSet(values, given, { kind: "json" });
    } catch {
      throw new CommandError(
        given.trim().startsWith("{")
          ? `failed parsing --set-json data JSON: ${given}`
          : `failed parsing --set-json data ${given}`,
      );
    }
  }
  for (const given of flags.set) values = setOrExplain(values, given, { kind: "typed" }, "--set");
  for (const given of flags["set-string"]) values = setOrExplain(values, given, { kind: "string" }, "--set-string");
  for (const given of flags["set-file"]) {
    const files = await readNamedFiles(given, io);
    values = setOrExplain(values, given, { kind: "file", read: (path) => files.get(path) ?? "" }, "--set-file");
  }
  for (const given of flags["set-literal"]) values = setOrExplain(values, given, { kind: "literal" }, "--set-literal");
  return values;
}

function withSet(values: Values, given: string, dialect: Dialect): Values {
  const changed = copyMap(values);
  parseSetInto(given, changed, dialect);
  return changed;
}

function setOrExplain(values: Values, given: string, dialect: Dialect, flag: string): Values {
  try {
    return withSet(values, given, dialect);
  } catch (cause) {
    throw new CommandError(`failed parsing ${flag} data: ${messageOf(cause)}`);
  }
}

function parseObject(text: string): Values {
  const parsed: unknown = JSON.parse(text);
  if (!isValues(parsed)) throw new Error("not an object");
  return parsed;
}

/** Parsing is synchronous and reading is not: a first pass over the flag finds the paths. */
async function readNamedFiles(given: string, io: Io): Promise<ReadonlyMap<string, string>> {
  const paths: string[] = [];
  try {
    parseSetInto(given, {}, { kind: "file", read: (path) => (paths.push(path), "") });
  } catch {
    // The second pass says what is wrong.
  }
  const files = new Map<string, string>();
  for (const path of paths) {
    try {
      files.set(path, await readText(path, io));
    } catch (cause) {
      throw new CommandError(`failed parsing --set-file data: ${messageOf(cause)}`);
    }
  }
  return files;
}

/** Reads a file that the user names, `-` being standard input. */
async function readText(path: string, io: Io): Promise<string> {
  if (path.trim() === "-") return await io.stdin();
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(path)) return await fetchText(path, io.signal);
  try {
    return readFileSync(resolve(io.cwd, path), "utf8");
  } catch (cause) {
    throw new CommandError(openFailure(path, cause));
  }
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal });
  if (!response.ok) throw new CommandError(`failed to fetch ${url} : ${response.status} ${response.statusText}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (bytes.length > maxValuesBytes) throw new CommandError(`${url} is larger than ${maxValuesBytes} bytes`);
  return new TextDecoder().decode(bytes);
}

/** Go's text for a file that cannot be opened. */
export function openFailure(path: string, cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return `open ${path}: no such file or directory`;
  if (code === "EACCES") return `open ${path}: permission denied`;
  if (code === "EISDIR") return `read ${path}: is a directory`;
  return `open ${path}: ${messageOf(cause)}`;
}
