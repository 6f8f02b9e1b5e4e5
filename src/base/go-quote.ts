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
    if (code > 0x7f && /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) return character;
    const hex = code.toString(16);
    if (code < 0x80) return `\\x${hex.padStart(2, "0")}`;
    return code > 0xffff ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
  });
  return `"${escaped}"`;
}
