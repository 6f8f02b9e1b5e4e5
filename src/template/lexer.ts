import { ends, isDigit, isSpace, isTrimMarker, kinds, minus, unicodeName, word, wordLength } from "./characters.ts";
import { quote } from "./quote.ts";
import { keywords, type Token, type TokenType } from "./token.ts";

/**
 * Splits template text into tokens, one call for each; after the first error only that error comes. A class, so that V8 compiles one set of
 * functions for all texts of a chart: closures made for each text took a third longer.
 */
export class Lexer {
  private readonly input: string;
  private position = 0;
  private start = 0;
  private line = 1;
  private insideAction = false;
  private parenDepth = 0;
  private failed: Token | undefined = undefined;
  private newline: number;

  constructor(input: string) {
    this.input = input;
    this.newline = this.nextNewline(0);
  }

  private nextNewline(from: number): number {
    const at = this.input.indexOf("\n", from);
    return at < 0 ? this.input.length : at;
  }

  // Every token takes the text between `start` and `position`; its line is the one it starts on.
  private take(type: TokenType): Token {
    return this.takeAs(type, this.input.slice(this.start, this.position));
  }

  private takeAs(type: TokenType, text: string): Token {
    const token = { type, position: this.start, text, line: this.line };
    this.skip();
    return token;
  }

  private skip(): void {
    while (this.newline < this.position) {
      this.line += 1;
      this.newline = this.nextNewline(this.newline + 1);
    }
    this.start = this.position;
  }

  private fail(message: string): Token {
    this.failed = { type: "error", position: this.start, text: message, line: this.line };
    return this.failed;
  }

  private nextText(): Token {
    for (;;) {
      const open = this.input.indexOf("{{", this.position);
      if (open < 0) {
        this.position = this.input.length;
        return this.position > this.start ? this.take("text") : this.take("eof");
      }
      const trimmed = isTrimMarker(this.input, open + 2);
      let end = open;
      if (trimmed) while (end > this.start && isSpace(this.input.charCodeAt(end - 1))) end -= 1;
      this.position = end;
      const text = end > this.start ? this.take("text") : undefined;
      this.position = open;
      this.skip();
      if (text !== undefined) return text;

      const inner = open + 2 + (trimmed ? 2 : 0);
      if (!this.input.startsWith("/*", inner)) {
        this.position = open + 2;
        const token = this.takeAs("leftDelim", "{{");
        this.position = inner;
        this.skip();
        this.insideAction = true;
        this.parenDepth = 0;
        return token;
      }
      this.position = inner;
      this.skip();
      const close = this.input.indexOf("*/", inner + 2);
      if (close < 0) return this.fail("unclosed comment");
      this.position = close + 2;
      if (!this.atRightDelim()) return this.fail("comment ends before closing delimiter");
      this.afterRightDelim();
    }
  }

  private atRightDelim(): boolean {
    return this.input.startsWith("}}", this.position) || this.atTrimmedRightDelim(this.position);
  }

  private atTrimmedRightDelim(at: number): boolean {
    return (
      this.input.charCodeAt(at + 1) === minus &&
      isSpace(this.input.charCodeAt(at)) &&
      this.input.startsWith("}}", at + 2)
    );
  }

  private afterRightDelim(): void {
    const trimmed = !this.input.startsWith("}}", this.position);
    this.position += trimmed ? 4 : 2;
    if (trimmed) while (isSpace(this.input.charCodeAt(this.position))) this.position += 1;
    this.skip();
  }

  private rightDelim(): Token {
    const trimmed = !this.input.startsWith("}}", this.position);
    if (trimmed) {
      this.position += 2;
      this.skip();
    }
    this.position += 2;
    const token = this.takeAs("rightDelim", "}}");
    if (trimmed) {
      while (isSpace(this.input.charCodeAt(this.position))) this.position += 1;
      this.skip();
    }
    this.insideAction = false;
    return token;
  }

  private nextInAction(): Token {
    if (this.atRightDelim()) return this.parenDepth === 0 ? this.rightDelim() : this.fail("unclosed left paren");
    if (this.position >= this.input.length) return this.fail("unclosed action");
    const code = this.input.charCodeAt(this.position);
    if (isSpace(code)) {
      this.passSpace();
      return this.position === this.start ? this.rightDelim() : this.take("space");
    }
    return this.nextWord(code);
  }

  private nextWord(code: number): Token {
    if (code < 0x80 && (kinds[code] as number) & word && !isDigit(code)) return this.identifier();
    switch (code) {
      case 0x3d:
        return this.single("assign", "=");
      case 0x3a:
        this.position += 1;
        if (this.input.charCodeAt(this.position) !== 0x3d) {
          return this.fail("expected :=");
        }
        return this.single("declare", ":=");
      case 0x7c:
        return this.single("pipe", "|");
      case 0x22:
        return this.quoted('"', "string", "unterminated quoted string");
      case 0x27:
        return this.quoted("'", "charConstant", "unterminated character constant");
      case 0x60: {
        const close = this.input.indexOf("`", this.position + 1);
        if (close < 0) return this.fail("unterminated raw quoted string");
        this.position = close + 1;
        return this.take("rawString");
      }
      case 0x24:
        this.position += 1;
        return this.fieldOrVariable("variable");
      case 0x28:
        this.parenDepth += 1;
        return this.single("leftParen", "(");
      case 0x29:
        this.parenDepth -= 1;
        return this.parenDepth < 0 ? this.fail("unexpected right paren") : this.single("rightParen", ")");
      case 0x2e: {
        const next = this.input.charCodeAt(this.position + 1);
        if (this.position + 1 < this.input.length && !isDigit(next)) {
          this.position += 1;
          return this.fieldOrVariable("field");
        }
        return this.number();
      }
    }
    if (code === 0x2b || code === minus || isDigit(code)) return this.number();
    if (wordLength(this.input, this.position) > 0) return this.identifier();
    if (code >= 0x20 && code < 0x7f) return this.single("char", this.input.charAt(this.position));
    return this.fail(`unrecognized character in action: ${unicodeName(this.input, this.position)}`);
  }

  private single(type: TokenType, text: string): Token {
    this.position += 1;
    return this.takeAs(type, text);
  }

  // The last space may belong to a trimming delimiter.
  private passSpace(): void {
    while (isSpace(this.input.charCodeAt(this.position))) this.position += 1;
    if (this.atTrimmedRightDelim(this.position - 1)) this.position -= 1;
  }

  private quoted(mark: string, type: TokenType, complaint: string): Token {
    this.position += 1;
    for (;;) {
      const char = this.input.charAt(this.position);
      if (char === "\\") {
        const escaped = this.input.charAt(this.position + 1);
        if (escaped === "" || escaped === "\n") return this.fail(complaint);
        this.position += 2;
        continue;
      }
      if (char === "" || char === "\n") return this.fail(complaint);
      this.position += 1;
      if (char === mark) return this.take(type);
    }
  }

  private skipWord(): void {
    while (((kinds[this.input.charCodeAt(this.position)] ?? 0) & word) !== 0) this.position += 1;
    for (let size = wordLength(this.input, this.position); size > 0; size = wordLength(this.input, this.position))
      this.position += size;
  }

  private identifier(): Token {
    this.skipWord();
    if (!this.atTerminator()) return this.fail(`bad character ${unicodeName(this.input, this.position)}`);
    const text = this.input.slice(this.start, this.position);
    return this.takeAs(keywords.get(text) ?? (text === "true" || text === "false" ? "bool" : "identifier"), text);
  }

  private fieldOrVariable(type: "field" | "variable"): Token {
    if (this.atTerminator()) return this.take(type === "variable" ? "variable" : "dot");
    this.skipWord();
    if (!this.atTerminator()) return this.fail(`bad character ${unicodeName(this.input, this.position)}`);
    return this.take(type);
  }

  private atTerminator(): boolean {
    if (this.position >= this.input.length) return true;
    const code = this.input.charCodeAt(this.position);
    return ((kinds[code] ?? 0) & ends) !== 0 || (code === 0x7d && this.input.charCodeAt(this.position + 1) === 0x7d);
  }

  private number(): Token {
    if (!this.scanNumber())
      return this.fail(`bad number syntax: ${quote(this.input.slice(this.start, this.position))}`);
    const sign = this.input.charAt(this.position);
    if (sign === "+" || sign === "-") {
      if (!this.scanNumber() || this.input.charAt(this.position - 1) !== "i") {
        return this.fail(`bad number syntax: ${quote(this.input.slice(this.start, this.position))}`);
      }
      return this.take("complex");
    }
    return this.take("number");
  }

  private accept(chars: string): boolean {
    if (this.position >= this.input.length || !chars.includes(this.input.charAt(this.position))) return false;
    this.position += 1;
    return true;
  }

  private scanNumber(): boolean {
    this.accept("+-");
    let digits = "0123456789_";
    if (this.accept("0")) {
      if (this.accept("xX")) digits = "0123456789abcdefABCDEF_";
      else if (this.accept("oO")) digits = "01234567_";
      else if (this.accept("bB")) digits = "01_";
    }
    while (this.accept(digits));
    if (this.accept(".")) while (this.accept(digits));
    if (digits.length === 11 && this.accept("eE")) {
      this.accept("+-");
      while (this.accept("0123456789_"));
    }
    if (digits.length === 23 && this.accept("pP")) {
      this.accept("+-");
      while (this.accept("0123456789_"));
    }
    this.accept("i");
    const size = wordLength(this.input, this.position);
    this.position += size;
    return size === 0;
  }

  next(): Token {
    if (this.failed !== undefined) return this.failed;
    return this.insideAction ? this.nextInAction() : this.nextText();
  }

  /** The next token that is not white space inside an action, which then need not be made. */
  nextNonSpace(): Token {
    if (this.failed !== undefined) return this.failed;
    if (!this.insideAction) return this.nextText();
    if (isSpace(this.input.charCodeAt(this.position)) && !this.atTrimmedRightDelim(this.position)) {
      this.passSpace();
      this.skip();
    }
    return this.nextInAction();
  }
}
