/** `v2` and `v3` differ in where a letter sorts against a non-letter that follows digits. */
export type KeyOrder = "v2" | "v3";

/** Orders map keys as go-yaml writes them: digits by their number, letters after other characters. */
export function compareKeys(a: string, b: string, order: KeyOrder): number {
  if (a === b) return 0;
  // Nearly all keys are ASCII words; the slow path splits by code point as Go's runes do.
  if (!isAscii(a) || !isAscii(b)) return compareRunes(Array.from(a, codePoint), Array.from(b, codePoint), order);
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i += 1;
  if (i === length) return a.length - b.length;
  const left = a.charCodeAt(i);
  const right = b.charCodeAt(i);
  if (isAsciiLetter(left) && isAsciiLetter(right)) return left - right;
  return compareRunes(Array.from(a, codePoint), Array.from(b, codePoint), order);
}

/** The keys of a map in the order in which go-yaml writes them. */
export function sortedKeys(map: object, order: KeyOrder): string[] {
  const keys = Object.keys(map);
  return keys.length < 2 ? keys : keys.sort((a, b) => compareKeys(a, b, order));
}

function compareRunes(a: readonly number[], b: readonly number[], order: KeyOrder): number {
  let digits = false;
  for (let i = 0; i < a.length && i < b.length; i += 1) {
    const left = a[i] as number;
    const right = b[i] as number;
    if (left === right) {
      digits = isDigit(left);
      continue;
    }
    const leftLetter = isLetter(left);
    const rightLetter = isLetter(right);
    if (leftLetter && rightLetter) return left - right;
    if (leftLetter || rightLetter) {
      const letterFirst = order === "v3" && digits;
      return (letterFirst ? leftLetter : rightLetter) ? -1 : 1;
    }
    return compareNumbers(a, b, i);
  }
  return a.length - b.length;
}

function compareNumbers(a: readonly number[], b: readonly number[], from: number): number {
  let left = 0n;
  let right = 0n;
  if (a[from] === 48 || b[from] === 48) {
    for (let j = from - 1; j >= 0 && isDigit(a[j] as number); j -= 1) {
      if (a[j] !== 48) {
        left = 1n;
        right = 1n;
        break;
      }
    }
  }
  let leftEnd = from;
  for (; leftEnd < a.length && isDigit(a[leftEnd] as number); leftEnd += 1) left = append(left, a[leftEnd] as number);
  let rightEnd = from;
  for (; rightEnd < b.length && isDigit(b[rightEnd] as number); rightEnd += 1) {
    right = append(right, b[rightEnd] as number);
  }
  if (left !== right) return left < right ? -1 : 1;
  if (leftEnd !== rightEnd) return leftEnd - rightEnd;
  return (a[from] as number) - (b[from] as number);
}

// Go counts in int64 and lets it wrap; so do we, or long digit runs would sort differently.
function append(value: bigint, digit: number): bigint {
  return BigInt.asIntN(64, value * 10n + BigInt(digit - 48));
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 126) return false;
  return true;
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122;
}

function isLetter(code: number): boolean {
  if (code < 128) return isAsciiLetter(code);
  return /^\p{L}$/u.test(String.fromCodePoint(code));
}

function isDigit(code: number): boolean {
  if (code < 128) return code >= 48 && code <= 57;
  return /^\p{Nd}$/u.test(String.fromCodePoint(code));
}

function codePoint(character: string): number {
  return character.codePointAt(0) as number;
}
