import { isAscii, runes } from "../text.ts";

// Go maps one character to one; JavaScript sometimes gives two ("ß" → "SS"), which Go leaves alone.
function single(rune: string, mapped: string): string {
  return runes(mapped).length === 1 ? mapped : rune;
}

/** unicode.ToUpper. */
export function toUpperRune(rune: string): string {
  return single(rune, rune.toUpperCase());
}

/** unicode.ToLower. */
export function toLowerRune(rune: string): string {
  return rune === "\u0130" ? "i" : single(rune, rune.toLowerCase());
}

/** unicode.ToTitle. */
export function toTitleRune(rune: string): string {
  return titled[rune] ?? toUpperRune(rune);
}

const titled: Readonly<Record<string, string | undefined>> = {
  "\u01c4": "\u01c5",
  "\u01c5": "\u01c5",
  "\u01c6": "\u01c5",
  "\u01c7": "\u01c8",
  "\u01c8": "\u01c8",
  "\u01c9": "\u01c8",
  "\u01ca": "\u01cb",
  "\u01cb": "\u01cb",
  "\u01cc": "\u01cb",
  "\u01f1": "\u01f2",
  "\u01f2": "\u01f2",
  "\u01f3": "\u01f2",
};

// strings.Map makes U+FFFD of each byte that is not UTF-8.
function mappable(text: string): string[] {
  return runes(text.toWellFormed());
}

/** strings.ToUpper. */
export function toUpperText(text: string): string {
  return isAscii(text) ? text.toUpperCase() : mappable(text).map(toUpperRune).join("");
}

/** strings.ToLower. */
export function toLowerText(text: string): string {
  return isAscii(text) ? text.toLowerCase() : mappable(text).map(toLowerRune).join("");
}

/** strings.Title: the first letter of each word in title case; words end at what is neither letter, digit nor underscore. */
export function toTitleText(text: string): string {
  let previous = " ";
  return mappable(text)
    .map((rune) => {
      const changed = isSeparator(previous) ? toTitleRune(rune) : rune;
      previous = rune;
      return changed;
    })
    .join("");
}

function isSeparator(rune: string): boolean {
  if (rune < "\x80") return !/[0-9A-Za-z_]/.test(rune);
  return !/[\p{L}\p{Nd}]/u.test(rune) && isSpaceRune(rune);
}

/** unicode.IsSpace. */
export function isSpaceRune(rune: string): boolean {
  return /^[\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]$/.test(rune);
}

/** unicode.IsSpace of a UTF-16 unit. */
export function isSpaceCode(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  return code === 0x85 || code === 0xa0 || (code >= 0x1680 && isSpaceRune(String.fromCharCode(code)));
}

/** unicode.IsUpper. */
export function isUpperRune(rune: string): boolean {
  return /^\p{Lu}$/u.test(rune);
}

/** unicode.IsLower. */
export function isLowerRune(rune: string): boolean {
  return /^\p{Ll}$/u.test(rune);
}
