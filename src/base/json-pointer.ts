/** Splits an RFC 6901 pointer into its keys; the empty pointer names the whole document. Undefined when it is none. */
export function parsePointer(pointer: string): string[] | undefined {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) return undefined;
  return pointer.slice(1).split("/").map(unescapeToken);
}

/** Writes keys as an RFC 6901 pointer. */
export function formatPointer(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${escapeToken(String(key))}`).join("");
}

/** What the keys lead to, one after another, in maps and lists that have them themselves; undefined where they lead nowhere. */
export function valueAt(document: unknown, keys: readonly string[]): unknown {
  let found = document;
  for (const key of keys) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  return found;
}

function escapeToken(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}
