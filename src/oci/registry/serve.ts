import { type ListenOptions, serve, type Server } from "../../base/node/serve.ts";
import { isLoopback } from "../reference.ts";
import { answerOf, Refused } from "./answers.ts";
import type { Registry } from "./registry.ts";

const longestRequest = 60 * 60 * 1000; // milliseconds; blobs may be large and lines slow

/** Serves a registry over HTTP or HTTPS, on loopback unless told otherwise. */
export async function serveRegistry(registry: Registry, options: ListenOptions = {}): Promise<Server> {
  const { host = "127.0.0.1" } = options;
  const isLocal = isLoopback(host.includes(":") ? `[${host}]` : host);
  const handler: Registry["fetch"] = async (request) => {
    // A page of another site whose name was made to resolve to this machine still sends that site's name.
    if (isLocal && !isLoopback(request.headers.get("host") ?? ""))
      return answerOf(new Refused("DENIED", "the Host header does not name this machine"));
    return registry.fetch(request);
  };
  return serve(handler, { requestTimeout: longestRequest, ...options });
}
