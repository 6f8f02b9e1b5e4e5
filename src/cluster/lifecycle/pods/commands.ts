import type { Container } from "../kinds.ts";

/** What is known of a command without running it. */
export interface Outcome {
  /** Undefined where nothing says how the command ends. */
  readonly exitCode: number | undefined;
  /** What its `sleep`s add up to; Infinity where it never ends. */
  readonly seconds: number;
  /** What its `echo`s print. */
  readonly output: readonly string[];
}

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads a container's command: `exit N`, `false` and `true` say how it ends, `sleep` how long it takes and `echo` what it
 * prints, on their own or as statements of a shell script. Any other program is taken to do its work.
 */
export function outcomeOf({ command = [], args = [] }: Container): Outcome {
  const words = [...command, ...args];
  const shell = /(?:^|\/)(?:ba|da|a|z|k)?sh$/.test(words[0] ?? "");
  const flag = words.findIndex((word, i) => i > 0 && /^-[a-z]*c$/.test(word));
  const script = shell && flag > 0 ? words[flag + 1] : undefined;
  const statements = script === undefined ? [words.join(" ")] : statementsOf(script);
  const output: string[] = [];
  let seconds = 0;
  let exitCode: number | undefined;
  for (const statement of statements) {
    const exit = /^exit(?:\s+(\d+))?$/.exec(statement);
    if (exit !== null && script !== undefined) {
      exitCode = exit[1] === undefined ? (exitCode ?? 0) : Number(exit[1]) % 256;
      break;
    }
    const sleep = /^(?:\S*\/)?sleep\s+(?:(infinity|inf)|(\d+(?:\.\d+)?)([smhd])?)$/.exec(statement);
    if (sleep !== null) {
      seconds += sleep[1] === undefined ? Number(sleep[2]) * (units[sleep[3] ?? "s"] ?? 1) : Number.POSITIVE_INFINITY;
      exitCode = 0;
      continue;
    }
    const echo = /^(?:\S*\/)?echo\s+(?:-[ne]+\s+)?(.*)$/s.exec(statement);
    if (echo !== null) output.push((echo[1] ?? "").replaceAll(/^(["'])(.*)\1$/gs, "$2"));
    if (/^(?:\S*\/)?false$/.test(statement)) exitCode = 1;
    else if (/^(?:\S*\/)?true$/.test(statement)) exitCode = 0;
    else exitCode = undefined;
  }
  return { exitCode, seconds, output };
}

/** The statements that a script certainly runs: not those of branches and loops, nor what comes after `||`. */
function statementsOf(script: string): string[] {
  const statements: string[] = [];
  let depth = 0;
  for (const part of script.split(/\n|;|&&/)) {
    const statement = (part.split("||")[0] ?? "").trim();
    if (/^(?:if|for|while|until|case)\b/.test(statement)) depth += 1;
    else if (/^(?:fi|done|esac)\b/.test(statement)) depth = Math.max(0, depth - 1);
    else if (depth === 0 && statement !== "" && !statement.startsWith("#") && !/^set\s/.test(statement)) {
      statements.push(statement);
    }
  }
  return statements;
}
