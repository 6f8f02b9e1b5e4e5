export const minus = 0x2d;

/** Of `kinds`: part of a word. */
export const word = 1;
/** Of `kinds`: what ends a word. */
export const ends = 2;
/** What each ASCII character is to the lexer. */
export const kinds = new Uint8Array(0x80);
for (const char of "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") kinds[char.charCodeAt(0)] = word;
for (const char of " \t\r\n.,|:)(") kinds[char.charCodeAt(0)] = ends;

/** White space of an action. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** A decimal digit of ASCII. */
export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Whether `- ` is at an index, behind an opening delimiter. */
export function isTrimMarker(input: string, at: number): boolean {
  return input.charCodeAt(at) === minus && isSpace(input.charCodeAt(at + 1));
}

/** How many UTF-16 units of a letter, digit or underscore are at an index; 0 for anything else. */
export function wordLength(input: string, at: number): number {
  const code = input.charCodeAt(at);
  if (code < 0x80) return (kinds[code] as number) & word;
  if (at >= input.length) return 0;
  const rune = String.fromCodePoint(input.codePointAt(at) ?? 0);
  return /[\p{L}\p{Nd}]/u.test(rune) ? rune.length : 0;
}

/** A character as fmt's %#U prints it. */
export function unicodeName(input: string, at: number): string {
  const point = input.codePointAt(at) ?? -1;
  if (point < 0) return "U+FFFFFFFFFFFFFFFF";
  const rune = String.fromCodePoint(point);
  const name = `U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  return /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(rune) ? `${name} '${rune}'` : name;
}
