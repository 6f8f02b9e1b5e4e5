// Holds the code to the map in tools/rooms.ts: every import that leaves a room is on the map and enters by a door.
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { rooms, webStandardRooms } from "./rooms.ts";

export interface SourceFile {
  readonly path: string; // from the root, for example src/chart/load.ts
  readonly text: string;
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^;"']*?\bfrom\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)import\s*["']([^"']+)["']/g;

/** Returns one sentence for each import that breaks the map; an empty list when the house is in order. */
export function findWrongArrows(files: readonly SourceFile[]): string[] {
  const wrong: string[] = [];
  for (const file of files) {
    const parts = file.path.split("/");
    const room = parts[1] ?? "";
    const isTest = file.path.endsWith(".test.ts") || parts.includes("testing");
    const inNode = parts.includes("node");
    if (!(room in rooms)) {
      wrong.push(`${file.path}: ${JSON.stringify(room)} is not a room on the map`);
      continue;
    }
    for (const match of file.text.matchAll(importPattern)) {
      const target = match[1] ?? match[2] ?? match[3] ?? "";
      if (target.startsWith("node:")) {
        if (webStandardRooms.includes(room) && !inNode && !isTest)
          wrong.push(`${file.path}: imports ${target}, but ${room} uses web standards only outside its node/ folder`);
        continue;
      }
      if (!target.startsWith(".")) continue;
      const path = normalize(join(dirname(file.path), target)).split("/");
      if (path[0] !== "src") {
        if (!isTest && path.at(-1) !== "package.json")
          wrong.push(`${file.path}: imports ${target} from outside of src/`);
        continue;
      }
      const other = path[1] ?? "";
      if (other === room) continue;
      // Tests may compose rooms freely: the embedded API server is what they run against.
      if (!isTest && !rooms[room]?.includes(other)) wrong.push(`${file.path}: ${room} may not import ${other}`);
      const door = path.at(-1) === "index.ts" && (path.length === 3 || (path.length === 4 && path[2] === "node"));
      if (other !== "base" && !door && !(isTest && path.includes("testing")))
        wrong.push(`${file.path}: enters ${other} by ${path.slice(2).join("/")}, not by its index.ts`);
    }
  }
  return wrong;
}

export function readSources(): SourceFile[] {
  return globSync("src/**/*.ts").map((path) => ({ path, text: readFileSync(path, "utf8") }));
}
