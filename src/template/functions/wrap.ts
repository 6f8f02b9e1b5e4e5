import { checkPieces } from "../limits.ts";
import { fromBytes, isAscii, toBytes } from "../text.ts";

// goutils counts bytes: work on a string of one character for each byte.
function byBytes(text: string, change: (bytes: string) => string): string {
  const changed = change(byteText(text));
  return isAscii(changed) ? changed : fromBytes(Uint8Array.from(changed, (char) => char.charCodeAt(0)));
}

/** goutils.WrapCustom: breaks lines at spaces; words that are too long are broken only when asked. */
export function wrap(
  text: string,
  options: { readonly width: number; readonly newline: string; readonly breakWords: boolean },
): string {
  const width = Math.max(options.width, 1);
  checkPieces(text.length);
  const newline = byteText(options.newline === "" ? "\n" : options.newline);
  return byBytes(text, (bytes) => wrapBytes(bytes, { width, newline, breakWords: options.breakWords }));
}

function byteText(text: string): string {
  return isAscii(text) ? text : Array.from(toBytes(text), (byte) => String.fromCharCode(byte)).join("");
}

function wrapBytes(
  text: string,
  { width, newline, breakWords }: { readonly width: number; readonly newline: string; readonly breakWords: boolean },
): string {
  let out = "";
  let offset = 0;
  while (text.length - offset > width) {
    if (text.charAt(offset) === " ") {
      offset += 1;
      continue;
    }
    const window = text.slice(offset, offset + width + 1);
    const space = window.lastIndexOf(" ");
    if (space >= 0) {
      out += window.slice(0, space) + newline;
      offset += space + 1;
    } else if (breakWords) {
      out += text.slice(offset, offset + width) + newline;
      offset += width;
    } else {
      const next = text.indexOf(" ", offset + width);
      if (next < 0) {
        out += text.slice(offset);
        offset = text.length;
      } else {
        out += text.slice(offset, next) + newline;
        offset = next + 1;
      }
    }
  }
  return out + text.slice(offset);
}

/** goutils.AbbreviateFull. */
export function abbreviate(text: string, offset: number, width: number): string {
  return byBytes(text, (bytes) => abbreviateBytes(bytes, offset, width));
}

function abbreviateBytes(text: string, from: number, width: number): string {
  if (text.length <= width) return text;
  let offset = Math.min(from, text.length);
  if (text.length - offset < width - 3) offset = text.length - (width - 3);
  if (offset <= 4) return `${text.slice(0, width - 3)}...`;
  // The library refuses a width below 7 here, and Sprig drops the error and the text.
  if (width < 7) return "";
  if (offset + width - 3 < text.length) return `...${abbreviateBytes(text.slice(offset), 0, width - 3)}`;
  return `...${text.slice(text.length - (width - 3))}`;
}
