import { GoError } from "../errors.ts";
import { quote } from "../quote.ts";
import { isRawByte } from "../text.ts";

/** A TOML text with the place where it is read, and the key that errors name. */
export interface Source {
  readonly text: string;
  at: number;
  /** From 1; a line break that was taken counts. */
  line: number;
  /** Whether the last character that was taken was the end. */
  atEnd: boolean;
  readonly lastKey: () => string;
}

/** The end of the text, where a character is expected. */
export const end = "";

/** Takes the next character. Throws GoError for what no TOML may hold. */
export function take(source: Source): string {
  const character = peek(source);
  source.at += character.length;
  source.atEnd = character === end;
  if (character === "\n") source.line += 1;
  return character;
}

/** Puts back the character that was taken last. */
export function putBack(source: Source, character: string): void {
  source.at -= character.length;
  source.atEnd = false;
  if (character === "\n") source.line -= 1;
}

/** Takes the next character if it is this one. */
export function accept(source: Source, wanted: string): boolean {
  if (peek(source) !== wanted) return false;
  take(source);
  return true;
}

/** The next character, which stays. */
export function peek(source: Source): string {
  const { text, at } = source;
  source.atEnd = false;
  if (at >= text.length) return end;
  const character = String.fromCodePoint(text.codePointAt(at)!);
  if (isRawByte(character)) fail(source, `invalid UTF-8 byte: 0x${hex(character.charCodeAt(0) - 0xdc00)}`);
  const isLoneReturn = character === "\r" && text[at + 1] !== "\n";
  if (isLoneReturn || /^[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]$/.test(character))
    fail(source, `TOML files cannot contain control characters: '0x${hex(character.charCodeAt(0))}'`);
  return character;
}

/** Passes over blanks and tabs. */
export function skipBlanks(source: Source): void {
  while (isBlank(peek(source))) take(source);
}

/** Refuses what is at the place of the source, with BurntSushi's text. */
export function fail(source: Source, message: string): never {
  // At the end of a text that closes with a line break, the fault is on the line before.
  const isAfterBreak = source.atEnd && source.text[source.at - 1] === "\n";
  return failAt(source, source.line - (isAfterBreak ? 1 : 0), message);
}

/** Refuses what is on a line. */
export function failAt({ lastKey }: Source, line: number, message: string): never {
  const key = lastKey();
  throw new GoError(`toml: line ${line}${key === "" ? "" : ` (last key ${quote(key)})`}: ${message}`);
}

export function isBlank(character: string): boolean {
  return character === " " || character === "\t";
}

export function isBreak(character: string): boolean {
  return character === "\n" || character === "\r";
}

export function isDigit(character: string): boolean {
  return character >= "0" && character <= "9" && character.length === 1;
}

function hex(code: number): string {
  return code.toString(16).padStart(2, "0");
}
