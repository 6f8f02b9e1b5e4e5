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

function escapeToken(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function unescapeToken(token: string): string {
  return token.replaceAll("~1", "/").replaceAll("~0", "~");
}
