import { SourceError } from "../errors.ts";

/** Where the repository of a submodule is, as `.gitmodules` says. */
export interface ModuleEntry {
  readonly path: string;
  readonly url: string;
}

/** Reads `.gitmodules`: Git's configuration format, of which only sections of submodules count. */
export function parseGitModules(text: string): readonly ModuleEntry[] {
  const entries: ModuleEntry[] = [];
  let current: Map<string, string> | undefined;
  const close = (): void => {
    const path = current?.get("path");
    const url = current?.get("url");
    if (path !== undefined && url !== undefined) entries.push({ path: path.replace(/\/+$/, ""), url });
    current = undefined;
  };
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    if (/^\s*\[/.test(line)) {
      close();
      current = /^\s*\[submodule\s+".*"\]\s*$/i.test(line) ? new Map() : undefined;
      continue;
    }
    const found = /^\s*([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (found !== null) current?.set((found[1] ?? "").toLowerCase(), valueOf(found[2] ?? ""));
  }
  close();
  return entries;
}

/** A value without its quotes, escapes and trailing comment. */
function valueOf(text: string): string {
  let value = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charAt(at);
    if (sign === '"') isQuoted = !isQuoted;
    else if (sign === "\\") {
      at += 1;
      value += text.charAt(at);
    } else if (!isQuoted && (sign === "#" || sign === ";")) break;
    else value += sign;
  }
  return isQuoted ? value : value.trimEnd();
}

/** The URL of a submodule; one that begins with `./` or `../` is relative to the repository that it belongs into. */
export function resolveModuleUrl(url: string, parent: string): string {
  if (!/^\.\.?(\/|$)/.test(url)) return url;
  const base = new URL(parent);
  const parts = base.pathname.split("/").filter((part) => part !== "");
  for (const part of url.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined)
      throw new SourceError("GitOperationFailed", `cannot resolve the URL of submodule ${JSON.stringify(url)}`);
  }
  base.pathname = `/${parts.join("/")}`;
  return base.href;
}
