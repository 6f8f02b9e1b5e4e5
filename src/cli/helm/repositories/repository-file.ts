import { readFile } from "node:fs/promises";
import { writeDurably } from "../../../base/node/durable-file.ts";
import { messageOf } from "../../../base/errors.ts";
import { isValues, type Value } from "../../../base/value.ts";
import { formatYaml, parseYaml } from "../../../base/yaml/index.ts";
import { CommandError } from "../../command.ts";
import { openFailure } from "../values-flags.ts";

/** A repository that the user has added. */
export interface RepositoryEntry {
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly passCredentialsAll: boolean;
}

/** helm's repositories.yaml. */
export interface RepositoryFile {
  readonly apiVersion: string;
  readonly generated: string;
  readonly repositories: readonly RepositoryEntry[];
}

const never = "0001-01-01T00:00:00Z";

/** Reads repositories.yaml; undefined when there is none. Throws CommandError with Go's text for one that cannot be read. */
export async function tryReadRepositories(path: string): Promise<RepositoryFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new CommandError(`couldn't load repositories file (${path}): ${openFailure(path, cause)}`);
  }
  try {
    return parseRepositories(text);
  } catch (cause) {
    throw new CommandError(messageOf(cause));
  }
}

/** Reads repositories.yaml; a file that is missing has no repositories. */
export async function readRepositories(path: string): Promise<RepositoryFile> {
  return (await tryReadRepositories(path)) ?? parseRepositories("");
}

/** Writes repositories.yaml so that the old one or the new one is there, readable by the user only: it may hold passwords. */
export async function writeRepositories(path: string, file: RepositoryFile): Promise<void> {
  const repositories = file.repositories.map((entry) => ({
    name: entry.name,
    url: entry.url,
    username: entry.username,
    password: entry.password,
    certFile: entry.certFile,
    keyFile: entry.keyFile,
    caFile: entry.caFile,
    insecure_skip_tls_verify: entry.insecureSkipTlsVerify,
    pass_credentials_all: entry.passCredentialsAll,
  }));
  await writeDurably(path, formatYaml({ apiVersion: file.apiVersion, generated: file.generated, repositories }));
}

/** The file with an entry added, or put in the place of the one with its name. */
export function withRepository(file: RepositoryFile, entry: RepositoryEntry): RepositoryFile {
  const at = file.repositories.findIndex(({ name }) => name === entry.name);
  const repositories = at < 0 ? [...file.repositories, entry] : file.repositories.with(at, entry);
  return { ...file, repositories };
}

export function parseRepositories(text: string): RepositoryFile {
  const document = parseYaml(text);
  if (document !== null && !isValues(document))
    throw new CommandError("error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into repo.File");
  const { apiVersion, generated, repositories } = document ?? {};
  return {
    apiVersion: textOf(apiVersion),
    generated: typeof generated === "string" && generated !== "" ? generated : never,
    repositories: Array.isArray(repositories) ? repositories.flatMap(entryOf) : [],
  };
}

function entryOf(entry: Value): readonly RepositoryEntry[] {
  if (!isValues(entry)) return [];
  return [
    {
      name: textOf(entry["name"]),
      url: textOf(entry["url"]),
      username: textOf(entry["username"]),
      password: textOf(entry["password"]),
      certFile: textOf(entry["certFile"]),
      keyFile: textOf(entry["keyFile"]),
      caFile: textOf(entry["caFile"]),
      insecureSkipTlsVerify: entry["insecure_skip_tls_verify"] === true,
      passCredentialsAll: entry["pass_credentials_all"] === true,
    },
  ];
}

function textOf(value: Value | undefined): string {
  return typeof value === "string"
    ? value
    : typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : "";
}
