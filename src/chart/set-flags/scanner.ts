/** Reads a `--set` argument rune by rune. */
export class Scanner {
  readonly #runes: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#runes = Array.from(text);
  }

  /** The next rune, consumed; undefined at the end. */
  next(): string | undefined {
    const rune = this.#runes[this.#at];
    if (rune !== undefined) this.#at += 1;
    return rune;
  }

  peek(): string | undefined {
    return this.#runes[this.#at];
  }

  rest(): string {
    return this.#runes.slice(this.#at).join("");
  }

  skip(text: string): void {
    this.#at += Array.from(text).length;
  }

  /**
   * Consumes runes up to and including one of `stop`. `last` is undefined when the text ended first. A backslash takes the
   * rune after it literally, unless `literal`.
   */
  until(stop: string, literal = false): { readonly runes: readonly string[]; readonly last: string | undefined } {
    const runes: string[] = [];
    for (;;) {
      const rune = this.next();
      if (rune === undefined || stop.includes(rune)) return { runes, last: rune };
      if (rune === "\\" && !literal) {
        const escaped = this.next();
        if (escaped === undefined) return { runes, last: undefined };
        runes.push(escaped);
      } else runes.push(rune);
    }
  }
}
