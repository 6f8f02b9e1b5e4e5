import { RE2JS } from "re2js";
import { goQuote } from "../base/go-quote.ts";

/** Looks a variable up. One that is undefined may only be asked for with a default. */
export type Lookup = (name: string) => string | undefined;

/**
 * Expands `${variable}` and bash's operators on it: defaults (`:=`, `:-`, `=`), substrings (`:1:2`), case (`^`, `,`), length (`#`), removal
 * (`#`, `##`, `%`, `%%`) and replacement (`/`, `//`, `/#`, `/%`). `$$` stands for `$`. Throws an Error with the texts of Flux's envsubst.
 */
export function expandVariables(text: string, lookup: Lookup): string {
  let at = 0;
  const peek = (): string => text[at] ?? "";
  const opens = (): boolean => text.startsWith("${", at);
  const fail = (message: string): never => {
    throw new Error(message);
  };
  const close = (message = "bad substitution"): void => {
    if (peek() !== "}") fail(message);
    at += 1;
  };
  const take = (pattern: RegExp): string => {
    const found = new RegExp(pattern, "uy");
    found.lastIndex = at;
    const [taken = ""] = found.exec(text) ?? [];
    at += taken.length;
    return taken;
  };

  /** Text up to one of the stops, with other variables in it expanded. The parser of Flux reads one piece at a time. */
  const piece = (stops: string, escapes = false): string => {
    if (opens()) return expand();
    let read = "";
    while (at < text.length && !opens()) {
      const character = peek();
      const next = text[at + 1] ?? "";
      if (escapes && ((character === "\\" && /[/\\]/.test(next)) || (character === "$" && next === "$"))) {
        read += next;
        at += 2;
        continue;
      }
      if (stops.includes(character)) break;
      read += character;
      at += 1;
    }
    return read === "" ? fail("unable to parse substitution within function") : read;
  };

  const needed = (name: string): string => lookup(name) ?? fail(`variable not set (strict mode): ${goQuote(name)}`);

  const expand = (): string => {
    at += 2;
    if (peek() === "#") {
      at += 1;
      const name = take(identifier) || fail("bad substitution");
      close();
      return String(new TextEncoder().encode(needed(name)).length);
    }
    const name = take(identifier) || fail("unable to parse variable name");
    const value = (): string => needed(name);
    const maybe = (): string => lookup(name) ?? "";
    switch (peek()) {
      case "=":
        return withDefault(maybe(), 1);
      case ":":
        return /[=?+-]/.test(text[at + 1] ?? "") ? withDefault(maybe(), 2) : substring(value());
      case ",":
      case "^": {
        const operator = take(/[,^]{1,2}/);
        close();
        return changeCase(value(), operator);
      }
      case "#":
      case "%":
        return remove(value());
      case "/":
        return replace(value());
      default:
        close("missing closing brace");
        return value();
    }
  };

  const withDefault = (value: string, width: number): string => {
    at += width;
    let fallback = "";
    while (peek() !== "}") fallback += piece("}");
    close();
    return value === "" ? fallback : value;
  };

  const substring = (value: string): string => {
    at += 1;
    if (at >= text.length) fail("bad substitution");
    const from = piece(":}");
    if (peek() === "}") {
      close();
      return slice(value, from);
    }
    if (take(/:+/) === "") fail("bad substitution");
    const length = piece("}");
    close();
    return slice(value, from, length);
  };

  const remove = (value: string): string => {
    const operator = take(/#{1,2}|%{1,2}/);
    const pattern = piece("}");
    close();
    return trim(value, operator, pattern);
  };

  const replace = (value: string): string => {
    const operator = take(/\/[/#%]?/);
    const old = piece("/", true);
    if (take(/\/+/) === "") fail("bad substitution");
    const fresh = peek() === "}" ? undefined : piece("}", true);
    close();
    return replaceIn(value, operator, old, fresh);
  };

  let out = "";
  while (at < text.length) {
    if (text.startsWith("$$", at)) {
      out += "$";
      at += 2;
    } else if (opens()) out += expand();
    else {
      out += peek();
      at += 1;
    }
  }
  return out;
}

const identifier = /[\p{L}\p{Nd}_]+/u;

function changeCase(value: string, operator: string): string {
  const change = (text: string): string => (operator.startsWith("^") ? text.toUpperCase() : text.toLowerCase());
  return operator.length > 1 ? change(value) : change(value.slice(0, 1)) + value.slice(1);
}

const integer = /^[+-]?\d+$/;

/** What cannot be read as a number changes nothing, as in bash. */
function slice(value: string, from: string, length?: string): string {
  if (!integer.test(from) || (length !== undefined && !integer.test(length))) return value;
  const start = Number(from) < 0 ? Math.max(0, value.length + Number(from)) : Number(from);
  return length === undefined ? value.slice(start) : value.slice(start, Math.max(start, start + Number(length)));
}

function replaceIn(value: string, operator: string, old: string, fresh: string | undefined): string {
  switch (operator) {
    case "//":
      return value.replaceAll(old, () => fresh ?? "");
    case "/#":
      return fresh !== undefined && value.startsWith(old) ? fresh + value.slice(old.length) : value;
    case "/%":
      return fresh !== undefined && value.endsWith(old) ? value.slice(0, value.length - old.length) + fresh : value;
    default:
      return value.replace(old, () => fresh ?? "");
  }
}

/** Removes the shortest (`#`, `%`) or longest (`##`, `%%`) match of a glob from the front or from the end. */
function trim(value: string, operator: string, pattern: string): string {
  const fromEnd = operator.startsWith("%");
  const glob = tryCompileGlob(pattern);
  if (glob === undefined) return value;
  const lengths = Array.from({ length: value.length }, (_, index) => index + 1);
  const ordered = operator.length > 1 ? lengths.toReversed() : lengths;
  const found = ordered.find((length) => glob(fromEnd ? value.slice(value.length - length) : value.slice(0, length)));
  if (found === undefined) return value;
  return fromEnd ? value.slice(0, value.length - found) : value.slice(found);
}

/** A glob whose `*` takes slashes, too. Undefined for one that is malformed. */
function tryCompileGlob(pattern: string): ((text: string) => boolean) | undefined {
  const source = pattern.replaceAll(/\\.|\[\^?(?:\\.|[^\]\\])+\]|[*?]|[^*?]/gsu, (part) => {
    if (part === "*") return "[\\s\\S]*";
    if (part === "?") return "[\\s\\S]";
    if (part.startsWith("[") && part.length > 1) return part;
    return RE2JS.quote(part.startsWith("\\") && part.length > 1 ? part.slice(1) : part);
  });
  try {
    const compiled = RE2JS.compile(`^(?:${source})$`);
    return (text) => compiled.matcher(text).find();
  } catch {
    return undefined;
  }
}
