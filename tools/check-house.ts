// Holds the house to its sizes: files that can be read at once, and a short README at each door.
import { existsSync, readFileSync } from "node:fs";
import type { SourceFile } from "./check-rooms.ts";
import { rooms } from "./rooms.ts";

const longestFile = 400;
const longestReadme = 40;

/** Parsers may be longer: splitting them apart helps nobody. The list only shrinks. */
const long: ReadonlySet<string> = new Set(["src/template/parser.ts", "src/base/yaml/compose.ts"]);

/** Names each file that is longer than a reader can hold; tests and their tables may be. */
export function findLongFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => !path.endsWith(".test.ts") && !long.has(path))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ lines }) => lines > longestFile)
    .map(
      ({ path, lines }) =>
        `${path}: ${lines} lines, more than ${longestFile}: find the second thought and give it a file`,
    );
}

/** Names each room without a README of at most 40 lines. A room that nobody has built yet needs none. */
export function findMissingReadmes(): string[] {
  return Object.keys(rooms)
    .filter((room) => existsSync(`src/${room}`))
    .flatMap((room) => {
      const path = `src/${room}/README.md`;
      if (!existsSync(path)) return [`${path} is missing`];
      const lines = readFileSync(path, "utf8").trimEnd().split("\n").length;
      return lines > longestReadme ? [`${path}: ${lines} lines, more than ${longestReadme}`] : [];
    });
}
