/** One step of a compiled pattern. */
export type Step =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "one" }
  | { readonly kind: "any" }
  | { readonly kind: "super" }
  | { readonly kind: "class"; readonly ranges: readonly (readonly [string, string])[]; readonly negated: boolean }
  | { readonly kind: "choice"; readonly branches: readonly (readonly Step[])[] };

/** True when the steps use up the whole text. Follows all ways at once, so no pattern is slow. */
export function matchSteps(steps: readonly Step[], text: string, separator: string): boolean {
  const characters = Array.from(text);
  return walk(steps, characters, new Set([0]), separator).has(characters.length);
}

type Positions = ReadonlySet<number>;

function walk(steps: readonly Step[], text: readonly string[], from: Positions, separator: string): Positions {
  let positions = from;
  for (const step of steps) {
    if (positions.size === 0) break;
    positions = advance(step, text, positions, separator);
  }
  return positions;
}

function advance(step: Step, text: readonly string[], from: Positions, separator: string): Positions {
  const reached = new Set<number>();
  switch (step.kind) {
    case "choice":
      for (const branch of step.branches) for (const at of walk(branch, text, from, separator)) reached.add(at);
      return reached;
    case "any":
    case "super": {
      const stop = step.kind === "any" ? separator : "";
      for (const start of from) {
        for (let at = start; !reached.has(at); at += 1) {
          reached.add(at);
          if (at >= text.length || text[at] === stop) break;
        }
      }
      return reached;
    }
    case "text": {
      const wanted = Array.from(step.text);
      for (const at of from)
        if (wanted.every((character, i) => text[at + i] === character)) reached.add(at + wanted.length);
      return reached;
    }
    case "one":
      for (const at of from) if (at < text.length && text[at] !== separator) reached.add(at + 1);
      return reached;
    case "class":
      for (const at of from) if (at < text.length && isIn(step, text[at] as string)) reached.add(at + 1);
      return reached;
  }
}

function isIn(step: Extract<Step, { kind: "class" }>, character: string): boolean {
  const code = character.codePointAt(0) as number;
  const inside = step.ranges.some(
    ([low, high]) => (low.codePointAt(0) as number) <= code && code <= (high.codePointAt(0) as number),
  );
  return inside !== step.negated;
}
