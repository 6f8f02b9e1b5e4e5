/** The text of a script that is the function which Node makes of a CommonJS file, in ASCII only. */
export function asScript(code: string): string {
  return `(function (exports, require, module, __filename, __dirname) {${asAscii(code)}\n})`;
}

/**
 * The same program in ASCII only: one character beyond Latin-1 makes V8 keep two bytes for each of all characters. Throws for a character that
 * cannot be written otherwise.
 */
export function asAscii(code: string): string {
  if (/\\[^\0-\x7f]/.test(code))
    throw new Error("cannot build: a character that is not ASCII stands behind a backslash");
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
