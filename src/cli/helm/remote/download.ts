import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../../base/errors.ts";
import { sha256Sync } from "../../../base/node/digest.ts";
import type { Verification } from "../../../chart/index.ts";
import { createTransport, download } from "../../../sources/index.ts";
import { CommandError } from "../../command.ts";
import { writeWhole } from "../../files.ts";
import type { Connection } from "../chart-path-flags.ts";
import { maximumChartBytes } from "../registry/client.ts";
import { isOci } from "../registry/reference.ts";
import { defaultTimeout } from "../repositories/index-cache.ts";
import { pathIn } from "../settings.ts";
import { findCached, keepCached } from "./content-cache.ts";
import { type ResolvedChart, resolveChart, type Surroundings } from "./resolve.ts";
import { readTls } from "./tls.ts";
import { verifyChartFile } from "./verify.ts";

/**
 * What is done about provenance. `if-possible` goes on without one, `always` does not, `later` fetches it and leaves it to others to
 * look at.
 */
export type Verify = "never" | "if-possible" | "always" | "later";

/** Everything that getting a chart depends on. */
export interface Fetching extends Surroundings {
  readonly connection: Connection;
  /** Where the connection's user and password may be sent; without it, to where the chart is. */
  readonly credentialsFor?: string;
  readonly passCredentialsAll: boolean;
  readonly verify: Verify;
  readonly keyring: string;
}

/** A chart on the disk, and who signed it, where that was looked at. */
export interface FetchedChart {
  readonly path: string;
  readonly verification?: Verification;
}

/** Fetches a chart, and its provenance if that is wanted, into a folder of the user. Throws with helm's texts. */
export async function downloadTo(
  folder: string,
  {
    reference,
    version,
    fetching,
  }: { readonly reference: string; readonly version: string; readonly fetching: Fetching },
): Promise<FetchedChart> {
  const { io, settings, verify, keyring } = fetching;
  const resolved = await resolveChart(reference, version, fetching);
  const cached = await findCached(resolved.digest, "chart", settings);
  const content = cached === undefined ? await fetchPart(resolved, "chart", fetching) : await readFile(cached);
  const path = join(folder, fileNameOf(resolved.url));
  await writeBelow(folder, path, content, fetching);
  if (verify === "never") return { path };
  const known = await findCached(resolved.digest, "prov", settings);
  const provenance = known === undefined ? await fetchProvenance(resolved, reference, fetching) : await readFile(known);
  if (provenance === undefined) return { path };
  await writeBelow(folder, `${path}.prov`, provenance, fetching);
  if (verify === "later") return { path };
  return { path, verification: await verifyChartFile(path, { keyring, io }) };
}

/** Fetches a chart into helm's cache and gives the path there. Throws with helm's texts. */
export async function downloadToCache(reference: string, version: string, fetching: Fetching): Promise<string> {
  const { io, settings, verify, keyring } = fetching;
  const resolved = await resolveChart(reference, version, fetching);
  let path = await findCached(resolved.digest, "chart", settings);
  let { digest } = resolved;
  if (path === undefined) {
    const content = await fetchPart(resolved, "chart", fetching);
    // An index may be wrong about a package; the cache is not.
    digest = sha256Sync(content);
    path = await keepCached(digest, "chart", { content, settings });
  }
  if (verify === "never") return path;
  let signed = await findCached(digest, "prov", settings);
  if (signed === undefined) {
    const content = await fetchProvenance(resolved, reference, fetching);
    if (content === undefined) return path;
    signed = await keepCached(digest, "prov", { content, settings });
  }
  if (verify !== "later")
    await verifyChartFile(path, { keyring, io, provenance: signed, fileName: fileNameOf(resolved.url) });
  return path;
}

async function fetchProvenance(
  resolved: ResolvedChart,
  reference: string,
  fetching: Fetching,
): Promise<Uint8Array | undefined> {
  try {
    return await fetchPart(resolved, "provenance", fetching);
  } catch (cause) {
    if (fetching.verify === "always")
      throw new CommandError(`failed to fetch provenance ${JSON.stringify(`${resolved.url}.prov`)}`);
    fetching.io.stdout(`WARNING: Verification not found for ${reference}: ${messageOf(cause)}\n`);
    return undefined;
  }
}

async function fetchPart(
  { url, repository }: ResolvedChart,
  part: "chart" | "provenance",
  fetching: Fetching,
): Promise<Uint8Array> {
  const { registry, connection, io } = fetching;
  if (isOci(url)) {
    const pulled = await registry.pull(url, part);
    return pulled[part] ?? new Uint8Array();
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1] ?? "";
  if (scheme !== "http" && scheme !== "https") throw new CommandError(`scheme ${JSON.stringify(scheme)} not supported`);
  const hasCertificates =
    repository !== undefined && (repository.certFile || repository.keyFile || repository.caFile) !== "";
  const tls = await readTls(hasCertificates ? { ...connection, ...certificatesOf(repository) } : connection, io);
  const isKnown = repository !== undefined && repository.username !== "" && repository.password !== "";
  const { username, password } = isKnown ? repository : connection;
  return await download({
    url: part === "chart" ? url : `${url}.prov`,
    limit: maximumChartBytes,
    what: part,
    transport: createTransport({ userAgent: "Helm/4.2.4", env: io.env, ...(tls === undefined ? {} : { tls }) }),
    ...(username === "" || password === "" ? {} : { credentials: { type: "basic", username, password } }),
    credentialsFor: repository?.url ?? fetching.credentialsFor ?? url,
    passCredentials: isKnown ? repository.passCredentialsAll : fetching.passCredentialsAll,
    timeout: defaultTimeout,
    signal: io.signal,
  });
}

function certificatesOf({ certFile, keyFile, caFile }: Connection | NonNullable<ResolvedChart["repository"]>) {
  return { certFile, keyFile, caFile };
}

/** The name of the file that a URL is saved as: `chart-1.2.3.tgz`, for registries too. */
function fileNameOf(url: string): string {
  const path = isOci(url) ? url.slice("oci://".length) : new URL(url).pathname;
  const last = decoded(path.slice(path.lastIndexOf("/") + 1));
  const colon = last.lastIndexOf(":");
  const name = isOci(url) && colon >= 0 ? `${last.slice(0, colon)}-${last.slice(colon + 1)}.tgz` : last;
  if (name === "" || name === "." || name === ".." || /[/\\]/.test(name))
    throw new CommandError(`cannot save ${JSON.stringify(url)}: its path names no file`);
  return name;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function writeBelow(folder: string, path: string, content: Uint8Array, { io }: Fetching): Promise<void> {
  const isThere = await stat(pathIn(io, folder)).then(
    () => true,
    () => false,
  );
  if (!isThere) throw new CommandError(`open ${path}: no such file or directory`);
  await writeWhole(pathIn(io, path), content);
}
