/** Classes of characters as YAML 1.1 has them. The scanner ends its text with a NUL, so that no test needs a length. */

/** CR, LF, NEL, LS and PS. */
export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

export function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** A break or the end of the text. */
export function isEnd(code: number): boolean {
  return code === 0 || isBreak(code);
}

/** A blank, a break or the end of the text. */
export function isGap(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0 || code === 0x09 || isBreak(code);
}

/** What anchors and tag handles are made of. */
export function isWord(code: number): boolean {
  const lower = code | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || isDigit(code) || code === 0x5f || code === 0x2d;
}

export function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

export function isHex(code: number): boolean {
  const lower = code | 0x20;
  return isDigit(code) || (lower >= 0x61 && lower <= 0x66);
}

// What libyaml's reader refuses anywhere in a text, and go-yaml when it writes.
const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/;

/** True when a text holds a character that no YAML may hold unescaped. */
export function hasControlCharacters(text: string): boolean {
  return forbidden.test(text);
}
