import type { Call } from "../http/call.ts";
import { unknownResource } from "../http/refusals.ts";
import { getObject } from "../verbs/read.ts";
import { patchObject } from "../verbs/patch.ts";
import { updateObject } from "../verbs/update.ts";

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

const table: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  status: { GET: getObject, PUT: updateObject, PATCH: patchObject },
};
