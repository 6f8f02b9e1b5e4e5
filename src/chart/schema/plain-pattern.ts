/**
 * Tells of a regular expression whether Go's regexp surely takes it, without compiling it. Only what nearly all patterns are made of is
 * known here: letters, escapes, classes, groups and repetitions of single characters; false means that the compiler must be asked.
 */
export function isPlainPattern(source: string): boolean {
  if (source.length > longest) return false;
  let depth = 0;
  for (let at = 0; at < source.length; at = part.lastIndex) {
    part.lastIndex = at;
    const found = part.exec(source);
    if (found === null) return false;
    const [text, least, most] = found;
    if (text.startsWith("(")) depth += 1;
    else if (text.startsWith(")")) depth -= 1;
    if (depth < 0 || depth > deepest) return false;
    if (Number(least ?? 0) > Number(most ?? mostRepetitions) || Number(most ?? 0) > mostRepetitions) return false;
  }
  return depth === 0;
}

/** A few thousand repetitions make no expression that is too large for Go. */
const longest = 1000;
const deepest = 20;
const mostRepetitions = 1000;
const escaped = String.raw`\\[dDwWsS.+*?()|\[\]{}^$/\\-]`;
const letter = String.raw`[A-Za-z0-9 _\-/:;,=@%&#~!'"<>.]`;
// A range that is written backwards is an error, so only the usual ones are known; a hyphen at the end stands for itself.
const inClass = String.raw`(?:a-z|A-Z|0-9|a-f|A-F|[A-Za-z0-9 _/:;,=@%&#~!'".+*?()|$]|${escaped})`;
const repetition = String.raw`(?:[*+?]|\{(\d{1,4})(?:,(\d{1,4})?)?\})\??`;
const part = new RegExp(
  String.raw`(?:${escaped}|${letter}|\[\^?${inClass}+-?\])(?:${repetition})?|[\^$|]|\((?:\?:)?|\)[*+?]?`,
  "y",
);
