import { isBlank, isBreak, isDigit, isEnd, isGap, isHex, isWord } from "./characters.ts";
import { scannerError } from "./errors.ts";
import { skipLine } from "./scan-scalar.ts";
import type { Scanner, Token } from "./tokens.ts";

export function scanAnchor(scanner: Scanner, kind: "alias" | "anchor"): Token {
  const { text, line } = scanner;
  scanner.offset += 1;
  const value = takeWord(scanner);
  const next = text.charAt(scanner.offset);
  if (value === "" || !(isGap(next.charCodeAt(0)) || "?:,]}%@`".includes(next))) {
    throw scannerError("did not find expected alphabetic or numeric character", line);
  }
  return { kind, line, endLine: line, value, suffix: "", plain: false };
}

export function scanTag(scanner: Scanner): Token {
  const { text, line } = scanner;
  let value = "";
  let suffix = "";
  if (text.charCodeAt(scanner.offset + 1) === 0x3c) {
    scanner.offset += 2;
    suffix = takeUri(scanner, "");
    if (text.charAt(scanner.offset) !== ">") throw scannerError("did not find the expected '>'", line);
    scanner.offset += 1;
  } else {
    value = takeHandle(scanner, "tag");
    if (value.length > 1 && value.endsWith("!")) suffix = takeUri(scanner, "");
    else {
      suffix = takeUri(scanner, value);
      value = "!";
      // The lone `!` is a tag of its own.
      if (suffix === "") [value, suffix] = ["", "!"];
    }
  }
  if (!isGap(text.charCodeAt(scanner.offset))) {
    throw scannerError("did not find expected whitespace or line break", line);
  }
  return { kind: "tag", line, endLine: line, value, suffix, plain: false };
}

export function scanDirective(scanner: Scanner): Token {
  const { text, line } = scanner;
  scanner.offset += 1;
  const name = takeWord(scanner);
  if (name === "") throw scannerError("could not find expected directive name", line);
  if (!isGap(text.charCodeAt(scanner.offset))) {
    throw scannerError("found unexpected non-alphabetical character", line);
  }
  const token = name === "YAML" ? scanVersion(scanner) : name === "TAG" ? scanTagDirective(scanner) : undefined;
  if (token === undefined) throw scannerError("found unknown directive name", line);
  skipBlanks(scanner);
  if (text.charCodeAt(scanner.offset) === 0x23) {
    while (!isEnd(text.charCodeAt(scanner.offset))) scanner.offset += 1;
  }
  const end = text.charCodeAt(scanner.offset);
  if (!isEnd(end)) throw scannerError("did not find expected comment or line break", line);
  if (isBreak(end)) skipLine(scanner);
  return token;
}

function scanVersion(scanner: Scanner): Token {
  const { text, line } = scanner;
  skipBlanks(scanner);
  const major = takeVersionNumber(scanner);
  if (text.charAt(scanner.offset) !== ".") {
    throw scannerError("did not find expected digit or '.' character", line);
  }
  scanner.offset += 1;
  const value = `${major}.${takeVersionNumber(scanner)}`;
  return { kind: "version-directive", line, endLine: line, value, suffix: "", plain: false };
}

function takeVersionNumber(scanner: Scanner): number {
  const { text, offset } = scanner;
  while (isDigit(text.charCodeAt(scanner.offset))) {
    scanner.offset += 1;
    if (scanner.offset - offset > 2) throw scannerError("found extremely long version number", scanner.line);
  }
  if (scanner.offset === offset) throw scannerError("did not find expected version number", scanner.line);
  return Number(text.slice(offset, scanner.offset));
}

function scanTagDirective(scanner: Scanner): Token {
  const { text, line } = scanner;
  skipBlanks(scanner);
  const value = takeHandle(scanner, "directive");
  if (!isBlank(text.charCodeAt(scanner.offset))) throw scannerError("did not find expected whitespace", line);
  skipBlanks(scanner);
  const suffix = takeUri(scanner, "");
  if (!isGap(text.charCodeAt(scanner.offset))) {
    throw scannerError("did not find expected whitespace or line break", line);
  }
  return { kind: "tag-directive", line, endLine: line, value, suffix, plain: false };
}

function takeHandle(scanner: Scanner, place: "tag" | "directive"): string {
  const { text, offset } = scanner;
  if (text.charAt(offset) !== "!") throw scannerError("did not find expected '!'", scanner.line);
  scanner.offset += 1;
  const word = takeWord(scanner);
  if (text.charAt(scanner.offset) === "!") scanner.offset += 1;
  else if (place === "directive" && word !== "") throw scannerError("did not find expected '!'", scanner.line);
  return text.slice(offset, scanner.offset);
}

/** Reads a URI; `head` is the part that was taken for a handle, without its `!`. */
function takeUri(scanner: Scanner, head: string): string {
  const { text } = scanner;
  let uri = head.slice(1);
  let found = head !== "";
  for (;;) {
    const character = text.charAt(scanner.offset);
    if (character === "%") uri += takeUriEscape(scanner);
    else if (isWord(character.charCodeAt(0)) || ";/?:@&=+$,.!~*'()[]".includes(character)) {
      uri += character;
      scanner.offset += 1;
    } else break;
    found = true;
  }
  if (!found) throw scannerError("did not find expected tag URI", scanner.line);
  return uri;
}

function takeUriEscape(scanner: Scanner): string {
  const { text, line } = scanner;
  const octets: number[] = [];
  let width = 1;
  while (octets.length < width) {
    const { offset } = scanner;
    const isEscape =
      text.charAt(offset) === "%" && isHex(text.charCodeAt(offset + 1)) && isHex(text.charCodeAt(offset + 2));
    if (!isEscape) throw scannerError("did not find URI escaped octet", line);
    const octet = Number.parseInt(text.slice(offset + 1, offset + 3), 16);
    if (octets.length === 0) {
      width = octet < 0x80 ? 1 : octet >> 5 === 6 ? 2 : octet >> 4 === 14 ? 3 : octet >> 3 === 30 ? 4 : 0;
      if (width === 0) throw scannerError("found an incorrect leading UTF-8 octet", line);
    } else if (octet >> 6 !== 2) throw scannerError("found an incorrect trailing UTF-8 octet", line);
    octets.push(octet);
    scanner.offset += 3;
  }
  return new TextDecoder().decode(Uint8Array.from(octets));
}

function takeWord(scanner: Scanner): string {
  const { text, offset } = scanner;
  while (isWord(text.charCodeAt(scanner.offset))) scanner.offset += 1;
  return text.slice(offset, scanner.offset);
}

function skipBlanks(scanner: Scanner): void {
  while (isBlank(scanner.text.charCodeAt(scanner.offset))) scanner.offset += 1;
}
