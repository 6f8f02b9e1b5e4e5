import { CodedError } from "./errors.ts";
import { matchSteps, type Step } from "./glob/matcher.ts";

/** A pattern that cannot be read. */
export class GlobError extends CodedError<"pattern"> {}

/** A pattern ready to be matched against many names. */
export type Glob = (name: string) => boolean;

/** Compiles a shell pattern as Go's filepath.Match reads it: `*` and `?` stop at `/`, classes with `^`, no `**`. Throws GlobError. */
export function compilePathPattern(pattern: string): Glob {
  const steps = parsePathPattern(Array.from(pattern));
  return (name) => matchSteps(steps, name, "/");
}

/** Compiles a pattern as github.com/gobwas/glob does for helm's Files.Glob: `**` crosses `/`, `{a,b}`, classes with `!`. Throws GlobError. */
export function compileGlob(pattern: string, separator = "/"): Glob {
  const reader = { characters: Array.from(pattern), at: 0 };
  const [steps] = parseBranches(reader, 0);
  return (name) => matchSteps(steps as readonly Step[], name, separator);
}

function parsePathPattern(characters: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < characters.length; i += 1) {
    const character = characters[i] as string;
    switch (character) {
      case "*":
        steps.push({ kind: "any" });
        break;
      case "?":
        steps.push({ kind: "one" });
        break;
      case "[":
        i = parsePathClass(characters, i + 1, steps);
        break;
      case "\\":
        i += 1;
        if (i >= characters.length) throw badPattern();
        steps.push({ kind: "text", text: characters[i] as string });
        break;
      default:
        steps.push({ kind: "text", text: character });
    }
  }
  return steps;
}

/** Reads a class after its bracket and returns where its closing bracket stands. */
function parsePathClass(characters: readonly string[], from: number, steps: Step[]): number {
  let i = from;
  const negated = characters[i] === "^";
  if (negated) i += 1;
  const ranges: [string, string][] = [];
  for (;;) {
    if (characters[i] === "]" && ranges.length > 0) break;
    const low = classCharacter(characters, i);
    i = low.next;
    let high = low;
    if (characters[i] === "-") {
      high = classCharacter(characters, i + 1);
      i = high.next;
    }
    ranges.push([low.character, high.character]);
  }
  steps.push({ kind: "class", ranges, negated });
  return i;
}

function classCharacter(
  characters: readonly string[],
  at: number,
): { readonly character: string; readonly next: number } {
  const first = characters[at];
  if (first === undefined || first === "-" || first === "]") throw badPattern();
  const position = first === "\\" ? at + 1 : at;
  const character = characters[position];
  // Go: a class may not end the pattern, its bracket is still to come.
  if (character === undefined || position + 1 >= characters.length) throw badPattern();
  return { character, next: position + 1 };
}

function badPattern(): GlobError {
  return new GlobError("pattern", "syntax error in pattern");
}

interface Reader {
  readonly characters: readonly string[];
  at: number;
}

const maxNesting = 100;

/** Reads alternatives up to the brace that closes them, or one sequence at the top. */
function parseBranches(reader: Reader, level: number): Step[][] {
  if (level > maxNesting) throw new GlobError("pattern", "pattern is nested too deep");
  const branches: Step[][] = [[]];
  const { characters } = reader;
  while (reader.at < characters.length) {
    const character = characters[reader.at] as string;
    const steps = branches.at(-1) as Step[];
    reader.at += 1;
    if (level > 0 && character === "}") return branches;
    if (level > 0 && character === ",") branches.push([]);
    else if (character === "{") steps.push({ kind: "choice", branches: parseBranches(reader, level + 1) });
    else if (character === "?") steps.push({ kind: "one" });
    else if (character === "[") steps.push(parseGlobClass(reader));
    else if (character === "*" && characters[reader.at] === "*") {
      reader.at += 1;
      steps.push({ kind: "super" });
    } else if (character === "*") steps.push({ kind: "any" });
    else if (character === "\\") {
      const escaped = characters[reader.at];
      reader.at += 1;
      if (escaped !== undefined) steps.push({ kind: "text", text: escaped });
    } else steps.push({ kind: "text", text: character });
  }
  // gobwas: an open brace at the end counts as closed.
  return branches;
}

function parseGlobClass(reader: Reader): Step {
  const { characters } = reader;
  const negated = characters[reader.at] === "!";
  if (negated) reader.at += 1;
  const first = characters[reader.at];
  if (first === undefined) throw new GlobError("pattern", "unexpected end of input");
  if (characters[reader.at + 1] === "-") {
    const high = characters[reader.at + 2];
    if (high === undefined) throw new GlobError("pattern", "unexpected end of input");
    if (characters[reader.at + 3] !== "]") throw new GlobError("pattern", "expected close range character");
    if ((high.codePointAt(0) as number) < (first.codePointAt(0) as number)) {
      throw new GlobError("pattern", `hi character '${high}' should be greater than lo '${first}'`);
    }
    reader.at += 4;
    return { kind: "class", ranges: [[first, high]], negated };
  }
  const ranges: [string, string][] = [];
  for (;;) {
    const character = characters[reader.at];
    reader.at += 1;
    if (character === undefined) throw new GlobError("pattern", "unexpected end of input");
    if (character === "]") break;
    const literal = character === "\\" ? characters[reader.at] : character;
    if (character === "\\") reader.at += 1;
    if (literal !== undefined) ranges.push([literal, literal]);
  }
  if (ranges.length === 0) throw new GlobError("pattern", "could not parse range");
  return { kind: "class", ranges, negated };
}
