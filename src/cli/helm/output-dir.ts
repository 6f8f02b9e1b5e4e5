import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { ChartCrd, Hook, Manifest } from "../../chart/index.ts";
import { CommandError, type Io } from "../command.ts";
import { exists } from "../files.ts";

export interface RenderedOutput {
  readonly directory: string;
  /** The folder below `directory` that is named after the release, where the user wants one. */
  readonly releaseDir: string | undefined;
  readonly crds: readonly ChartCrd[];
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
  readonly io: Io;
}

/** Writes what was rendered to files named as their templates, and tells each. A hook is added to a file that is there. */
export async function writeRendered(output: RenderedOutput): Promise<void> {
  const written = new Set<string>();
  const { directory, io } = output;
  const inRelease = output.releaseDir === undefined ? directory : join(directory, output.releaseDir);
  const write = async (folder: string, path: string, content: string, append: boolean): Promise<void> => {
    const file = `${folder}/${path}`;
    const target = resolve(io.cwd, file);
    if (!target.startsWith(`${resolve(io.cwd, folder)}/`))
      throw new CommandError(`cannot write ${JSON.stringify(path)}: it leaves the output directory`);
    await mkdir(dirname(target), { recursive: true });
    const text = `---\n# Source: ${path}\n${content}\n`;
    await (append ? appendFile(target, text) : writeFile(target, text));
    written.add(file);
    io.stdout(`wrote ${file}\n`);
  };
  for (const { path, data } of output.crds)
    await write(directory, path, new TextDecoder().decode(data), written.has(`${directory}/${path}`));
  for (const { path, content } of output.manifests)
    await write(inRelease, path, content, written.has(`${inRelease}/${path}`));
  for (const { path, manifest } of output.hooks)
    await write(inRelease, path, manifest, await exists(resolve(io.cwd, inRelease, path)));
}
