const named: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** Quotes text as Go's `%q` does, for error texts that must equal Go's. */
export function goQuote(text: string): string {
  const escaped = text.replace(/["\\]|[^\x20-\x7e]/gu, (character) => {
    const short = named[character];
    if (short !== undefined) return short;
    const code = character.codePointAt(0) as number;
    // A lone low surrogate stands for a byte that is not UTF-8.
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    if (code > 0x7f && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character;
    const hex = code.toString(16);
    if (code < 0x80) return `\\x${hex.padStart(2, "0")}`;
    return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}

/** Quotes text as Go's package time does in its errors: what is not printable ASCII byte by byte. */
export function goTimeQuote(text: string): string {
  const escaped = text.replace(/["\\]|[^\x20-\x7f]/gu, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    return Array.from(bytesOf(character), (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
  return `"${escaped}"`;
}

// A lone low surrogate stands for a byte that is not UTF-8.
function bytesOf(character: string): Iterable<number> {
  const code = character.charCodeAt(0);
  return character.length === 1 && code >= 0xdc80 && code <= 0xdcff ? [code - 0xdc00] : encoder.encode(character);
}

const encoder = new TextEncoder();
