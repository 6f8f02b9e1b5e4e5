import { tryParseVersion } from "../../../base/semver.ts";
import { messageOf } from "../../../base/errors.ts";
import { formatReference, type Keychain, type Reference, type Repository } from "../../../oci/index.ts";
import {
  firstInRange,
  listChartVersions,
  openRegistry,
  pullChart,
  type PulledChart,
  type TlsOptions,
} from "../../../sources/index.ts";
import { CommandError, type Io } from "../../command.ts";
import type { Connection } from "../chart-path-flags.ts";
import { readTls } from "../remote/tls.ts";
import { defaultTimeout } from "../repositories/index-cache.ts";
import type { HelmSettings } from "../settings.ts";
import { createHelmKeychain } from "./credentials.ts";
import { ociScheme, parseHelmReference } from "./reference.ts";

/** Registries as a helm command speaks to them: it tells what it pulls. */
export interface HelmRegistry {
  open(reference: Reference): Promise<Repository>;
  /** Pulls by an `oci://` URL that names a tag or a digest. */
  pull(url: string, part: "chart" | "provenance"): Promise<PulledChart>;
  /** Versions, newest first. */
  versions(url: string): Promise<readonly string[]>;
  /** The URL with the tag that a version or a range stands for, and the digest where the URL names one. */
  resolve(url: string, version: string): Promise<{ readonly url: string; readonly digest: string }>;
}

export const maximumChartBytes = 256 << 20;

const underscoreMessage = `
OCI artifact references (e.g. tags) do not support the plus sign (+). To support
storing semantic versions, Helm adopts the convention of changing plus (+) to
an underscore (_) in chart version tags when pushing to a registry and back to
a plus (+) when pulling from a registry.`;

export function createHelmRegistry({
  connection,
  settings,
  io,
}: {
  readonly connection: Connection;
  readonly settings: HelmSettings;
  readonly io: Io;
}): HelmRegistry {
  let tls: Promise<TlsOptions | undefined> | undefined;
  const { username, password } = connection;
  const keychain: Keychain =
    username !== "" && password !== ""
      ? () => ({ type: "basic", username, password })
      : createHelmKeychain(settings.registryConfig, io);

  async function open(reference: Reference): Promise<Repository> {
    tls ??= readTls(connection, io);
    const found = await tls;
    return await openRegistry(reference, {
      keychain,
      // helm: a connection with certificates is one with TLS.
      plainHttp: connection.plainHttp && found === undefined,
      timeout: defaultTimeout,
      signal: io.signal,
      env: io.env,
      ...(found === undefined ? {} : { tls: found }),
    });
  }

  async function versions(url: string): Promise<readonly string[]> {
    return await listChartVersions(await open(withoutTag(parseHelmReference(url))));
  }

  return {
    open,
    versions,
    async pull(url, part) {
      const reference = parseHelmReference(url);
      const { tag, digest } = reference;
      // helm: a tag is what is asked for, even beside a digest.
      const shown = formatReference(tag === undefined ? reference : { ...withoutTag(reference), tag });
      const wanted = { reference: tag ?? digest ?? "latest", shown, parts: [part], limit: maximumChartBytes };
      const pulled = await pullChart(await open(reference), wanted);
      if (digest !== undefined && pulled.digest !== digest)
        throw new CommandError(`chart reference digest mismatch: ${pulled.digest} is not ${digest}`);
      io.stdout(`Pulled: ${shown}\nDigest: ${pulled.digest}\n${shown.includes("_") ? underscoreNote(shown) : ""}`);
      return pulled;
    },
    async resolve(url, wanted) {
      const reference = parseHelmReference(url);
      const { tag, digest } = reference;
      if (wanted !== "" && tag !== undefined && tag !== wanted.replaceAll("+", "_"))
        throw new CommandError(`chart reference and version mismatch: ${wanted} is not ${tag}`);
      const version = wanted === "" ? (tag?.replaceAll("_", "+") ?? "") : wanted;
      const plain = `${ociScheme}${reference.registry}/${reference.repository}`;
      if (digest !== undefined) {
        if (version === "") return { url, digest: "" };
        const found = await (await open(reference)).resolve(version.replaceAll("+", "_")).catch(() => undefined);
        if (found === undefined) return { url: `${plain}@${digest}`, digest: "" };
        if (found.digest !== digest)
          throw new CommandError(`chart reference digest mismatch: ${found.digest} is not ${digest}`);
        return { url: `${plain}@${digest}`, digest };
      }
      if (tryParseVersion(version) !== undefined) return { url: `${plain}:${version}`, digest: "" };
      const known = await versions(plain);
      if (known.length === 0) throw new CommandError(`unable to locate any tags in provided repository: ${url}`);
      return { url: `${plain}:${chooseVersion(known, version)}`, digest: "" };
    },
  };
}

/** What helm says of a tag that stands for a version with a plus sign. */
export function underscoreNote(reference: string): string {
  return `${reference} contains an underscore.\n${underscoreMessage}\n`;
}

/** The first of sorted versions in a range. Throws CommandError with helm's text. */
function chooseVersion(versions: readonly string[], range: string): string {
  let chosen: string | undefined;
  try {
    chosen = firstInRange(versions, range);
  } catch (cause) {
    throw new CommandError(messageOf(cause));
  }
  if (chosen === undefined)
    throw new CommandError(`could not locate a version matching provided version string ${range}`);
  return chosen;
}

function withoutTag({ registry, repository }: Reference): Reference {
  return { registry, repository };
}
