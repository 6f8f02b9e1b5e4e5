/** Lays out rows as flux prints them: cells padded to their column, a tab after each, cells of several lines on further rows. */
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
  const shown = options.header === false ? lines : [header.map((cell) => cell.toUpperCase()), ...lines];
  const widths = header.map((_, column) => Math.max(0, ...shown.map((row) => widthOf(row[column] ?? ""))));
  return shown
    .map((row) => `${row.map((cell, column) => `${cell}${" ".repeat(widths[column]! - widthOf(cell))}\t`).join("")}\n`)
    .join("");
}

function widthOf(text: string): number {
  return [...text].length;
}
