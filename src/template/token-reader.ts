import { GoError, type Location } from "./errors.ts";
import { Lexer } from "./lexer.ts";
import type { Source } from "./nodes.ts";
import { describeToken, type Token, type TokenType } from "./token.ts";

/** A parse error with Go's text (`template: name:3: …`) and its place. */
export class ParseError extends GoError {
  readonly location: Location;

  constructor(message: string, location: Location) {
    super(message);
    this.location = location;
  }
}

/** Reads the tokens of a text with up to three of lookahead, and complains about them as Go's parser does. */
export class TokenReader {
  readonly source: Source;
  /** The line where the action that is being read began; 0 outside of actions. */
  actionLine = 0;
  /** Tokens that were given back; the next one is the last. */
  readonly pending: Token[] = [];
  private readonly lexer: Lexer;
  private current: Token = { type: "eof", position: 0, text: "", line: 1 };

  constructor(source: Source) {
    this.source = source;
    this.lexer = new Lexer(source.text);
  }

  fail(message: string): never {
    throw new ParseError(`template: ${this.source.name}:${this.current.line}: ${message}`, {
      template: this.source.name,
      line: this.current.line,
    });
  }

  next(): Token {
    if (this.pending.length > 0) return this.pending.pop() as Token;
    this.current = this.lexer.next();
    return this.current;
  }

  peek(): Token {
    if (this.pending.length === 0) {
      this.current = this.lexer.next();
      this.pending.push(this.current);
    }
    return this.pending[this.pending.length - 1] as Token;
  }

  nextNonSpace(): Token {
    while (this.pending.length > 0) {
      const token = this.pending.pop() as Token;
      if (token.type !== "space") return token;
    }
    this.current = this.lexer.nextNonSpace();
    return this.current;
  }

  peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.pending.push(token);
    return token;
  }

  unexpected(token: Token, context: string): never {
    if (token.type === "error") {
      let extra = "";
      if (this.actionLine !== 0 && this.actionLine !== token.line) {
        extra = ` in action started at ${this.source.name}:${this.actionLine}`;
        if (token.text.endsWith(" action")) extra = extra.slice(" in action".length);
      }
      this.fail(token.text + extra);
    }
    this.fail(`unexpected ${describeToken(token)} in ${context}`);
  }

  expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace();
    if (token.type !== type) this.unexpected(token, context);
    return token;
  }
}
