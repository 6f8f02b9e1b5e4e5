/**
 * Lays out rows as flux prints them: cells padded to their column, a tab after each (a space after the last cell of the header), cells of
 * several lines on further rows.
 */
export function fluxTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly header?: boolean } = {},
): string {
  const lines = rows.flatMap((row) => {
    const cells = row.map((cell) => cell.split("\n"));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ""));
  });
  const titles = header.map((cell) => cell.toUpperCase());
  const withTitles = options.header !== false;
  const shown = withTitles ? [titles, ...lines] : lines;
  const widths = header.map((_, column) => Math.max(0, ...shown.map((row) => widthOf(row[column] ?? ""))));
  const pad = (row: readonly string[]): readonly string[] =>
    row.map((cell, column) => `${cell}${" ".repeat(widths[column]! - widthOf(cell))}`);
  const text = lines.map((row) => `${pad(row).join("\t")}\t\n`).join("");
  return withTitles ? `${pad(titles).join("\t")} \n${text}` : text;
}

function widthOf(text: string): number {
  return [...text].length;
}
