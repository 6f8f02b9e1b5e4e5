import { mkdir } from "node:fs/promises";
import type { Io } from "../../command.ts";
import type { ChartOrigin } from "../chart-path-flags.ts";
import { createHelmRegistry } from "../registry/client.ts";
import type { HelmSettings } from "../settings.ts";
import { downloadToCache, type Fetching } from "./download.ts";
import { findInRepository } from "./find-in-repository.ts";

/** Fetches a chart that is not on the disk, and gives the path where it is kept. Throws with helm's texts. */
export async function locateRemoteChart(
  name: string,
  { origin, settings, io }: { readonly origin: ChartOrigin; readonly settings: HelmSettings; readonly io: Io },
): Promise<string> {
  const url = origin.repositoryUrl === "" ? name : await findInRepository(name, origin, io);
  await mkdir(settings.repositoryCache, { recursive: true });
  return await downloadToCache(url, origin.version, fetchingOf(origin, { settings, io }));
}

/** How a command with `--repo`, `--verify` and the flags of a connection fetches charts. */
export function fetchingOf(
  origin: ChartOrigin,
  { settings, io, later = false }: { readonly settings: HelmSettings; readonly io: Io; readonly later?: boolean },
): Fetching {
  return {
    settings,
    io,
    registry: createHelmRegistry({ connection: origin, settings, io }),
    connection: origin,
    // Whoever serves the index must not be able to send a password elsewhere.
    ...(origin.repositoryUrl === "" ? {} : { credentialsFor: origin.repositoryUrl }),
    passCredentialsAll: origin.passCredentialsAll,
    verify: origin.verify ? "always" : later ? "later" : "never",
    keyring: origin.keyring,
  };
}
