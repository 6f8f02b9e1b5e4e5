import { posix } from "node:path";
import { isValues, type Value, type Values } from "../../../base/value.ts";
import { parseYaml } from "../../../base/yaml/index.ts";
import { mapsIn } from "../loose-values.ts";
import { decryptFile, formatOf, isEncrypted, type SopsFormat } from "./files.ts";
import type { DecryptionKeys } from "./keys.ts";

type Files = ReadonlyMap<string, Uint8Array>;

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/**
 * The files, with those decrypted that a kustomization of the path puts into Secrets or patches with, and those that it takes from other folders
 * of the tree. Everything else is decrypted after the build, if at all.
 */
export async function decryptSources(files: Files, path: string, keys: DecryptionKeys): Promise<Files> {
  const decrypted = new Map(files);
  for (const { file, format } of findSources(files, path)) {
    const bytes = files.get(file);
    if (bytes !== undefined && isEncrypted(bytes, format))
      decrypted.set(file, await decryptFile(bytes, { from: format, to: format, keys }));
  }
  return decrypted;
}

interface Source {
  readonly file: string;
  readonly format: SopsFormat;
}

function findSources(files: Files, path: string): readonly Source[] {
  const found = new Map<string, Source>();
  const visited = new Set<string>();
  const visit = (folder: string): void => {
    if (visited.has(folder)) return;
    visited.add(folder);
    const kustomization = readKustomization(files, folder);
    if (kustomization === undefined) return;
    const add = (name: string, format: SopsFormat): void => {
      const file = within(folder, name);
      if (!found.has(file)) found.set(file, { file, format });
    };
    for (const generator of mapsIn(kustomization["secretGenerator"])) {
      for (const entry of textsIn(generator["files"])) {
        const at = entry.indexOf("=");
        add(entry.slice(at + 1), formatOf(at < 0 ? entry : entry.slice(0, at)));
      }
      for (const name of [...textsIn(generator["envs"]), ...textsIn([generator["env"] ?? ""])]) {
        const format = formatOf(name);
        add(name, format === "binary" ? "dotenv" : format);
      }
    }
    for (const { path: name } of mapsIn(kustomization["patches"]))
      if (typeof name === "string" && name !== "" && !/^[a-z+]+:\/\//.test(name)) add(name, formatOf(name));
    for (const name of [...textsIn(kustomization["resources"]), ...textsIn(kustomization["components"])])
      visit(within(folder, name));
  };
  visit(within("", path));
  return [...found.values()];
}

function readKustomization(files: Files, folder: string): Values | undefined {
  for (const name of fileNames) {
    const bytes = files.get(within(folder, name));
    if (bytes === undefined) continue;
    try {
      const parsed = parseYaml(new TextDecoder().decode(bytes));
      return isValues(parsed) ? parsed : undefined;
    } catch {
      // The build says what is wrong with it.
      return undefined;
    }
  }
  return undefined;
}

/** The path of a name from a folder of the tree; one that leads out of it is a path that no file has. */
function within(folder: string, name: string): string {
  const joined = posix.normalize(posix.join(folder, name)).replace(/\/$/, "");
  return joined === "." ? "" : joined;
}

function textsIn(value: Value | undefined): readonly string[] {
  return Array.isArray(value)
    ? ((value as readonly Value[]).filter((one) => typeof one === "string" && one !== "") as readonly string[])
    : [];
}
