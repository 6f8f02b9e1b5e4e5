import { runes } from "../text.ts";
import { isLowerRune, isSpaceRune, isUpperRune, toLowerRune, toTitleRune, toUpperRune } from "./letters.ts";

/** goutils.SwapCase: a lower-case letter at the start of a word becomes title case. */
export function swapCase(text: string): string {
  let atStart = true;
  return runes(text)
    .map((rune) => {
      if (isUpperRune(rune) || /^\p{Lt}$/u.test(rune)) {
        atStart = false;
        return toLowerRune(rune);
      }
      if (isLowerRune(rune)) {
        const changed = atStart ? toTitleRune(rune) : toUpperRune(rune);
        atStart = false;
        return changed;
      }
      atStart = isSpaceRune(rune);
      return rune;
    })
    .join("");
}

function isConnector(rune: string): boolean {
  return rune === "-" || rune === "_" || isSpaceRune(rune);
}

/** xstrings.ToPascalCase. */
export function camelCase(text: string): string {
  const all = runes(text);
  let out = "";
  let index = 0;
  let current = "";
  let firstIsUpper = false;
  for (; index < all.length; index += 1) {
    current = all[index] ?? "";
    if (!isConnector(current)) {
      firstIsUpper = isUpperRune(current);
      current = toUpperRune(current);
      index += 1;
      break;
    }
    out += current;
  }
  // A text of connectors ends with its last one written twice: xstrings does that too.
  if (index >= all.length) return text === "" ? "" : out + current;
  for (; index < all.length; index += 1) {
    const previous = current;
    current = all[index] ?? "";
    if (isConnector(current) && isConnector(previous)) {
      out += previous;
      continue;
    }
    if (isConnector(previous)) {
      firstIsUpper = isUpperRune(current);
      current = toUpperRune(current);
    } else {
      if (firstIsUpper) {
        if (isUpperRune(current)) current = toLowerRune(current);
        else firstIsUpper = false;
      }
      out += previous;
    }
  }
  return out + current;
}

type WordType = "none" | "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other";

interface Word {
  readonly type: WordType;
  readonly text: string;
}

/** xstrings.ToSnakeCase and ToKebabCase: lower-case words joined by a connector. */
export function wordsToLower(text: string, connector: string): string {
  const words = splitWords(text);
  let at = 0;
  const next = (): Word => words[at++] ?? { type: "none", text: "" };
  const remaining = (): boolean => at < words.length;

  let out = "";
  const write = (type: WordType, word: string): void => {
    if (type === "upper") out += runes(word).map(lowerUpper).join("");
    else if (type === "connector")
      out += runes(word)
        .map((rune) => (isConnector(rune) ? connector : rune.toWellFormed()))
        .join("");
    else out += word;
  };
  const separates = (type: WordType): boolean => type !== "none" && type !== "punctuation" && type !== "connector";

  let word = next();
  while (remaining()) {
    if (word.type !== "connector") write(word.type, word.text);
    const previous = word;
    word = next();
    switch (previous.type) {
      case "number":
        while (word.type === "alphabet" || word.type === "number") {
          write(word.type, word.text);
          word = next();
        }
        if (separates(word.type)) out += connector;
        break;
      case "connector":
        write(previous.type, previous.text);
        break;
      case "punctuation":
        break;
      case "none":
      case "upper":
      case "alphabet":
      case "other": {
        if (word.type !== "number") {
          if (word.type !== "connector" && word.type !== "punctuation") out += connector;
          break;
        }
        if (!remaining()) break;
        const number = word;
        word = next();
        // A number belongs to the word before it ("Bld4Floor" → "bld4_floor") unless lower-case letters follow ("HTTP2xx" → "http_2xx").
        if (word.type !== "alphabet") {
          write("number", number.text);
          if (word.type !== "connector" && word.type !== "punctuation") out += connector;
          break;
        }
        out += connector;
        write("number", number.text);
        while (word.type === "alphabet" || word.type === "number") {
          write(word.type, word.text);
          word = next();
        }
        if (separates(word.type)) out += connector;
        break;
      }
    }
  }
  write(word.type, word.text);
  return out;
}

// A letter in title case stays as it is.
function lowerUpper(rune: string): string {
  return isUpperRune(rune) ? toLowerRune(rune) : rune.toWellFormed();
}

const isPunctuation = (rune: string): boolean => /^\p{P}$/u.test(rune);
const isNumber = (rune: string): boolean => /^\p{N}$/u.test(rune);
const isAlphabet = (rune: string): boolean =>
  /^\p{L}$/u.test(rune) && !/^\p{Lo}$/u.test(rune) ? true : isLetterCase(rune);

// xstrings counts as alphabet what has upper or lower case.
function isLetterCase(rune: string): boolean {
  return isUpperRune(rune) || isLowerRune(rune);
}

// A byte that is not UTF-8 belongs to the character behind it, and at the end to the one before it.
function splitWords(text: string): Word[] {
  const parts: string[] = [];
  const all: string[] = [];
  let skipped = "";
  for (const rune of runes(text)) {
    if (!rune.isWellFormed() || rune === "\ufffd") {
      skipped += rune;
      continue;
    }
    parts.push(skipped + rune);
    all.push(rune);
    skipped = "";
  }
  if (all.length === 0) return skipped === "" ? [] : [{ type: "none", text: skipped }];
  parts.push(`${parts.pop() ?? ""}${skipped}`);
  const words: Word[] = [];
  let start = 0;
  while (start < all.length) {
    const { type, end } = wordAt(all, start);
    words.push({ type, text: parts.slice(start, end).join("") });
    start = end;
  }
  return words;
}

function wordAt(all: readonly string[], start: number): { type: WordType; end: number } {
  const rune = all[start] ?? "";
  const runOf = (accepts: (rune: string) => boolean): number => {
    let end = start + 1;
    while (end < all.length && accepts(all[end] ?? "")) end += 1;
    return end;
  };
  if (isConnector(rune)) return { type: "connector", end: runOf(isConnector) };
  if (isPunctuation(rune)) return { type: "punctuation", end: runOf(isPunctuation) };
  if (isUpperRune(rune)) return { type: "upper", end: upperEnd(all, start) };
  if (isAlphabet(rune)) return { type: "alphabet", end: runOf((other) => isAlphabet(other) && !isUpperRune(other)) };
  if (isNumber(rune)) return { type: "number", end: runOf(isNumber) };
  return {
    type: "other",
    end: runOf((other) => !isConnector(other) && !isAlphabet(other) && !isNumber(other) && !isPunctuation(other)),
  };
}

function upperEnd(all: readonly string[], start: number): number {
  let end = start + 1;
  const second = all[end];
  if (second === undefined) return end;
  if (isUpperRune(second)) {
    while (end < all.length && isUpperRune(all[end] ?? "")) end += 1;
    // "HTTPStatus" is "HTTP" and "Status".
    return end < all.length && isAlphabet(all[end] ?? "") ? end - 1 : end;
  }
  while (end < all.length && isAlphabet(all[end] ?? "") && !isUpperRune(all[end] ?? "")) end += 1;
  return end;
}
