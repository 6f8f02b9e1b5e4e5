import { compilePathPattern } from "../../base/glob.ts";
import { ChartError } from "../errors.ts";

/** Says which files of a chart's folder do not belong to the chart. */
export type IgnoreRules = (path: string, kind: "file" | "directory") => boolean;

interface Rule {
  readonly negate: boolean;
  readonly mustBeDirectory: boolean;
  readonly matches: (path: string) => boolean;
}

/** Reads a .helmignore, with the rule that Helm always adds: dot files in templates/. Throws ChartError for `**` and malformed rules. */
export function parseIgnoreRules(text: string): IgnoreRules {
  const rules = [...text.replace(/^\ufeff/, "").split("\n"), "templates/.?*"].flatMap((line) => parseRule(line.trim()));
  return (path, kind) => {
    // Helm: the first rule that decides wins, and a negated rule decides for what it does not match.
    for (const rule of rules) {
      if (rule.negate) {
        if ((rule.mustBeDirectory && kind !== "directory") || !rule.matches(path)) return true;
        continue;
      }
      if (rule.mustBeDirectory && kind !== "directory") continue;
      if (rule.matches(path)) return true;
    }
    return false;
  };
}

function parseRule(line: string): Rule[] {
  if (line === "" || line.startsWith("#")) return [];
  if (line.includes("**")) throw new ChartError("InvalidChart", "double-star (**) syntax is not supported");
  const negate = line.startsWith("!");
  let pattern = negate ? line.slice(1) : line;
  const mustBeDirectory = pattern.endsWith("/");
  if (mustBeDirectory) pattern = pattern.slice(0, -1);
  const anchored = pattern.includes("/");
  if (pattern.startsWith("/")) pattern = pattern.slice(1);
  let match: (name: string) => boolean;
  try {
    match = compilePathPattern(pattern);
  } catch (cause) {
    throw new ChartError("InvalidChart", "syntax error in pattern", { cause });
  }
  const matches = anchored ? match : (path: string) => match(path.slice(path.lastIndexOf("/") + 1));
  return [{ negate, mustBeDirectory, matches }];
}
