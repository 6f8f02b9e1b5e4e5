export interface BlockOptions {
  readonly integers: "float64" | "bigint";
  readonly dialect: "v2" | "v3";
  /** Keys of the top map that are wanted, in lower case; the rest is read and dropped. All when absent. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** Where the reader is: at the first character of a line's content, `indent` columns in; -1 at the end of the text. */
export interface Reader extends BlockOptions {
  readonly text: string;
  at: number;
  lineStart: number;
  indent: number;
  depth: number;
}

export interface Place {
  /** The column that content has to be right of. */
  readonly parent: number;
  /** Whether the value is wanted. */
  readonly keep: boolean;
}

export const unusual = new Error("unusual YAML");

// Deeper ones are left to the whole reader, which counts them.
export const maxDepth = 64;

export function giveUp(): never {
  throw unusual;
}

/** From the start of a line: steps over empty lines and comments. */
export function nextLine(reader: Reader): void {
  const { text } = reader;
  let start = reader.at;
  for (;;) {
    let at = start;
    let code = text.charCodeAt(at);
    while (code === 0x20) {
      at += 1;
      code = text.charCodeAt(at);
    }
    if (code === 0x0a) {
      start = at + 1;
      continue;
    }
    if (code === 0x23) {
      const end = text.indexOf("\n", at);
      if (end >= 0) {
        start = end + 1;
        continue;
      }
      at = text.length;
    }
    reader.at = at;
    reader.lineStart = start;
    if (at >= text.length) {
      reader.indent = -1;
      return;
    }
    reader.indent = at - start;
    if (code === 0x09) giveUp();
    if (at === start && (isMarker(text, at) || code === 0x25)) giveUp();
    return;
  }
}

// `---` or `...` at the start of a line.
function isMarker(text: string, at: number): boolean {
  return text.startsWith("---", at) || text.startsWith("...", at);
}

export function isEntry({ text, at }: Reader): boolean {
  if (text.charCodeAt(at) !== 0x2d) return false;
  const next = text.charCodeAt(at + 1);
  return next === 0x20 || next === 0x0a || at + 1 === text.length;
}

/** A space, a line break or the end. */
export function isGap(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0x09) giveUp();
  return code === 0x20 || code === 0x0a || at >= text.length;
}

export function skipSpaces(reader: Reader): void {
  const { text } = reader;
  while (text.charCodeAt(reader.at) === 0x20) reader.at += 1;
}

/** Whether nothing but a comment is left of the line; the reader stands behind a blank. */
export function atLineEnd({ text, at }: Reader): boolean {
  const code = text.charCodeAt(at);
  return code === 0x0a || at >= text.length || (code === 0x23 && text.charCodeAt(at - 1) === 0x20);
}

export function leaveLine(reader: Reader): void {
  const end = reader.text.indexOf("\n", reader.at);
  reader.at = end < 0 ? reader.text.length : end + 1;
  nextLine(reader);
}

/** Letters that no scalar of another type begins with, or a text too long for one of YAML's words. */
export function isText(text: string): boolean {
  const lower = text.charCodeAt(0) | 0x20;
  return text.length > 5 && lower >= 0x61 && lower <= 0x7a;
}

/** What a plain scalar or key may begin with, leaving out what needs a second look. */
export function startsPlain(code: number): boolean {
  const lower = code | 0x20;
  if (lower >= 0x61 && lower <= 0x7a) return true;
  return code > 0xa0 || (code >= 0x2e && code <= 0x39) || "_$()+;<=^~\\".includes(String.fromCharCode(code));
}

// libyaml takes 1,024 bytes.
const longestKey = 300;

export function usualKey(key: string, length: number): string {
  if (length > longestKey || key === "__proto__" || key === "<<") giveUp();
  return key;
}

/** The end of a quoted scalar, behind its mark. */
export function quotedEnd(text: string, at: number): number {
  const mark = text.charAt(at);
  let end = text.indexOf(mark, at + 1);
  if (mark === "'") while (text.charCodeAt(end + 1) === 0x27 && end >= 0) end = text.indexOf(mark, end + 2);
  if (end < 0) giveUp();
  const inner = text.slice(at + 1, end);
  if (mark === '"' && inner.includes("\\")) return escapedEnd(text, at);
  if (oddLines.test(inner)) giveUp();
  return end + 1;
}

// Tabs, empty lines, and lines that may be a document's mark.
const oddLines = /\t|\n(?! +[^ \n])/;

/** As `quotedEnd`, with those escapes that JSON has too. */
function escapedEnd(text: string, at: number): number {
  let end = at + 1;
  for (;;) {
    const code = text.charCodeAt(end);
    end += 1;
    switch (code) {
      case 0x22:
        return end;
      case 0x5c:
        if (!'"\\bfnrt'.includes(text.charAt(end)) || end >= text.length) giveUp();
        end += 1;
        break;
      case 0x0a: {
        const begin = end;
        while (text.charCodeAt(end) === 0x20) end += 1;
        if (end === begin || text.charCodeAt(end) === 0x0a) giveUp();
        break;
      }
      case 0x09:
        giveUp();
        break;
      default:
        if (end > text.length) giveUp();
    }
  }
}

export function unquote(text: string, at: number, end: number): string {
  const raw = text.slice(at + 1, end - 1);
  const inner = raw.includes("\n") ? raw.replaceAll(/ *\n +/g, " ") : raw;
  if (text.charCodeAt(at) === 0x27) return inner.includes("'") ? inner.replaceAll("''", "'") : inner;
  return inner.includes("\\") ? (JSON.parse(`"${inner}"`) as string) : inner;
}
