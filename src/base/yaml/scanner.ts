import { isBreak, isEnd, isGap } from "./characters.ts";
import { limitError, scannerError } from "./errors.ts";
import { scanBlockScalar, scanPlain, scanQuoted, skipLine } from "./scan-scalar.ts";
import { scanAnchor, scanDirective, scanTag } from "./scan-properties.ts";
import type { Scanner, SimpleKey, Token, TokenKind } from "./tokens.ts";

const maxKeyLength = 1024;
const maxLevels = 10_000;

export function newScanner(source: string): Scanner {
  const text = source.startsWith("\ufeff") ? source.slice(1) : source;
  return {
    text: `${text}\0`,
    hasOddBreaks: /[\r\u0085\u2028\u2029]/.test(text),
    offset: 0,
    line: 0,
    lineStart: 0,
    flowLevel: 0,
    indent: -1,
    indents: [],
    keys: [noKey()],
    keysByToken: new Map(),
    keyAllowed: true,
    tokens: [],
    head: 0,
    taken: 0,
    started: false,
    ended: false,
  };
}

/** The next token, which stays in place. */
export function peekToken(scanner: Scanner): Token {
  while (needsMore(scanner)) fetchToken(scanner);
  return scanner.tokens[scanner.head] as Token;
}

/** Takes away the token that peekToken gave. */
export function skipToken(scanner: Scanner): void {
  scanner.head += 1;
  scanner.taken += 1;
  if (scanner.head < 256) return;
  scanner.tokens = scanner.tokens.slice(scanner.head);
  scanner.head = 0;
}

/** The head may still turn out to be a key, which puts other tokens before it. */
function needsMore(scanner: Scanner): boolean {
  if (scanner.head === scanner.tokens.length) return !scanner.ended;
  if (scanner.keysByToken.size === 0) return false;
  const key = scanner.keysByToken.get(scanner.taken);
  return key !== undefined && isStillPossible(scanner, key);
}

function fetchToken(scanner: Scanner): void {
  if (!scanner.started) {
    scanner.started = true;
    push(scanner, "stream-start", scanner.line);
    return;
  }
  skipToNextToken(scanner);
  const { text, offset } = scanner;
  const column = offset - scanner.lineStart;
  unrollIndent(scanner, column);
  const code = text.charCodeAt(offset);
  if (code === 0) return fetchStreamEnd(scanner);
  if (column === 0) {
    if (code === 0x25) return fetchDirective(scanner);
    if (code === 0x2d && isDocumentIndicator(text, offset)) return fetchDocumentIndicator(scanner, "document-start");
    if (code === 0x2e && isDocumentIndicator(text, offset)) return fetchDocumentIndicator(scanner, "document-end");
  }
  const next = text.charCodeAt(offset + 1);
  const inFlow = scanner.flowLevel > 0;
  switch (code) {
    case 0x5b:
      return fetchFlowStart(scanner, "flow-sequence-start");
    case 0x7b:
      return fetchFlowStart(scanner, "flow-mapping-start");
    case 0x5d:
      return fetchFlowEnd(scanner, "flow-sequence-end");
    case 0x7d:
      return fetchFlowEnd(scanner, "flow-mapping-end");
    case 0x2c:
      return fetchFlowEntry(scanner);
    case 0x2d:
      return isGap(next) ? fetchBlockEntry(scanner) : fetchPlain(scanner);
    case 0x3f:
      if (inFlow || isGap(next)) return fetchKey(scanner);
      return fetchPlain(scanner);
    case 0x3a:
      if (inFlow || isGap(next)) return fetchValue(scanner);
      return fetchPlain(scanner);
    case 0x2a:
    case 0x26:
      saveKey(scanner);
      scanner.keyAllowed = false;
      scanner.tokens.push(scanAnchor(scanner, code === 0x2a ? "alias" : "anchor"));
      return;
    case 0x21:
      saveKey(scanner);
      scanner.keyAllowed = false;
      scanner.tokens.push(scanTag(scanner));
      return;
    case 0x7c:
    case 0x3e:
      if (inFlow) break;
      removeKey(scanner);
      scanner.keyAllowed = true;
      scanner.tokens.push(scanBlockScalar(scanner, code === 0x7c ? "literal" : "folded"));
      return;
    case 0x27:
    case 0x22:
      saveKey(scanner);
      scanner.keyAllowed = false;
      scanner.tokens.push(scanQuoted(scanner, code === 0x27 ? "single" : "double"));
      return;
    case 0x23:
    case 0x25:
    case 0x40:
    case 0x60:
    case 0x09:
      break;
    default:
      return fetchPlain(scanner);
  }
  throw scannerError("found character that cannot start any token", scanner.line);
}

/** Three dashes or dots with a gap behind them. */
export function isDocumentIndicator(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  return (
    (code === 0x2d || code === 0x2e) &&
    text.charCodeAt(offset + 1) === code &&
    text.charCodeAt(offset + 2) === code &&
    isGap(text.charCodeAt(offset + 3))
  );
}

function skipToNextToken(scanner: Scanner): void {
  const { text } = scanner;
  for (;;) {
    let code = text.charCodeAt(scanner.offset);
    const tabs = scanner.flowLevel > 0 || !scanner.keyAllowed;
    const tab = tabs ? 0x09 : 0x20;
    while (code === 0x20 || code === tab) {
      scanner.offset += 1;
      code = text.charCodeAt(scanner.offset);
    }
    if (code === 0x23) {
      while (!isEnd(text.charCodeAt(scanner.offset))) scanner.offset += 1;
      code = text.charCodeAt(scanner.offset);
    }
    if (!isBreak(code)) return;
    skipLine(scanner);
    if (scanner.flowLevel === 0) scanner.keyAllowed = true;
  }
}

function isStillPossible(scanner: Scanner, key: SimpleKey): boolean {
  if (!key.possible) return false;
  if (key.line >= scanner.line && key.offset + maxKeyLength >= scanner.offset) return true;
  if (key.required) throw scannerError("could not find expected ':'", scanner.line);
  key.possible = false;
  scanner.keysByToken.delete(key.token);
  return false;
}

function saveKey(scanner: Scanner): void {
  if (!scanner.keyAllowed) return;
  const column = scanner.offset - scanner.lineStart;
  const token = scanner.taken + scanner.tokens.length - scanner.head;
  removeKey(scanner);
  const key = scanner.keys.at(-1) as SimpleKey;
  key.possible = true;
  key.required = scanner.flowLevel === 0 && scanner.indent === column;
  key.token = token;
  key.offset = scanner.offset;
  key.line = scanner.line;
  key.column = column;
  scanner.keysByToken.set(token, key);
}

function removeKey(scanner: Scanner): void {
  const key = scanner.keys.at(-1) as SimpleKey;
  if (!key.possible) return;
  if (key.required) throw scannerError("could not find expected ':'", scanner.line);
  key.possible = false;
  scanner.keysByToken.delete(key.token);
}

function noKey(): SimpleKey {
  return { possible: false, required: false, token: 0, offset: 0, line: 0, column: 0 };
}

function rollIndent(scanner: Scanner, column: number, number: number, kind: TokenKind, line: number): void {
  if (scanner.flowLevel > 0 || scanner.indent >= column) return;
  scanner.indents.push(scanner.indent);
  scanner.indent = column;
  if (scanner.indents.length > maxLevels) throw limitError("exceeded max depth of 10000");
  insert(scanner, number, kind, line);
}

function unrollIndent(scanner: Scanner, column: number): void {
  if (scanner.flowLevel > 0) return;
  while (scanner.indent > column) {
    push(scanner, "block-end", scanner.line);
    scanner.indent = scanner.indents.pop() as number;
  }
}

function push(scanner: Scanner, kind: TokenKind, line: number): void {
  scanner.tokens.push({ kind, line, endLine: line, value: "", suffix: "", plain: false });
}

/** Puts a token before the one of a number, or at the end when there is none or it was taken already. */
function insert(scanner: Scanner, number: number, kind: TokenKind, line: number): void {
  if (number < scanner.taken) return push(scanner, kind, line);
  const index = scanner.head + number - scanner.taken;
  scanner.tokens.splice(index, 0, { kind, line, endLine: line, value: "", suffix: "", plain: false });
}

function fetchStreamEnd(scanner: Scanner): void {
  if (scanner.offset !== scanner.lineStart) {
    scanner.lineStart = scanner.offset;
    scanner.line += 1;
  }
  unrollIndent(scanner, -1);
  removeKey(scanner);
  scanner.keyAllowed = false;
  scanner.ended = true;
  push(scanner, "stream-end", scanner.line);
}

function fetchDirective(scanner: Scanner): void {
  unrollIndent(scanner, -1);
  removeKey(scanner);
  scanner.keyAllowed = false;
  scanner.tokens.push(scanDirective(scanner));
}

function fetchDocumentIndicator(scanner: Scanner, kind: "document-start" | "document-end"): void {
  unrollIndent(scanner, -1);
  removeKey(scanner);
  scanner.keyAllowed = false;
  scanner.offset += 3;
  push(scanner, kind, scanner.line);
}

function fetchFlowStart(scanner: Scanner, kind: "flow-sequence-start" | "flow-mapping-start"): void {
  saveKey(scanner);
  scanner.keys.push({ ...noKey(), token: scanner.taken + scanner.tokens.length - scanner.head });
  scanner.flowLevel += 1;
  if (scanner.flowLevel > maxLevels) throw limitError("exceeded max depth of 10000");
  scanner.keyAllowed = true;
  scanner.offset += 1;
  push(scanner, kind, scanner.line);
}

function fetchFlowEnd(scanner: Scanner, kind: "flow-sequence-end" | "flow-mapping-end"): void {
  removeKey(scanner);
  if (scanner.flowLevel > 0) {
    scanner.flowLevel -= 1;
    // In `[]` this is the number of the bracket itself, which go-yaml then no longer waits for; so with us.
    scanner.keysByToken.delete((scanner.keys.pop() as SimpleKey).token);
  }
  scanner.keyAllowed = false;
  scanner.offset += 1;
  push(scanner, kind, scanner.line);
}

function fetchFlowEntry(scanner: Scanner): void {
  removeKey(scanner);
  scanner.keyAllowed = true;
  scanner.offset += 1;
  push(scanner, "flow-entry", scanner.line);
}

function fetchBlockEntry(scanner: Scanner): void {
  if (scanner.flowLevel === 0) {
    if (!scanner.keyAllowed) {
      throw scannerError("block sequence entries are not allowed in this context", scanner.line);
    }
    rollIndent(scanner, scanner.offset - scanner.lineStart, -1, "block-sequence-start", scanner.line);
  }
  removeKey(scanner);
  scanner.keyAllowed = true;
  scanner.offset += 1;
  push(scanner, "block-entry", scanner.line);
}

function fetchKey(scanner: Scanner): void {
  if (scanner.flowLevel === 0) {
    if (!scanner.keyAllowed) throw scannerError("mapping keys are not allowed in this context", scanner.line);
    rollIndent(scanner, scanner.offset - scanner.lineStart, -1, "block-mapping-start", scanner.line);
  }
  removeKey(scanner);
  scanner.keyAllowed = scanner.flowLevel === 0;
  scanner.offset += 1;
  push(scanner, "key", scanner.line);
}

function fetchValue(scanner: Scanner): void {
  const key = scanner.keys.at(-1) as SimpleKey;
  if (isStillPossible(scanner, key)) {
    insert(scanner, key.token, "key", key.line);
    rollIndent(scanner, key.column, key.token, "block-mapping-start", key.line);
    key.possible = false;
    scanner.keysByToken.delete(key.token);
    scanner.keyAllowed = false;
  } else {
    if (scanner.flowLevel === 0) {
      if (!scanner.keyAllowed) throw scannerError("mapping values are not allowed in this context", scanner.line);
      rollIndent(scanner, scanner.offset - scanner.lineStart, -1, "block-mapping-start", scanner.line);
    }
    scanner.keyAllowed = scanner.flowLevel === 0;
  }
  scanner.offset += 1;
  push(scanner, "value", scanner.line);
}

function fetchPlain(scanner: Scanner): void {
  saveKey(scanner);
  scanner.keyAllowed = false;
  scanner.tokens.push(scanPlain(scanner));
}
