import { isValues } from "../../base/value.ts";

/** The paths of keys that a JSON text holds more than once in one object. `value` is the parsed text. */
export function duplicateKeys(text: string, value: unknown): readonly string[] {
  // Most texts have none: as many keys as there are fields says so without building a path.
  return countKeys(text) === countFields(value) ? [] : findDuplicates(text);
}

function countKeys(text: string): number {
  let keys = 0;
  scan(text, (token) => {
    if (token === ":") keys += 1;
  });
  return keys;
}

function countFields(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countFields(item), 0);
  if (!isValues(value)) return 0;
  return Object.values(value).reduce<number>((sum, child) => sum + 1 + countFields(child), 0);
}

/** Calls back for each mark outside of strings, and for each string with its text. The text is known to be valid JSON. */
function scan(text: string, see: (token: string) => void): void {
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]!;
    if (character === '"') {
      const start = at;
      at += 1;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      see(text.slice(start, at + 1));
    } else if (
      character === ":" ||
      character === "{" ||
      character === "}" ||
      character === "[" ||
      character === "]" ||
      character === ","
    ) {
      see(character);
    }
  }
}

function findDuplicates(text: string): readonly string[] {
  const found: string[] = [];
  const open: { readonly path: string; readonly seen: Set<string> | undefined; index: number }[] = [];
  let last = "";
  let path = "";
  scan(text, (token) => {
    const inside = open.at(-1);
    if (token === "{" || token === "[") {
      const at = inside !== undefined && inside.seen === undefined ? `${inside.path}[${inside.index}]` : path;
      open.push({ path: at, seen: token === "{" ? new Set() : undefined, index: 0 });
    } else if (token === "}" || token === "]") open.pop();
    else if (token === ",") {
      if (inside !== undefined) inside.index += 1;
    } else if (token === ":") {
      const key = JSON.parse(last) as string;
      path = inside!.path === "" ? key : `${inside!.path}.${key}`;
      if (inside!.seen!.has(key)) found.push(path);
      inside!.seen!.add(key);
    } else last = token;
  });
  return found;
}
