import { messageOf } from "../../base/errors.ts";
import { answerOf, Refused } from "./answers.ts";
import type { Authenticate } from "./authenticate.ts";
import { answerBlob, answerUpload, answerUploads } from "./blobs.ts";
import { type Exchange, notAllowed } from "./exchange.ts";
import { collectGarbage } from "./collect.ts";
import { answerCatalog, answerManifest, answerReferrers, answerTags } from "./manifests.ts";
import { type Route, routeOf } from "./route.ts";
import { openStorage } from "./storage.ts";
import { openUploads, type UploadLimits } from "./uploads.ts";

export interface RegistryLimits extends UploadLimits {
  readonly maxManifestSize: number;
}

export const defaultRegistryLimits: RegistryLimits = {
  maxBlobSize: 10 * 2 ** 30,
  maxManifestSize: 4 * 2 ** 20,
  maxUploads: 1000,
  uploadLifetime: 24 * 60 * 60 * 1000,
};

/** An OCI registry in this process: asked by `fetch`, with or without a socket in between. */
export interface Registry {
  fetch(request: Request): Promise<Response>;
  /** Frees what nothing refers to any more, and abandoned uploads; returns the bytes of blobs that were freed. */
  collect(): Promise<number>;
}

/**
 * Opens a registry (distribution-spec 1.1: pull, push, discovery, management) on a folder. One process may have a folder open. Without
 * `authenticate` everybody who can reach it may read and write.
 */
export async function openRegistryFolder(options: {
  readonly directory: string;
  readonly authenticate?: Authenticate;
  readonly limits?: Partial<RegistryLimits>;
  readonly now?: () => Date;
  /** Is told of what went wrong inside. */
  readonly report?: (message: string) => void;
}): Promise<Registry> {
  const { directory, authenticate, now = () => new Date(), report = () => undefined } = options;
  const limits = { ...defaultRegistryLimits, ...options.limits };
  const storage = await openStorage(directory);
  const uploads = await openUploads(storage, { ...limits, now });
  const collect = async (): Promise<number> => {
    await uploads.expire();
    return collectGarbage(storage, now());
  };
  await collect();

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams: query } = new URL(request.url);
    refuseOtherSites(request.headers);
    if (authenticate !== undefined && !(await authenticate(request.headers.get("authorization"))))
      throw new Refused("UNAUTHORIZED", "authentication required", {
        headers: { "www-authenticate": 'Basic realm="coxswain"' },
      });
    const exchange = { request, query, storage, uploads, maxManifestSize: limits.maxManifestSize };
    return dispatch(routeOf(pathname), exchange);
  }

  return {
    async fetch(request) {
      const response = await answer(request).catch((error: unknown) => {
        if (error instanceof Refused) return answerOf(error);
        report(`${request.method} ${new URL(request.url).pathname}: ${messageOf(error)}`);
        return Response.json({ errors: [{ code: "UNKNOWN", message: "unknown error" }] }, { status: 500 });
      });
      response.headers.set("docker-distribution-api-version", "registry/2.0");
      return response;
    },
    collect,
  };
}

async function dispatch(route: Route, exchange: Exchange): Promise<Response> {
  switch (route.to) {
    case "base":
      return exchange.request.method === "GET" || exchange.request.method === "HEAD"
        ? Response.json({})
        : notAllowed("GET, HEAD");
    case "catalog":
      return answerCatalog(exchange);
    case "uploads":
      return answerUploads(exchange, route);
    case "upload":
      return answerUpload(exchange, route);
    case "blob":
      return answerBlob(exchange, route);
    case "manifest":
      return answerManifest(exchange, route);
    case "tags":
      return answerTags(exchange, route);
    case "referrers":
      return answerReferrers(exchange, route);
    case "nowhere":
      throw nowhere(route.because);
  }
}

function nowhere(because: Extract<Route, { to: "nowhere" }>["because"]): Refused {
  switch (because) {
    case "path":
      return new Refused("UNSUPPORTED", "there is nothing at this path", { status: 404 });
    case "name":
      return new Refused("NAME_INVALID", "invalid repository name", { status: 404 });
    case "digest":
      return new Refused("DIGEST_INVALID", "provided digest is not one that this registry knows");
    case "reference":
      return new Refused("TAG_INVALID", "manifest tag is not valid", { status: 404 });
  }
}

/** A page of some web site can make the browser on this machine send requests here; no client of registries is one. */
function refuseOtherSites(headers: Headers): void {
  if (headers.has("origin")) throw new Refused("DENIED", "requests of web pages are not answered");
}
