import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { arch, platform } from "node:os";
import { dirname, resolve } from "node:path";
import { messageOf } from "../../base/errors.ts";
import { goQuote } from "../../base/go-quote.ts";
import { isValues, type Value, type Values } from "../../base/value.ts";
import { formatYaml, parseYaml, parseYamlDocuments } from "../../base/yaml/index.ts";
import type { PostRender } from "../../chart/index.ts";
import { CommandError, type Flags, type Io } from "../command.ts";
import { helmSettings, type SettingsFlagValues } from "./settings.ts";

export const postRendererFlags = {
  "post-renderer": {
    type: "strings",
    takes: "postRendererString",
    help: "the name of a postrenderer type plugin to be used for post rendering. If it exists, the plugin will be used",
  },
  "post-renderer-args": {
    type: "strings",
    takes: "postRendererArgsSlice",
    help: "an argument to the post-renderer (can specify multiple)",
  },
} as const satisfies Flags;

type PostRendererFlagValues = SettingsFlagValues & {
  readonly "post-renderer": readonly string[];
  readonly "post-renderer-args": readonly string[];
};

const mostOutput = 100 * 1024 * 1024;

/** The plugin that `--post-renderer` names, as what changes rendered objects; undefined without the flag. Throws CommandError. */
export function postRendererOf(flags: PostRendererFlagValues, io: Io): PostRender | undefined {
  const [name, ...more] = flags["post-renderer"].filter((given) => given !== "");
  if (name === undefined) return undefined;
  if (more.length > 0) throw invalid(more[0] ?? "", "cannot specify --post-renderer flag more than once");
  const plugin = findPlugin(name, flags, io);
  if (plugin === undefined) throw invalid(name, `plugin: {Name:${name} Type:postrenderer/v1} not found`);
  return async (objects) => {
    const manifests = objects.map((object) => formatYaml(object)).join("---\n");
    const output = await runPlugin(plugin, { manifests, more: flags["post-renderer-args"], io });
    if (output.trim() === "") throw new CommandError(`post-renderer ${goQuote(name)} produced empty output`);
    return parseYamlDocuments(output, { dialect: "v3", integers: "bigint" }).filter(isValues);
  };
}

interface Plugin {
  readonly name: string;
  readonly folder: string;
  readonly commands: readonly PlatformCommand[];
}

interface PlatformCommand {
  readonly os: string;
  readonly arch: string;
  readonly command: string;
  readonly args: readonly string[];
}

function findPlugin(name: string, flags: SettingsFlagValues, io: Io): Plugin | undefined {
  const { plugins } = helmSettings(io, flags);
  const folders = plugins.split(":").filter((folder) => folder !== "");
  for (const path of folders.flatMap((folder) => globSync(resolve(io.cwd, folder, "*", "plugin.yaml")))) {
    const plugin = readPlugin(path);
    if (plugin?.name === name) return plugin;
  }
  return undefined;
}

/** Reads a plugin's description; undefined for a plugin of another type or of a runtime that is not there. */
function readPlugin(path: string): Plugin | undefined {
  let description: Value;
  try {
    description = parseYaml(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CommandError(`failed to load plugin at ${goQuote(path)}: ${messageOf(cause)}`);
  }
  if (!isValues(description)) return undefined;
  const { name, type, runtime, runtimeConfig } = description;
  if (typeof name !== "string" || type !== "postrenderer/v1" || runtime !== "subprocess") return undefined;
  const listed = isValues(runtimeConfig) ? runtimeConfig.platformCommand : undefined;
  const commands = (Array.isArray(listed) ? listed : []).filter(isValues).map(toCommand);
  return { name, folder: dirname(path), commands };
}

function toCommand({ os, arch: processor, command, args }: Values): PlatformCommand {
  const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");
  return {
    os: text(os),
    arch: text(processor),
    command: text(command),
    args: Array.isArray(args) ? args.map(text) : [],
  };
}

const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** helm's choice: the command for this system and processor, then for this system, then for any. */
export function chooseCommand(
  commands: readonly PlatformCommand[],
  here: { readonly os: string; readonly arch: string },
): PlatformCommand | undefined {
  const isOur = (given: string, ours: string): boolean => given.toLowerCase() === ours;
  return (
    commands.find((one) => isOur(one.os, here.os) && isOur(one.arch, here.arch)) ??
    commands.find((one) => isOur(one.os, here.os) && one.arch === "") ??
    commands.find((one) => one.os === "" && one.arch === "")
  );
}

async function runPlugin(
  { name, folder, commands }: Plugin,
  { manifests, more, io }: { readonly manifests: string; readonly more: readonly string[]; readonly io: Io },
): Promise<string> {
  const failing = (why: string): CommandError =>
    new CommandError(`failed to invoke post-renderer plugin ${goQuote(name)}: ${why}`);
  const os = platform() === "win32" ? "windows" : platform();
  const chosen = chooseCommand(commands, { os, arch: goArchitectures[arch()] ?? arch() });
  if (chosen === undefined || chosen.command === "")
    throw failing("failed to prepare plugin command: no plugin command is applicable");
  const env = { ...io.env, HELM_PLUGIN_NAME: name, HELM_PLUGIN_DIR: folder };
  const [program = "", ...words] = [...chosen.command.split(" "), ...chosen.args].map((word) => expand(word, env));
  const child = spawn(program, [...words, ...more], {
    cwd: io.cwd,
    env,
    signal: io.signal,
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => {}); // It need not read what it is given.
  child.stdin.end(manifests);
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostOutput) child.kill("SIGKILL");
    else chunks.push(chunk);
  });
  return await new Promise((done, fail) => {
    child.once("error", (cause) => fail(failing(messageOf(cause))));
    child.once("close", (code) => {
      if (size > mostOutput) fail(failing(`more than ${mostOutput} bytes of output`));
      else if (code !== 0) fail(failing(`plugin ${goQuote(name)} exited with error`));
      else done(Buffer.concat(chunks).toString("utf8"));
    });
  });
}

/** Go's os.Expand: `$NAME` and `${NAME}`; what is not set is empty. */
function expand(text: string, env: Io["env"]): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => env[braced ?? bare ?? ""] ?? "");
}

function invalid(value: string, cause: string): CommandError {
  return new CommandError(`invalid argument ${JSON.stringify(value)} for "--post-renderer" flag: ${cause}`);
}
