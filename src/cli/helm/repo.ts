import { rm } from "node:fs/promises";
import { messageOf } from "../../base/errors.ts";
import { CommandError, defineCommand, type Flags, type Io } from "../command.ts";
import { takesAtLeast, takesExactly, takesNoArguments } from "./arguments.ts";
import { globalFlags } from "./global-flags.ts";
import { helmTable } from "./go-table.ts";
import { jsonLine, outputFlags, outputFormat, writeOutput } from "./output.ts";
import {
  cachedChartsPath,
  cachedIndexPath,
  defaultTimeout,
  updateCachedIndex,
  updateCachedIndexes,
} from "./repositories/index-cache.ts";
import {
  readRepositories,
  type RepositoryEntry,
  tryReadRepositories,
  withRepository,
  writeRepositories,
} from "./repositories/repository-file.ts";
import { lockRepositories } from "./repositories/repository-lock.ts";
import { askSecret, passwordFromInput } from "./registry/password.ts";
import { type HelmSettings, settingsIn } from "./settings.ts";

const timeoutFlag = {
  timeout: { type: "duration", default: defaultTimeout, help: "time to wait for the index file download to complete" },
} as const satisfies Flags;

// Both are gone for good; what they held is kept elsewhere.
const deprecatedRepositories: Readonly<Record<string, string>> = {
  "//kubernetes-charts.storage.googleapis.com": "https://charts.helm.sh/stable",
  "//kubernetes-charts-incubator.storage.googleapis.com": "https://charts.helm.sh/incubator",
};

const addUsage = "helm repo add [NAME] [URL] [flags]";

/** `helm repo add`: keeps a repository's name, address and credentials, once its index was seen. */
export const add = defineCommand({
  name: "add",
  usage: addUsage,
  summary: "add a chart repository",
  flags: {
    ...globalFlags,
    ...timeoutFlag,
    username: { type: "string", help: "chart repository username" },
    password: { type: "string", help: "chart repository password" },
    "password-stdin": { type: "boolean", help: "read chart repository password from stdin" },
    "force-update": { type: "boolean", help: "replace (overwrite) the repo if it already exists" },
    "cert-file": { type: "string", help: "identify HTTPS client using this SSL certificate file" },
    "key-file": { type: "string", help: "identify HTTPS client using this SSL key file" },
    "ca-file": { type: "string", help: "verify certificates of HTTPS-enabled servers using this CA bundle" },
    "insecure-skip-tls-verify": { type: "boolean", help: "skip tls certificate checks for the repository" },
    "allow-deprecated-repos": {
      type: "boolean",
      help: "by default, this command will not allow adding official repos that have been permanently deleted. This disables that behavior",
    },
    "pass-credentials": { type: "boolean", help: "pass credentials to all domains" },
  },
  checkArgs: takesExactly(2, addUsage),
  run: async ({ flags, args: [name = "", url = ""], io }) => {
    const settings = settingsIn(io, flags);
    if (!flags["allow-deprecated-repos"]) refuseDeprecated(url);
    await using _ = await lockRepositories(settings, io);
    const file = await readRepositories(settings.repositoryConfig);
    const entry: RepositoryEntry = {
      name,
      url,
      username: flags.username,
      password: await passwordOf(flags, io),
      certFile: flags["cert-file"],
      keyFile: flags["key-file"],
      caFile: flags["ca-file"],
      insecureSkipTlsVerify: flags["insecure-skip-tls-verify"],
      passCredentialsAll: flags["pass-credentials"],
    };
    if (name.includes("/"))
      throw new CommandError(`repository name (${name}) contains '/', please specify a different name without '/'`);
    const known = file.repositories.find((each) => each.name === name);
    if (!flags["force-update"] && known !== undefined) {
      if (!isSame(known, entry))
        throw new CommandError(`repository name (${name}) already exists, please specify a different name`);
      io.stdout(`${JSON.stringify(name)} already exists with the same configuration, skipping\n`);
      return 0;
    }
    await updateOrExplain(entry, { settings, io, timeout: flags.timeout });
    await writeRepositories(settings.repositoryConfig, withRepository(file, entry));
    io.stdout(`${JSON.stringify(name)} has been added to your repositories\n`);
    return 0;
  },
});

const listUsage = "helm repo list [flags]";

/** `helm repo list`: names and addresses. */
export const list = defineCommand({
  name: "list",
  usage: listUsage,
  summary: "list chart repositories",
  flags: {
    ...globalFlags,
    ...outputFlags,
    "no-headers": { type: "boolean", help: "suppress headers in the output" },
  },
  checkArgs: takesNoArguments(listUsage),
  run: async ({ flags, io }) => {
    const format = outputFormat(flags);
    const settings = settingsIn(io, flags);
    // helm: a file that cannot be read has no repositories.
    const file = await tryReadRepositories(settings.repositoryConfig).catch(() => undefined);
    const repositories = file?.repositories ?? [];
    if (repositories.length === 0 && format === "table") {
      io.stderr("no repositories to show\n");
      return 0;
    }
    const value = repositories.map(({ name, url }) => ({ name, url }));
    writeOutput(io, format, {
      value,
      json: () => jsonLine(value),
      table: () =>
        helmTable([
          ...(flags["no-headers"] ? [] : [["NAME", "URL"]]),
          ...repositories.map(({ name, url }) => [name, url]),
        ]),
    });
    return 0;
  },
});

const removeUsage = "helm repo remove [REPO1 [REPO2 ...]] [flags]";

/** `helm repo remove`: forgets repositories and their cached indexes. */
export const remove = defineCommand({
  name: "remove",
  usage: removeUsage,
  summary: "remove one or more chart repositories",
  flags: globalFlags,
  checkArgs: takesAtLeast(1, removeUsage),
  run: async ({ flags, args, io }) => {
    const settings = settingsIn(io, flags);
    const read = () => tryReadRepositories(settings.repositoryConfig).catch(() => undefined);
    if ((await read()) === undefined) throw new CommandError("no repositories configured");
    await using _ = await lockRepositories(settings, io);
    let file = await read();
    if (file === undefined || file.repositories.length === 0) throw new CommandError("no repositories configured");
    for (const name of args) {
      const repositories: readonly RepositoryEntry[] = file.repositories.filter((entry) => entry.name !== name);
      if (repositories.length === file.repositories.length)
        throw new CommandError(`no repo named ${JSON.stringify(name)} found`);
      file = { ...file, repositories };
      await writeRepositories(settings.repositoryConfig, file);
      if (!name.includes("/")) {
        await rm(cachedChartsPath(name, settings), { force: true });
        await rm(cachedIndexPath(name, settings), { force: true });
      }
      io.stdout(`${JSON.stringify(name)} has been removed from your repositories\n`);
    }
    return 0;
  },
});

/** `helm repo update`: downloads the indexes of all repositories, or of those that are named. */
export const update = defineCommand({
  name: "update",
  usage: "helm repo update [REPO1 [REPO2 ...]] [flags]",
  summary: "update information of available charts locally from chart repositories",
  flags: { ...globalFlags, ...timeoutFlag },
  run: async ({ flags, args, io }) => {
    const settings = settingsIn(io, flags);
    const { repositories } = await readRepositories(settings.repositoryConfig).catch((cause: unknown) => {
      throw new CommandError(`failed loading file: ${settings.repositoryConfig}: ${messageOf(cause)}`);
    });
    if (repositories.length === 0) throw new CommandError("no repositories found. You must add one before updating");
    for (const name of args) {
      if (!repositories.some((entry) => entry.name === name))
        throw new CommandError(`no repositories found matching '${name}'.  Nothing will be updated`);
    }
    const wanted = repositories.filter(({ name }) => args.length === 0 || args.includes(name));
    io.stdout("Hang tight while we grab the latest from your chart repositories...\n");
    const failed = await updateCachedIndexes(wanted, { settings, io, out: io.stdout, timeout: flags.timeout });
    if (failed.length > 0) throw new CommandError(`failed to update the following repositories: [${failed.join(" ")}]`);
    io.stdout("Update Complete. ⎈Happy Helming!⎈\n");
    return 0;
  },
});

function refuseDeprecated(url: string): void {
  for (const [old, better] of Object.entries(deprecatedRepositories)) {
    if (url.includes(old))
      throw new CommandError(
        `repo ${JSON.stringify(url)} is no longer available; try ${JSON.stringify(better)} instead`,
      );
  }
}

async function passwordOf(
  flags: { readonly username: string; readonly password: string; readonly "password-stdin": boolean },
  io: Io,
): Promise<string> {
  if (flags.username === "" || flags.password !== "") return flags.password;
  if (flags["password-stdin"]) return await passwordFromInput(io);
  return await askSecret("Password: ", io, "pass it with --password-stdin");
}

function isSame(a: RepositoryEntry, b: RepositoryEntry): boolean {
  return (Object.keys(a) as (keyof RepositoryEntry)[]).every((key) => a[key] === b[key]);
}

async function updateOrExplain(
  entry: RepositoryEntry,
  options: { readonly settings: HelmSettings; readonly io: Io; readonly timeout: number },
): Promise<void> {
  try {
    await updateCachedIndex(entry, options);
  } catch (cause) {
    const message = messageOf(cause);
    if (message.startsWith("could not find protocol handler")) throw cause;
    throw new CommandError(
      `looks like ${JSON.stringify(entry.url)} is not a valid chart repository or cannot be reached: ${message}`,
    );
  }
}
