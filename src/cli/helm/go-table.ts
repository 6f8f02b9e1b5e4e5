/**
 * Lays rows out as helm does: cells padded to their column, a tab between them. What is longer than a column, and lines inside a cell, are cut off as
 * helm's library does.
 */
export function helmTable(rows: readonly (readonly string[])[], maximumWidth = 0): string {
  const limit = maximumWidth > 0 ? maximumWidth : Number.POSITIVE_INFINITY;
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.min(limit, Math.max(...rows.map((row) => lineWidth(row[column] ?? "")))),
  );
  return `${rows.map((row) => layOut(row, widths)).join("\n")}\n`;
}

function layOut(row: readonly string[], widths: readonly number[]): string {
  const cells = row.map((cell, column) => resize(cell, widths[column] ?? 0).split("\n"));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells.map((lines, column) => resize(lines[line] ?? "", widths[column] ?? 0)).join("\t"),
  ).join("\n");
}

// uitable measures a cell by its longest line, but resizes it as a whole: several lines are longer than their column, and are cut.
function resize(text: string, width: number): string {
  const length = widthOf(text);
  if (width === 0 || length === width) return text;
  if (length < width) return text + " ".repeat(width - length);
  let kept = "";
  let used = 0;
  for (const character of text) {
    kept += character;
    const added = widthOf(character);
    if (used + added >= width - 3) break;
    used += added;
  }
  return `${kept}...`;
}

function lineWidth(text: string): number {
  return Math.max(...text.split("\n").map(widthOf));
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

function characterWidth(character: string): number {
  if (/[\p{Cc}\p{Mn}\p{Me}\u200b-\u200f]/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u.test(
    character,
  )
    ? 2
    : 1;
}
