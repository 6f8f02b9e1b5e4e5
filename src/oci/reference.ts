import { OciError } from "./errors.ts";

/** A repository in a registry. */
export interface RepositoryName {
  /** Host and port, as the user wrote them. */
  readonly registry: string;
  readonly repository: string;
}

/** A repository and, perhaps, what in it is meant. */
export interface Reference extends RepositoryName {
  readonly tag?: string;
  readonly digest?: string;
}

const namePattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[\w][\w.-]{0,127}$/;
const digestPattern = /^sha256:[0-9a-f]{64}$|^sha512:[0-9a-f]{128}$/;
const registryPattern = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/i;

/** Reads `[oci://]host/repository[:tag][@digest]`. The host is needed; Docker Hub is `docker.io`. */
export function parseReference(text: string): Reference {
  const plain = text.replace(/^oci:\/\//, "");
  const slash = plain.indexOf("/");
  if (slash <= 0) throw invalid(text, "it has no repository");
  const registry = plain.slice(0, slash);
  let rest = plain.slice(slash + 1);
  if (!isRegistryHost(registry)) throw invalid(text, `${JSON.stringify(registry)} is not a host`);
  const at = rest.indexOf("@");
  const digest = at < 0 ? undefined : rest.slice(at + 1);
  if (at >= 0) rest = rest.slice(0, at);
  const colon = rest.lastIndexOf(":");
  const tag = colon < 0 ? undefined : rest.slice(colon + 1);
  const repository = (colon < 0 ? rest : rest.slice(0, colon)).replace(/\/+$/, "");
  if (!isRepositoryName(repository)) throw invalid(text, `${JSON.stringify(repository)} is not a repository name`);
  if (tag !== undefined) assertTag(tag);
  if (digest !== undefined) assertDigest(digest);
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** `host/repository:tag` or `host/repository@digest`. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`;
}

/** True for a host, perhaps with a port, and nothing else. */
export function isRegistryHost(text: string): boolean {
  return registryPattern.test(text);
}

/** What the distribution specification lets a repository be called. */
export function isRepositoryName(text: string): boolean {
  return text.length <= 255 && namePattern.test(text);
}

export function isTag(text: string): boolean {
  return tagPattern.test(text);
}

/** True for digests of the algorithms that every registry knows. */
export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

export function assertTag(tag: string): void {
  if (!isTag(tag)) throw new OciError("InvalidReference", `${JSON.stringify(tag)} is not a tag`);
}

export function assertDigest(digest: string): void {
  if (!isDigest(digest)) throw new OciError("InvalidReference", `${JSON.stringify(digest)} is not a digest`);
}

/** True for what never leaves this machine: Flux and Docker speak plain HTTP there. */
export function isLoopback(registry: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(registry);
}

/** Where the API of a registry is, and what a repository is called there. Docker Hub has rules of its own. */
export function apiLocation({ registry, repository }: RepositoryName): {
  readonly host: string;
  readonly path: string;
} {
  if (registry !== "docker.io" && registry !== "index.docker.io") return { host: registry, path: repository };
  return { host: "registry-1.docker.io", path: repository.includes("/") ? repository : `library/${repository}` };
}

function invalid(text: string, why: string): OciError {
  return new OciError("InvalidReference", `could not parse reference ${JSON.stringify(text)}: ${why}`);
}
