import { isMap, type MutableMap, type MutableValue, own, put } from "../values/maps.ts";
import { invalidSet, wrongType } from "./errors.ts";
import { readJsonPrefix } from "./json-prefix.ts";
import { Scanner } from "./scanner.ts";

// Helm: strvals.MaxIndex and strvals.MaxNestedNameLevel.
const maxIndex = 65_536;
const maxNestedNameLevel = 30;
// Ours: Helm has no limit on `a[0][0]…`, and a stack of 1 GB.
const maxNestedIndexes = 1000;

/** How the text after `=` becomes a value. */
export type Dialect =
  | { readonly kind: "typed" } // --set: numbers, booleans and null are recognised
  | { readonly kind: "string" } // --set-string
  | { readonly kind: "json" } // --set-json
  | { readonly kind: "literal" } // --set-literal: one key, and everything after `=` is the value
  | { readonly kind: "file"; readonly read: (path: string) => string }; // --set-file

/** What a step leaves: more text may follow, or the text has ended. Errors are thrown. */
type Step = "more" | "end";

/** Sets the values that one argument of the `--set` family names; changes `target`. Texts and quirks are Helm's. */
export function parseSetInto(text: string, target: MutableMap, dialect: Dialect): void {
  const parser = new Parser(new Scanner(text), dialect);
  while (parser.key(target, 0) === "more");
}

class Parser {
  readonly #scanner: Scanner;
  readonly #dialect: Dialect;
  readonly #literal: boolean;
  #nesting = 0;

  constructor(scanner: Scanner, dialect: Dialect) {
    this.#scanner = scanner;
    this.#dialect = dialect;
    this.#literal = dialect.kind === "literal";
  }

  key(data: MutableMap, level: number): Step {
    const { runes, last } = this.#scanner.until(this.#literal ? "=[." : "=[,.", this.#literal);
    const key = runes.join("");
    switch (last) {
      case undefined:
        if (key === "") return "end";
        throw invalidSet(`key ${JSON.stringify(key)} has no value`);
      case "[": {
        const index = this.#index();
        if (index === undefined) return "end";
        const before = own(data, key) ?? (Object.hasOwn(data, key) ? null : []);
        if (!Array.isArray(before)) throw wrongType(before, "[]interface {}");
        const { list, step } = this.#item(before, index, level);
        setKey(data, key, list);
        return step;
      }
      case "=": {
        const { value, step } = this.#value();
        setKey(data, key, value);
        return step;
      }
      case ",":
        throw invalidSet(`key ${JSON.stringify(key)} has no value (cannot end with ,)`);
      default: {
        if (level + 1 > maxNestedNameLevel)
          throw invalidSet(
            `value name nested level is greater than maximum supported nested level of ${maxNestedNameLevel}`,
          );
        const before = Object.hasOwn(data, key) ? own(data, key)! : {};
        if (!isMap(before)) throw wrongType(before, "map[string]interface {}");
        const step = this.key(before, level + 1);
        if (Object.keys(before).length > 0) setKey(data, key, before);
        else if (step === "more") throw invalidSet(`key map ${JSON.stringify(key)} has no value`);
        return step;
      }
    }
  }

  /** Undefined when the text ends inside the brackets; Helm then stops without an error. */
  #index(): number | undefined {
    const { runes, last } = this.#scanner.until("]", this.#literal);
    if (last === undefined) return undefined;
    const text = runes.join("");
    if (!/^[-+]?[0-9]+$/.test(text))
      throw invalidSet(`error parsing index: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
    const index = Number(text);
    if (!Number.isSafeInteger(index))
      throw invalidSet(`error parsing index: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
    return index;
  }

  #item(list: MutableValue[], index: number, level: number): { readonly list: MutableValue[]; readonly step: Step } {
    if (index < 0) throw invalidSet(`negative ${index} index not allowed`);
    this.#nesting += 1;
    if (this.#nesting > maxNestedIndexes)
      throw invalidSet(`number of indexes is greater than maximum supported number of ${maxNestedIndexes}`);
    const { runes, last } = this.#scanner.until("[.=", this.#literal);
    if (runes.length > 0)
      throw invalidSet(`unexpected data at end of array index: [${runes.map((rune) => `'${rune}'`).join(" ")}]`);
    switch (last) {
      case undefined:
        return { list, step: "end" };
      case "=":
        return { list: setIndex(list, index, this.#value().value), step: "more" };
      case "[": {
        const nextIndex = this.#index();
        if (nextIndex === undefined) return { list, step: "end" };
        const before = list[index] ?? [];
        if (!Array.isArray(before)) throw wrongType(before, "[]interface {}");
        const inner = this.#item(before, nextIndex, level);
        if (inner.step === "end") return { list, step: "end" };
        return { list: setIndex(list, index, inner.list), step: "more" };
      }
      default: {
        let inner: MutableMap = {};
        if (list.length > index) {
          const before = list[index];
          // Helm: indices out of order; what is there and no map is replaced.
          if (isMap(before)) inner = before;
          else list[index] = inner;
        }
        // Helm: the value of `a[0].b=` is lost when the list is shorter than its index.
        if (this.key(inner, level) === "end") return { list, step: "end" };
        return { list: setIndex(list, index, inner), step: "more" };
      }
    }
  }

  #value(): { readonly value: MutableValue; readonly step: Step } {
    const dialect = this.#dialect;
    const scanner = this.#scanner;
    if (dialect.kind === "literal") return { value: scanner.until("", true).runes.join(""), step: "more" };
    if (dialect.kind === "json") {
      if (this.#skipBlank()) return { value: null, step: "more" };
      const { value, text } = readJsonPrefix(scanner.rest());
      scanner.skip(text);
      this.#skipBlank();
      return { value, step: "more" };
    }
    if (scanner.peek() === undefined) return { value: "", step: "end" };
    if (scanner.peek() !== "{") return { value: this.#convert(scanner.until(",").runes.join("")), step: "more" };
    scanner.next();
    const list: MutableValue[] = [];
    for (;;) {
      const { runes, last } = scanner.until(",}");
      if (last === undefined) throw invalidSet("list must terminate with '}'");
      list.push(this.#convert(runes.join("")));
      if (last === "}") {
        if (scanner.peek() === ",") scanner.next();
        return { value: list, step: "more" };
      }
    }
  }

  #convert(text: string): MutableValue {
    if (this.#dialect.kind === "file") return this.#dialect.read(text);
    return this.#dialect.kind === "typed" ? typedValue(text) : text;
  }

  /** Consumes spaces, and the comma after them; true when nothing but these came before the comma or the end. */
  #skipBlank(): boolean {
    for (;;) {
      const rune = this.#scanner.peek();
      if (rune === undefined) return true;
      if (rune !== "," && !/\s/u.test(rune)) return false;
      this.#scanner.next();
      if (rune === ",") return true;
    }
  }
}

/** `true`, `null`, `12` and so on by Helm's rule: what starts with a zero stays a string, so that `00123` survives. */
export function typedValue(text: string): MutableValue {
  const lower = text.toLowerCase();
  if (lower === "true") return true;
  if (lower === "false") return false;
  if (lower === "null") return null;
  if (text === "0") return 0n;
  if (/^[-+]?[0-9]+$/.test(text) && !text.startsWith("0")) {
    const integer = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (BigInt.asIntN(64, integer) === integer) return integer;
  }
  return text;
}

function setKey(data: MutableMap, key: string, value: MutableValue): void {
  if (key !== "") put(data, key, value); // Helm: an empty key is not set.
}

function setIndex(list: MutableValue[], index: number, value: MutableValue): MutableValue[] {
  if (index > maxIndex) throw invalidSet(`index of ${index} is greater than maximum supported index of ${maxIndex}`);
  while (list.length <= index) list.push(null);
  list[index] = value;
  return list;
}
