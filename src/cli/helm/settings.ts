import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Io } from "../command.ts";

/** Where helm keeps what it knows: files of the user that the real helm reads and writes, too. */
export interface HelmSettings {
  readonly cacheHome: string;
  readonly configHome: string;
  readonly dataHome: string;
  readonly plugins: string;
  readonly registryConfig: string;
  readonly repositoryConfig: string;
  readonly repositoryCache: string;
  readonly contentCache: string;
}

/** The flags that move helm's files. */
export interface SettingsFlagValues {
  readonly "registry-config": string;
  readonly "repository-config": string;
  readonly "repository-cache": string;
  readonly "content-cache": string;
}

/** The paths that flags, HELM_* variables, XDG variables and the system's habits give, in this order, as helm shows them. */
export function helmSettings(io: Pick<Io, "env">, flags?: SettingsFlagValues): HelmSettings {
  const { env } = io;
  const homes = homesOf(env);
  const cacheHome = env.HELM_CACHE_HOME || join(env.XDG_CACHE_HOME || homes.cache, "helm");
  const configHome = env.HELM_CONFIG_HOME || join(env.XDG_CONFIG_HOME || homes.config, "helm");
  const dataHome = env.HELM_DATA_HOME || join(env.XDG_DATA_HOME || homes.data, "helm");
  return {
    cacheHome,
    configHome,
    dataHome,
    plugins: env.HELM_PLUGINS ?? join(dataHome, "plugins"),
    registryConfig:
      flags?.["registry-config"] || (env.HELM_REGISTRY_CONFIG ?? join(configHome, "registry/config.json")),
    repositoryConfig:
      flags?.["repository-config"] || (env.HELM_REPOSITORY_CONFIG ?? join(configHome, "repositories.yaml")),
    repositoryCache: flags?.["repository-cache"] || (env.HELM_REPOSITORY_CACHE ?? join(cacheHome, "repository")),
    contentCache: flags?.["content-cache"] || (env.HELM_CONTENT_CACHE ?? join(cacheHome, "content")),
  };
}

/** The same paths below the working directory, to open files by. */
export function settingsIn(io: Pick<Io, "cwd" | "env">, flags: SettingsFlagValues): HelmSettings {
  const settings = helmSettings(io, flags);
  return {
    ...settings,
    registryConfig: resolve(io.cwd, settings.registryConfig),
    repositoryConfig: resolve(io.cwd, settings.repositoryConfig),
    repositoryCache: resolve(io.cwd, settings.repositoryCache),
    contentCache: resolve(io.cwd, settings.contentCache),
  };
}

/** helm's usual keyring: the one that GnuPG had before version 2.1. */
export function defaultKeyring({ env }: Pick<Io, "env">): string {
  return env.GNUPGHOME === undefined ? join(homeOf(env), ".gnupg", "pubring.gpg") : join(env.GNUPGHOME, "pubring.gpg");
}

/** A path as the user gave it, below the working directory. */
export function pathIn(io: Pick<Io, "cwd">, path: string): string {
  return resolve(io.cwd, path);
}

export function homeOf(env: Io["env"]): string {
  return env.HOME || env.USERPROFILE || homedir();
}

function homesOf(env: Io["env"]): { readonly cache: string; readonly config: string; readonly data: string } {
  const home = homeOf(env);
  switch (process.platform) {
    case "darwin":
      return {
        cache: join(home, "Library", "Caches"),
        config: join(home, "Library", "Preferences"),
        data: join(home, "Library"),
      };
    case "win32": {
      const roaming = env.APPDATA || join(home, "AppData", "Roaming");
      return { cache: env.TEMP || tmpdir(), config: roaming, data: roaming };
    }
    default:
      return { cache: join(home, ".cache"), config: join(home, ".config"), data: join(home, ".local", "share") };
  }
}
