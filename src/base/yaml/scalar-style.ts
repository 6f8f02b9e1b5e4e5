import { isOldBoolean, resolveScalar } from "./resolve.ts";

/** The two writers of the Go world: yaml.v2 (sigs.k8s.io/yaml, `toYaml`) and yaml.v3 (`toYamlPretty`, kyaml). */
export type Dialect = "v2" | "v3";

export type ScalarStyle = "plain" | "single" | "double" | "literal";

/** How one string may be written, as libyaml's analysis of it says. */
export interface Analysis {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly blockAllowed: boolean;
}

// Strings of these characters need no analysis: no indicator, no space, no break.
const simpleText = /^[A-Za-z0-9_./][A-Za-z0-9_./-]*$/;
const simple: Analysis = { multiline: false, plainAllowed: true, singleAllowed: true, blockAllowed: true };

/** Looks at every character of a string that is to be written in block context. */
export function analyze(text: string, dialect: Dialect): Analysis {
  if (simpleText.test(text) && !text.startsWith("...")) return simple;
  if (text === "") return { multiline: false, plainAllowed: true, singleAllowed: true, blockAllowed: false };
  let indicators = text.startsWith("---") || text.startsWith("...");
  let lineBreaks = false;
  let special = false;
  let tabs = false;
  let breakSpace = false;
  let spaceBreak = false;
  let previousSpace = false;
  let previousBreak = false;
  let precededByWhitespace = true;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (!indicators) indicators = isIndicator(text, i, code, precededByWhitespace);
    if (code === 0x09 && dialect === "v3") tabs = true;
    else if (!isPrintable(code)) special = true;
    if (code === 0x20) {
      if (previousBreak) breakSpace = true;
      previousSpace = true;
      previousBreak = false;
    } else if (isBreak(code)) {
      lineBreaks = true;
      if (previousSpace) spaceBreak = true;
      previousSpace = false;
      previousBreak = true;
    } else {
      previousSpace = false;
      previousBreak = false;
    }
    precededByWhitespace = code === 0x20 || code === 0x09 || code === 0 || isBreak(code);
  }
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const edges = first === 0x20 || isBreak(first) || last === 0x20 || isBreak(last);
  const unquotable = spaceBreak || special;
  return {
    multiline: lineBreaks,
    plainAllowed: !(edges || breakSpace || unquotable || tabs || lineBreaks || indicators),
    singleAllowed: !(breakSpace || unquotable || tabs),
    blockAllowed: !(last === 0x20 || unquotable),
  };
}

function isIndicator(text: string, i: number, code: number, precededByWhitespace: boolean): boolean {
  if (i === 0) {
    if (code === 0x2d || code === 0x3f || code === 0x3a) return isFollowedByBlank(text, i);
    // # , [ ] { } & * ! | > ' " % @ `
    return "#,[]{}&*!|>'\"%@`".includes(text.charAt(0));
  }
  if (code === 0x3a) return isFollowedByBlank(text, i);
  return code === 0x23 && precededByWhitespace;
}

function isFollowedByBlank(text: string, i: number): boolean {
  if (i + 1 >= text.length) return true;
  const next = text.charCodeAt(i + 1);
  return next === 0x20 || next === 0x09;
}

/** The style that go-yaml asks for, before the analysis has its say: strings that read as something else are quoted. */
export function wantedStyle(text: string, dialect: Dialect): ScalarStyle {
  if (text.includes("\n")) return "literal";
  const resolved = resolveScalar(text, dialect === "v2" ? "yes" : "no");
  if (resolved.tag !== "str" || isBase60(text) || (dialect === "v3" && isOldBoolean(text))) return "double";
  return "plain";
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

function isBase60(text: string): boolean {
  return text.includes(":") && base60.test(text);
}

/** libyaml's printable characters; those above U+FFFF are not, so they are written as escapes. */
export function isPrintable(code: number): boolean {
  if (code < 0x7f) return code >= 0x20 || code === 0x0a;
  return (code >= 0xa0 && code < 0xd800) || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);
}

/** CR, LF, NEL, LS and PS. */
export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}
