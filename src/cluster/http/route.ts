import type { Call, Core } from "./call.ts";
import { createObject } from "../verbs/create.ts";
import { deleteCollection, deleteObject } from "../verbs/delete.ts";
import { patchObject } from "../verbs/patch.ts";
import { getObject, listObjects } from "../verbs/read.ts";
import { updateObject } from "../verbs/update.ts";
import { watchObjects } from "../verbs/watch.ts";
import { bind } from "../subresources/pods.ts";
import { answerReview } from "../subresources/reviews.ts";
import { subresourceHandler } from "../subresources/index.ts";
import { answerDiscovery } from "./meta.ts";
import { methodNotAllowed, unknownResource } from "./refusals.ts";
import { parseTarget, type ResourcePath } from "./request.ts";

type Handler = (call: Call) => Response | Promise<Response>;

/** Answers one request; throws an ApiError for what is not a success. */
export async function route(
  core: Core,
  request: Request,
  { query, warnings }: { readonly query: URLSearchParams; readonly warnings: string[] },
): Promise<Response> {
  const target = parseTarget(new URL(request.url).pathname);
  if (target.target !== "resource") return answerDiscovery({ core, request, query, target });
  const { path } = target;
  const resource = core.registry.find(path.group, path.version, path.plural);
  if (resource === undefined || (path.namespace !== undefined && !resource.namespaced)) {
    const isGroupKnown = core.registry
      .resources()
      .some(({ group, version, custom }) => !custom && group === path.group && version === path.version);
    if (!isGroupKnown)
      return answerDiscovery({
        core,
        request,
        query,
        target: { target: "other", path: new URL(request.url).pathname },
      });
    throw unknownResource();
  }
  if (resource.namespaced && path.namespace === undefined && path.name !== undefined) throw unknownResource();
  const call: Call = { core, resource, path, request, query, warnings, at: core.now() };
  if (resource.deprecation !== undefined) call.warnings.push(resource.deprecation);
  const handler = handlerOf(call);
  if (handler === undefined) throw methodNotAllowed();
  return handler(call);
}

function handlerOf(call: Call): Handler | undefined {
  const { resource, path, request, query } = call;
  const { method } = request;
  if (path.subresource !== undefined) return subresourceHandler(call);
  const verb = verbOf(method, path, query);
  if (verb === undefined || !resource.verbs.includes(verb)) return undefined;
  // Reviews and bindings are answered, not stored.
  const special = specials.get(`${resource.group}/${resource.plural}`);
  return special ?? handlers[verb];
}

type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

const handlers: Readonly<Record<Verb, Handler>> = {
  get: getObject,
  list: listObjects,
  watch: watchObjects,
  create: createObject,
  update: updateObject,
  patch: patchObject,
  delete: deleteObject,
  deletecollection: deleteCollection,
};

const specials = new Map<string, Handler>([
  ["/bindings", bind],
  ["authentication.k8s.io/selfsubjectreviews", answerReview],
  ["authentication.k8s.io/tokenreviews", answerReview],
  ["authorization.k8s.io/localsubjectaccessreviews", answerReview],
  ["authorization.k8s.io/selfsubjectaccessreviews", answerReview],
  ["authorization.k8s.io/selfsubjectrulesreviews", answerReview],
  ["authorization.k8s.io/subjectaccessreviews", answerReview],
]);

function verbOf(method: string, { name }: ResourcePath, query: URLSearchParams): Verb | undefined {
  const watch = query.get("watch");
  const isWatch = watch !== null && watch !== "false" && watch !== "0";
  switch (method) {
    case "GET":
    case "HEAD":
      // Kubernetes: one object is watched by a field selector on the collection.
      if (name !== undefined) return "get";
      return isWatch ? "watch" : "list";
    case "POST":
      return name === undefined ? "create" : undefined;
    case "PUT":
      return name === undefined ? undefined : "update";
    case "PATCH":
      return name === undefined ? undefined : "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
    default:
      return undefined;
  }
}
