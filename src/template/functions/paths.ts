import { define, type GoFunction } from "./function.ts";

const base = define(["string"], baseName);
const dir = define(["string"], (path) => cleanPath(path.slice(0, path.lastIndexOf("/") + 1)));
const clean = define(["string"], cleanPath);
const ext = define(["string"], extension);
const isAbs = define(["string"], (path) => path.startsWith("/"));

/** Go's path, and path/filepath as it is on Linux. */
export const pathFunctions: Readonly<Record<string, GoFunction>> = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
};

function baseName(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function extension(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

/** path.Clean. */
export function cleanPath(path: string): string {
  const rooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push("..");
  }
  if (rooted) return `/${parts.join("/")}`;
  return parts.length === 0 ? "." : parts.join("/");
}
