import { messageOf } from "../../base/errors.ts";
import { parseStrictVersion, tryParseVersion } from "../../base/semver.ts";
import { OciError, parseReference, type Repository, selectLayer } from "../../oci/index.ts";
import { SourceError } from "../errors.ts";
import { helmLimits } from "../helm/repository.ts";
import { openRegistry, type RegistryAccess, registryError } from "../registry/open.ts";
import { chartLayerType, newestVersion } from "../registry/select-tag.ts";
import type { ChartSource } from "./from-repository.ts";

/** The charts below an `oci://` URL as a source of charts. */
export function createRegistrySource(
  url: string,
  access: RegistryAccess,
  limit: number = helmLimits.chart,
): ChartSource {
  const base = url.replace(/\/+$/, "");
  const open = (name: string): Promise<Repository> => openRegistry(parseReference(`${base}/${name}`), access);
  return {
    async select(name, version) {
      // A full version says all; listing tags can be slow.
      if (version.split(".").length >= 3 && tryParseVersion(version) !== undefined) return { name, version };
      const reference = `${base}/${name}`;
      const repository = await open(name);
      const tags = await repository.tags().catch((cause: unknown) => {
        throw registryError(
          `could not get tags for ${JSON.stringify(name)}: could not fetch tags for ${JSON.stringify(reference)}`,
          cause,
        );
      });
      const versions = tags.map((tag) => tag.replaceAll("_", "+")).filter(isStrict);
      if (versions.length === 0)
        throw new SourceError(
          "ReferenceNotFound",
          `could not get tags for ${JSON.stringify(name)}: unable to locate any tags in provided repository: ${reference}`,
        );
      return { name, version: choose(versions, version) };
    },

    async download({ name, version }) {
      const reference = `${base}/${name}:${version}`;
      try {
        const repository = await open(name);
        const { manifest } = await repository.manifest(version.replaceAll("+", "_")).catch((cause: unknown) => {
          throw fetchError(reference, cause);
        });
        const layer = selectLayer(manifest, chartLayerType);
        if (layer === undefined)
          throw new SourceError(
            "ReferenceNotFound",
            `manifest does not contain a layer with mediatype ${chartLayerType}`,
          );
        return await repository.blob(layer, limit);
      } catch (cause) {
        throw registryError(`failed to get '${reference}'`, cause);
      }
    },
  };
}

/** What Helm's registry client says when it does not get a manifest. */
function fetchError(reference: string, cause: unknown): SourceError {
  const prefix = 'failed to perform "FetchReference" on source';
  if (!(cause instanceof OciError) || cause.code !== "NotFound") return registryError(prefix, cause);
  return new SourceError("ReferenceNotFound", `${prefix}: ${reference.slice("oci://".length)}: not found`, { cause });
}

/** Helm: registry.Client.Tags lists only what is a version to the letter. */
function isStrict(text: string): boolean {
  try {
    parseStrictVersion(text);
    return true;
  } catch {
    return false;
  }
}

function choose(versions: readonly string[], wanted: string): string {
  if (wanted !== "" && versions.includes(wanted)) return wanted;
  let newest: string | undefined;
  try {
    newest = newestVersion(versions, wanted === "" ? "*" : wanted);
  } catch (cause) {
    throw new SourceError("ReferenceNotFound", messageOf(cause), { cause });
  }
  if (newest === undefined)
    throw new SourceError("ReferenceNotFound", `could not locate a version matching provided version string ${wanted}`);
  return newest;
}
