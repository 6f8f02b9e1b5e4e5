import { type ListenOptions, serve, type Server } from "../http/serve.ts";
import type { ArtifactStore } from "./store.ts";

/**
 * Serves the store over HTTP (Flux: --storage-addr) and, unless an address was configured, advertises where it listens.
 */
export async function serveArtifacts(
  store: ArtifactStore,
  options: ListenOptions & { readonly advertise?: string } = {},
): Promise<Server> {
  const server = await serve(store.fetch, options);
  store.advertise(options.advertise ?? `${server.host}:${server.port}`);
  return server;
}
