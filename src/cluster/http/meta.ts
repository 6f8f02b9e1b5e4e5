import type { Core } from "./call.ts";
import { negotiate } from "./accept.ts";
import { aggregatedDiscovery, apiGroup, apiGroupList, apiResourceList, apiVersions } from "./discovery.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import { openApiV2 } from "./openapi-v2.ts";
import { methodNotAllowed } from "./refusals.ts";
import type { Target } from "./request.ts";
import { respond } from "./respond.ts";

export const version = {
  major: "1",
  minor: "36",
  emulationMajor: "1",
  emulationMinor: "36",
  minCompatibilityMajor: "1",
  minCompatibilityMinor: "35",
  gitVersion: "v1.36.3",
  gitCommit: "0",
  gitTreeState: "clean",
  buildDate: "2026-07-01T00:00:00Z",
  goVersion: "go1.26.8",
  compiler: "gc",
  platform: "linux/amd64",
} as const;

interface Question {
  readonly core: Core;
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly target: Exclude<Target, { readonly target: "resource" }>;
}

/** Answers what is not about a resource: discovery, health, version, OpenAPI. */
export async function answerDiscovery(question: Question): Promise<Response> {
  const { core, request, target } = question;
  const json = (value: object, headers: Readonly<Record<string, string>> = {}): Response =>
    respond({ ...question, warnings: [] }, value, { headers });
  if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
  switch (target.target) {
    case "apiVersions":
      return aggregated(question, "api") ?? json(apiVersions(new URL(request.url).host));
    case "apiGroups":
      return (
        aggregated(question, "apis") ??
        json(apiGroupList(core.registry.resources().filter(({ group }) => group !== "")))
      );
    case "apiGroup": {
      const found = target.group === "" ? undefined : apiGroup(core.registry.resources(), target.group);
      return found === undefined ? pageNotFound() : json(found);
    }
    case "apiResources": {
      const found = apiResourceList(core.registry.resources(), target.group, target.version);
      return found === undefined ? pageNotFound() : json(found);
    }
    case "other":
      return other(question, target.path);
  }
}

function aggregated({ core, request, query }: Question, root: "api" | "apis"): Response | undefined {
  const accept = request.headers.get("accept") ?? "";
  if (!accept.includes("APIGroupDiscoveryList")) return undefined;
  const { as } = negotiate(accept, ["APIGroupDiscoveryList"]);
  if (as === undefined || as.group !== "apidiscovery.k8s.io") return undefined;
  const version = as.version === "v2beta1" ? "v2beta1" : "v2";
  return respond({ request, query, warnings: [] }, aggregatedDiscovery(core.registry.resources(), root, version), {
    headers: {
      "content-type": `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
      vary: "Accept",
    },
  });
}

function other(question: Question, path: string): Response {
  switch (path.replace(/\/+$/, "")) {
    case "/version":
      return respond({ ...question, warnings: [] }, version);
    case "/healthz":
    case "/livez":
    case "/readyz":
      return health(question.query);
    case "/openapi/v2":
      return openApiV2(question.request.headers.get("accept") ?? "");
    case "/openapi/v3":
      return respond(
        { ...question, warnings: [] },
        openApiIndex(question.core.registry.resources(), question.core.registry.revision()),
      );
    default:
      if (path.startsWith("/openapi/v3/")) return openApi(question, path.slice("/openapi/v3/".length));
      if (/^\/(healthz|livez|readyz)\/(ping|etcd|log)$/.test(path)) return plain("ok");
      return pageNotFound();
  }
}

// Making a document takes a while; each is kept until what is served changes.
const documents = new WeakMap<Core["registry"], Map<string, string>>();

function openApi({ core }: Question, root: string): Response {
  let known = documents.get(core.registry);
  if (known === undefined) {
    known = new Map();
    documents.set(core.registry, known);
  }
  const key = `${root} ${core.registry.revision()}`;
  let text = known.get(key);
  if (text === undefined) {
    const document = openApiDocument(core.registry.resources(), root);
    if (document === undefined) return pageNotFound();
    for (const old of known.keys()) if (old.startsWith(`${root} `)) known.delete(old);
    text = JSON.stringify(document);
    known.set(key, text);
  }
  return new Response(text, { headers: { "content-type": "application/json", "cache-control": "public, max-age=60" } });
}

function health(query: URLSearchParams): Response {
  if (!query.has("verbose")) return plain("ok");
  return plain("[+]ping ok\n[+]log ok\n[+]etcd ok\nreadyz check passed\n");
}

function plain(text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  });
}

/** A path that kube-apiserver's mux does not know. */
function pageNotFound(): Response {
  return plain("404 page not found\n", 404);
}
