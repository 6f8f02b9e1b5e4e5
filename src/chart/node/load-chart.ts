import { readFileSync, statSync } from "node:fs";
import { loadChartArchive } from "../load/archive.ts";
import type { Chart } from "../types.ts";
import { type DirectoryOptions, loadChartDirectory } from "./directory.ts";

/** Loads a chart from a folder, a packed chart's file, or the bytes of one. Throws ChartError with Helm's text for what is no chart. */
export async function loadChart(source: string | Uint8Array, options: DirectoryOptions = {}): Promise<Chart> {
  if (typeof source !== "string") return await loadChartArchive(source, options);
  if (statSync(source).isDirectory()) return await loadChartDirectory(source, options);
  return await loadChartArchive(readFileSync(source), options);
}
