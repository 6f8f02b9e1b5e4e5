import { compilePathPattern, type Glob, GlobError } from "./glob.ts";

/** One line of an ignore file. `domain` is the folder of the file, as path elements: the pattern holds below it only. */
export interface IgnorePattern {
  readonly domain: readonly string[];
  readonly includes: boolean;
  readonly directoriesOnly: boolean;
  readonly anchored: boolean;
  readonly parts: readonly Part[];
}

type Part = { readonly kind: "empty" | "anyDepth" | "never" } | { readonly kind: "name"; readonly matches: Glob };

/** Reads the lines of a .gitignore or .sourceignore file. */
export function parseIgnoreFile(text: string, domain: readonly string[] = []): IgnorePattern[] {
  return text
    .split(/\r?\n/)
    .filter((line) => !line.startsWith("#") && line.trim() !== "")
    .map((line) => parseIgnorePattern(line, domain));
}

/** Reads one pattern. A pattern that is not well-formed matches nothing. */
export function parseIgnorePattern(line: string, domain: readonly string[] = []): IgnorePattern {
  const includes = line.startsWith("!");
  let pattern = includes ? line.slice(1) : line;
  if (!pattern.endsWith("\\ ")) pattern = pattern.replace(/ +$/, "");
  const directoriesOnly = pattern.endsWith("/");
  if (directoriesOnly) pattern = pattern.slice(0, -1);
  const anchored = pattern.includes("/");
  return {
    domain,
    includes,
    directoriesOnly,
    anchored,
    parts: pattern.split("/").map((text) => parsePart(text, anchored)),
  };
}

/**
 * True when a path is ignored: the last pattern that matches decides. Paths are relative, with `/` between elements.
 * A file in an ignored folder is ignored by that folder's pattern too.
 */
export function isIgnored(patterns: readonly IgnorePattern[], path: string, kind: "file" | "directory"): boolean {
  const elements = path.split("/").filter((element) => element !== "");
  const last = patterns.findLast((pattern) => matches(pattern, elements, kind === "directory"));
  return last !== undefined && !last.includes;
}

function parsePart(text: string, anchored: boolean): Part {
  if (text === "") return { kind: "empty" };
  if (text === "**") return { kind: "anyDepth" };
  if (anchored && text.includes("**")) return { kind: "never" };
  try {
    return { kind: "name", matches: compilePathPattern(text) };
  } catch (error) {
    if (error instanceof GlobError) return { kind: "never" };
    throw error;
  }
}

function matches(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  if (path.length <= pattern.domain.length) return false;
  if (!pattern.domain.every((element, i) => path[i] === element)) return false;
  const rest = path.slice(pattern.domain.length);
  return pattern.anchored ? matchesAnchored(pattern, rest, isDirectory) : matchesName(pattern, rest, isDirectory);
}

function matchesName(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  const part = pattern.parts[0];
  const index = path.findIndex((name) => part !== undefined && matchesPart(part, name));
  if (index < 0) return false;
  return !(pattern.directoriesOnly && !isDirectory && index === path.length - 1);
}

// The walk is go-git's, which Flux uses: after `**` the first element that fits is taken, there is no second try.
function matchesAnchored(pattern: IgnorePattern, path: readonly string[], isDirectory: boolean): boolean {
  let matched = false;
  let anyDepth = false;
  let at = 0;
  for (const [i, part] of pattern.parts.entries()) {
    if (part.kind === "empty") {
      anyDepth = false;
      continue;
    }
    if (part.kind === "anyDepth") {
      if (i === pattern.parts.length - 1) break;
      anyDepth = true;
      continue;
    }
    if (at >= path.length) return false;
    if (!anyDepth) {
      if (!matchesPart(part, path[at] as string)) return false;
      matched = true;
      at += 1;
      continue;
    }
    anyDepth = false;
    const found = path.findIndex((name, position) => position >= at && matchesPart(part, name));
    matched = found >= 0;
    at = found < 0 ? path.length : found + 1;
  }
  return matched && !(pattern.directoriesOnly && !isDirectory && at >= path.length);
}

function matchesPart(part: Part, name: string): boolean {
  // A lone `**` among names acts as `*` does.
  if (part.kind === "anyDepth") return true;
  return part.kind === "name" && part.matches(name);
}
