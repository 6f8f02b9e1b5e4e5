import { badRequest } from "../../api/index.ts";
import type { Call } from "../http/call.ts";
import { unknownResource } from "../http/refusals.ts";
import { getObject } from "../verbs/read.ts";
import { patchObject } from "../verbs/patch.ts";
import { updateObject } from "../verbs/update.ts";

import { bind, evict, getLog } from "./pods.ts";
import { getScale, patchScale, putScale } from "./scale.ts";
import { createToken } from "./service-accounts.ts";

type Handler = (call: Call) => Response | Promise<Response>;

/** Who answers a call to a subresource; undefined where it does not know the method. Throws NotFound for one that is not served. */
export function subresourceHandler(call: Call): Handler | undefined {
  const { resource, path, request } = call;
  const found = resource.subresources.find(({ name }) => name === path.subresource);
  if (found === undefined) throw unknownResource();
  const methods = table[found.name];
  if (methods === undefined) throw unknownResource();
  return Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
}

const object: Readonly<Record<string, Handler>> = { GET: getObject, PUT: updateObject, PATCH: patchObject };

const table: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  status: object,
  approval: object,
  finalize: { PUT: updateObject },
  ephemeralcontainers: object,
  resize: object,
  scale: { GET: getScale, PUT: putScale, PATCH: patchScale },
  log: { GET: getLog },
  eviction: { POST: evict },
  binding: { POST: bind },
  token: { POST: createToken },
  attach: { GET: notSimulated, POST: notSimulated },
  exec: { GET: notSimulated, POST: notSimulated },
  portforward: { GET: notSimulated, POST: notSimulated },
  proxy: { GET: notSimulated, POST: notSimulated, PUT: notSimulated, PATCH: notSimulated, DELETE: notSimulated },
};

/** Containers are simulated: there is nothing to talk to. */
function notSimulated({ resource, path }: Call): Response {
  throw badRequest(
    `${resource.plural}/${path.subresource ?? ""} is not supported: the containers of this cluster are simulated`,
  );
}
