import { messageOf } from "../../base/errors.ts";
import { tryParseVersion } from "../../base/semver.ts";
import { type Descriptor, parseReference, type Repository } from "../../oci/index.ts";
import { SourceError } from "../errors.ts";
import { helmLimits } from "../helm/repository.ts";
import { openRegistry, type RegistryAccess, registryError } from "../registry/open.ts";
import { firstInRange, listChartVersions, pullChart } from "../registry/pull-chart.ts";
import type { ChartSource } from "./from-repository.ts";

/** The charts below an `oci://` URL as a source of charts. */
export function createRegistrySource(
  url: string,
  access: RegistryAccess,
  options: {
    readonly limit?: number;
    readonly verify?: (signed: {
      readonly repository: Repository;
      readonly descriptor: Descriptor;
      readonly scope: string;
    }) => Promise<"verified" | "ignored">;
  } = {},
): ChartSource {
  const { limit = helmLimits.chart, verify } = options;
  const signed = new Map<string, string>(); // name and version → the digest whose signatures were looked at
  const base = url.replace(/\/+$/, "");
  const open = (name: string): Promise<Repository> => openRegistry(parseReference(`${base}/${name}`), access);
  return {
    async select(name, version) {
      // A full version says all; listing tags can be slow.
      if (version.split(".").length >= 3 && tryParseVersion(version) !== undefined) return { name, version };
      const reference = `${base}/${name}`;
      const repository = await open(name);
      const versions = await listChartVersions(repository).catch((cause: unknown) => {
        throw registryError(
          `could not get tags for ${JSON.stringify(name)}: could not fetch tags for ${JSON.stringify(reference)}`,
          cause,
        );
      });
      if (versions.length === 0)
        throw new SourceError(
          "ReferenceNotFound",
          `could not get tags for ${JSON.stringify(name)}: unable to locate any tags in provided repository: ${reference}`,
        );
      return { name, version: choose(versions, version) };
    },

    ...(verify === undefined
      ? {}
      : {
          async verify({ name, version }) {
            const url = `${base}/${name}:${version}`;
            try {
              const { registry, repository: path } = parseReference(`${base}/${name}`);
              const repository = await open(name);
              const descriptor = await repository.resolve(version.replaceAll("+", "_"));
              const result = await verify({ repository, descriptor, scope: `${registry}/${path}` });
              signed.set(`${name}:${version}`, descriptor.digest);
              return result;
            } catch (cause) {
              throw new Error(`failed to verify ${url}: ${messageOf(cause)}`, { cause });
            }
          },
        }),

    async download({ name, version }) {
      const reference = `${base}/${name}:${version}`;
      try {
        const repository = await open(name);
        const { chart } = await pullChart(repository, {
          reference: signed.get(`${name}:${version}`) ?? version.replaceAll("+", "_"),
          shown: reference.slice("oci://".length),
          parts: ["chart"],
          limit,
        });
        return chart ?? new Uint8Array();
      } catch (cause) {
        throw registryError(`failed to get '${reference}'`, cause);
      }
    },
  };
}

function choose(versions: readonly string[], wanted: string): string {
  let newest: string | undefined;
  try {
    newest = firstInRange(versions, wanted);
  } catch (cause) {
    throw new SourceError("ReferenceNotFound", messageOf(cause), { cause });
  }
  if (newest === undefined)
    throw new SourceError("ReferenceNotFound", `could not locate a version matching provided version string ${wanted}`);
  return newest;
}
