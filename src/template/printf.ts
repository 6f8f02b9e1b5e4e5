import { printValue, sprint } from "./print.ts";
import type { Flags } from "./print-flags.ts";
import { Integer, typeName } from "./value.ts";

/** Go refuses widths and precisions beyond this. */
const maxWidth = 1_000_000;

/** fmt.Sprintf. */
export function sprintf(format: string, values: readonly unknown[]): string {
  const simple = simpleFormat(format, values);
  return simple ?? general(format, values);
}

// Formats that hold only %s, %d, %v and %% over matching arguments are nearly all there are.
function simpleFormat(format: string, values: readonly unknown[]): string | undefined {
  let text = "";
  let index = 0;
  let start = 0;
  for (let at = format.indexOf("%"); at >= 0; at = format.indexOf("%", start)) {
    text += format.slice(start, at);
    start = at + 2;
    const verb = format.charCodeAt(at + 1);
    if (verb === 0x25) {
      text += "%";
      continue;
    }
    if (index >= values.length) return undefined;
    const value = values[index];
    index += 1;
    if (verb === 0x73) {
      if (typeof value !== "string") return undefined;
      text += value;
    } else if (verb === 0x64) {
      if (value instanceof Integer) text += value.value.toString();
      else if (typeof value === "bigint") text += value.toString();
      else return undefined;
    } else if (verb === 0x76) {
      text += sprint(value);
    } else return undefined;
  }
  return index === values.length ? text + format.slice(start) : undefined;
}

function general(format: string, values: readonly unknown[]): string {
  const chars = Array.from(format);
  const end = chars.length;
  let text = "";
  let index = 0;
  let reordered = false;
  let i = 0;
  while (i < end) {
    if (chars[i] !== "%") {
      text += chars[i];
      i += 1;
      continue;
    }
    i += 1;
    const flags = { plus: false, minus: false, sharp: false, space: false, zero: false };
    let width: number | undefined;
    let precision: number | undefined;
    let afterIndex = false;
    let goodIndex = true;
    flags: for (; i < end; i += 1) {
      switch (chars[i]) {
        case "#":
          flags.sharp = true;
          break;
        case "0":
          flags.zero = true;
          break;
        case "+":
          flags.plus = true;
          break;
        case "-":
          flags.minus = true;
          break;
        case " ":
          flags.space = true;
          break;
        default:
          break flags;
      }
    }
    readIndex();
    if (chars[i] === "*") {
      i += 1;
      const star = readStar();
      width = star;
      if (star === undefined) text += "%!(BADWIDTH)";
      else if (star < 0) {
        width = -star;
        flags.minus = true;
        flags.zero = false;
      }
      afterIndex = false;
    } else {
      width = readNumber();
      if (afterIndex && width !== undefined) goodIndex = false;
    }
    if (chars[i] === ".") {
      i += 1;
      if (afterIndex) goodIndex = false;
      readIndex();
      if (chars[i] === "*") {
        i += 1;
        const star = readStar();
        precision = star !== undefined && star >= 0 ? star : undefined;
        if (precision === undefined) text += "%!(BADPREC)";
        afterIndex = false;
      } else {
        precision = readNumber() ?? 0;
      }
    }
    if (!afterIndex) readIndex();
    if (i >= end) {
      text += "%!(NOVERB)";
      break;
    }
    const verb = chars[i] ?? "";
    i += 1;
    if (verb === "%") text += "%";
    else if (!goodIndex) text += `%!${verb}(BADINDEX)`;
    else if (index >= values.length) text += `%!${verb}(MISSING)`;
    else {
      const sharpV = flags.sharp && verb === "v";
      const plusV = flags.plus && verb === "v" && !sharpV;
      const all: Flags = {
        ...flags,
        sharp: flags.sharp && !sharpV,
        plus: flags.plus && !plusV,
        sharpV,
        plusV,
        width,
        precision,
      };
      text += printValue(values[index], verb, all, 0);
      index += 1;
    }

    // An explicit argument index: [n].
    function readIndex(): void {
      if (chars[i] !== "[") return;
      reordered = true;
      const close = chars.indexOf("]", i);
      if (close < 0) {
        goodIndex = false;
        i += 1;
        return;
      }
      const digits = chars.slice(i + 1, close).join("");
      i = close + 1;
      const wanted = /^\d{1,7}$/.test(digits) ? Number(digits) : 0;
      if (wanted < 1 || wanted > values.length) {
        goodIndex = false;
        return;
      }
      index = wanted - 1;
      afterIndex = true;
    }

    function readStar(): number | undefined {
      const value = values[index];
      if (index < values.length) index += 1;
      const size =
        value instanceof Integer ? Number(value.value) : typeof value === "bigint" ? Number(value) : undefined;
      return size === undefined || Math.abs(size) > maxWidth ? undefined : size;
    }

    function readNumber(): number | undefined {
      let digits = "";
      while (/^\d$/.test(chars[i] ?? "")) {
        digits += chars[i];
        i += 1;
      }
      if (digits === "") return undefined;
      const size = Number(digits);
      return size > maxWidth ? undefined : size;
    }
  }
  if (!reordered && index < values.length) {
    const extra = values.slice(index).map((value) => {
      return value === null || value === undefined ? "<nil>" : `${typeName(value)}=${sprint(value)}`;
    });
    text += `%!(EXTRA ${extra.join(", ")})`;
  }
  return text;
}
