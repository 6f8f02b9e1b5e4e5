import { isDigest, isRegistryHost, isRepositoryName, isTag, type Reference } from "../../../oci/index.ts";
import { CommandError } from "../../command.ts";

export const ociScheme = "oci://";

export function isOci(text: string): boolean {
  return text.startsWith(ociScheme);
}

/** Reads a reference as helm does: a `+` in a tag stands for `_`. Throws CommandError with the texts of helm's library. */
export function parseHelmReference(text: string): Reference {
  const plain = text.replace(/^oci:\/\//, "");
  const at = plain.lastIndexOf("@");
  const digest = at < 0 ? undefined : plain.slice(at + 1);
  const named = at < 0 ? plain : plain.slice(0, at);
  const slash = named.indexOf("/");
  if (slash < 0) throw invalid("missing registry or repository");
  const registry = named.slice(0, slash);
  const path = named.slice(slash + 1);
  const colon = path.lastIndexOf(":");
  const repository = colon < 0 ? path : path.slice(0, colon);
  const tag = colon < 0 ? undefined : path.slice(colon + 1).replaceAll("+", "_");
  if (!isRegistryHost(registry)) throw invalid(`invalid registry ${JSON.stringify(registry)}`);
  if (!isRepositoryName(repository)) throw invalid(`invalid repository ${JSON.stringify(repository)}`);
  if (tag !== undefined && !isTag(tag)) throw invalid(`invalid tag ${JSON.stringify(tag)}`);
  if (digest !== undefined && !isDigest(digest)) throw invalid(`invalid digest ${JSON.stringify(digest)}`);
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

export function invalidRegistry(host: string): CommandError {
  return invalid(`invalid registry ${JSON.stringify(host)}`);
}

function invalid(why: string): CommandError {
  return new CommandError(`invalid reference: ${why}`);
}
