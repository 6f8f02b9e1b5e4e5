import type { MutableValue } from "../values/maps.ts";
import { invalidSet } from "./errors.ts";

/** Parses the JSON value at the start of a text and says which text it was; what follows it is left alone. */
export function readJsonPrefix(text: string): { readonly value: MutableValue; readonly text: string } {
  const end = endOfJson(text);
  try {
    const taken = text.slice(0, end);
    return { value: JSON.parse(taken, refuseInfinity) as MutableValue, text: taken };
  } catch (cause) {
    throw invalidSet("invalid JSON", { cause });
  }
}

/** Go has no number for 1e400; JavaScript would read it as infinity. */
function refuseInfinity(_key: string, value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw new RangeError("number out of range");
  return value;
}

/** Where the first JSON value ends, if it is valid; validity itself is JSON.parse's business. */
function endOfJson(text: string): number {
  const scalar = /^\s*(?:"(?:[^"\\]|\\.)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null)/su.exec(text);
  if (scalar !== null) return scalar[0].length;
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    switch (text[at]) {
      case '"': {
        const string = /"(?:[^"\\]|\\.)*"/suy;
        string.lastIndex = at;
        const match = string.exec(text);
        if (match === null) return text.length;
        at += match[0].length - 1;
        break;
      }
      case "{":
      case "[":
        depth += 1;
        break;
      case "}":
      case "]":
        depth -= 1;
        if (depth <= 0) return at + 1;
        break;
    }
  }
  return text.length;
}
