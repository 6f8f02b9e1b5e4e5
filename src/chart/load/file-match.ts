/** A pattern of Go's filepath.Match: `*`, `?`, `[a-z]` and `\`; no wildcard crosses a slash. Throws an Error for a malformed one. */
export function compileFileMatch(pattern: string): (name: string) => boolean {
  const chunks = splitAtStars(pattern).map((chunk) => ({ star: chunk.star, parts: parseChunk(chunk.text) }));
  return (name) => matches(chunks, Array.from(name));
}

interface Chunk {
  readonly star: boolean;
  readonly parts: readonly ((rune: string) => boolean)[];
}

function matches(chunks: readonly Chunk[], name: readonly string[]): boolean {
  let at = 0;
  for (const [index, { star, parts }] of chunks.entries()) {
    const isLast = index === chunks.length - 1;
    if (star && parts.length === 0) return !name.includes("/", at);
    let start = at;
    for (;;) {
      const end = start + parts.length;
      if (parts.every((part, offset) => start + offset < name.length && part(name[start + offset]!))) {
        if (!isLast || end === name.length) {
          at = end;
          break;
        }
      }
      if (!star || start >= name.length || name[start] === "/") return false;
      start += 1;
    }
  }
  return at === name.length;
}

function splitAtStars(pattern: string): { readonly star: boolean; readonly text: string }[] {
  const chunks: { star: boolean; text: string }[] = [{ star: false, text: "" }];
  let inClass = false;
  for (let at = 0; at < pattern.length; at += 1) {
    const char = pattern[at]!;
    if (char === "\\") {
      chunks.at(-1)!.text += char + (pattern[at + 1] ?? "");
      at += 1;
      continue;
    }
    if (char === "[") inClass = true;
    if (char === "]") inClass = false;
    if (char === "*" && !inClass) {
      if (chunks.at(-1)!.star && chunks.at(-1)!.text === "") continue;
      chunks.push({ star: true, text: "" });
    } else chunks.at(-1)!.text += char;
  }
  return chunks.filter((chunk, index) => index > 0 || chunk.text !== "" || chunks.length === 1);
}

function parseChunk(text: string): ((rune: string) => boolean)[] {
  const runes = Array.from(text);
  const parts: ((rune: string) => boolean)[] = [];
  for (let at = 0; at < runes.length; at += 1) {
    const rune = runes[at]!;
    if (rune === "?") parts.push((found) => found !== "/");
    else if (rune === "\\") {
      at += 1;
      const literal = runes[at];
      if (literal === undefined) throw malformed();
      parts.push((found) => found === literal);
    } else if (rune === "[") {
      const negated = runes[at + 1] === "^";
      if (negated) at += 1;
      const ranges: [string, string][] = [];
      at += 1;
      while (ranges.length === 0 || runes[at] !== "]") {
        const low = classRune(runes, at);
        at += low.length;
        let high = low.rune;
        if (runes[at] === "-") {
          const end = classRune(runes, at + 1);
          high = end.rune;
          at += 1 + end.length;
        }
        ranges.push([low.rune, high]);
      }
      parts.push((found) => {
        const point = found.codePointAt(0)!;
        const inside = ranges.some(([low, high]) => low.codePointAt(0)! <= point && point <= high.codePointAt(0)!);
        return inside !== negated && found !== "/";
      });
    } else parts.push((found) => found === rune);
  }
  return parts;
}

function classRune(runes: readonly string[], at: number): { readonly rune: string; readonly length: number } {
  const rune = runes[at];
  if (rune === undefined || rune === "-" || rune === "]") throw malformed();
  if (rune !== "\\") return { rune, length: 1 };
  const escaped = runes[at + 1];
  if (escaped === undefined) throw malformed();
  return { rune: escaped, length: 2 };
}

function malformed(): Error {
  return new Error("syntax error in pattern");
}
