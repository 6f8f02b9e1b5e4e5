import { byteLength } from "./text.ts";
import { quote } from "./quote.ts";

/** What a token is; keywords are types of their own. */
export type TokenType =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "complex"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | Keyword;

/** The words and signs that have a meaning of their own. */
export type Keyword =
  | "dot"
  | "block"
  | "break"
  | "continue"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

/** A part of the text, with the line that it begins on. */
export interface Token {
  readonly type: TokenType;
  readonly position: number;
  readonly text: string;
  readonly line: number;
}

/** Words that are no identifiers. */
export const keywords: ReadonlyMap<string, Keyword> = new Map([
  [".", "dot"],
  ["block", "block"],
  ["break", "break"],
  ["continue", "continue"],
  ["define", "define"],
  ["else", "else"],
  ["end", "end"],
  ["if", "if"],
  ["range", "range"],
  ["nil", "nil"],
  ["template", "template"],
  ["with", "with"],
]);

/** A token as parse errors show it. */
export function describeToken(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.text;
  if (keywordTypes.has(token.type)) return `<${token.text}>`;
  const runes = Array.from(token.text);
  return byteLength(token.text) > 10 ? `${quote(runes.slice(0, 10).join(""))}...` : quote(token.text);
}

const keywordTypes: ReadonlySet<TokenType> = new Set(keywords.values());
