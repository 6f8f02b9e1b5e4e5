import { type KubeObject, notFound } from "../../api/index.ts";
import { readBody } from "../http/body.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondObject } from "../http/respond.ts";
import { partOf } from "../registry/kinds/object.ts";
import { decodeObject } from "../write/decode.ts";
import { timestamp } from "../write/metadata.ts";
import { passingResource } from "./scale-resource.ts";

const tokenRequest = passingResource("authentication.k8s.io", "v1", "TokenRequest");

/** POST of a TokenRequest: answers with an opaque token. This server asks nobody for it. */
export async function createToken(call: Call): Promise<Response> {
  const { core, path } = call;
  const name = path.name!;
  const account = core.store.get("/serviceaccounts", keyOf(path.namespace, name))?.object;
  if (account === undefined) throw notFound(call.resource, name);
  const sent = decodeObject(call, await readBody(call.request), tokenRequest);
  const spec = partOf(sent["spec"]);
  const seconds = Number(spec["expirationSeconds"] ?? 3600);
  const { uid = "" } = account.metadata;
  const answer: KubeObject = {
    kind: "TokenRequest",
    apiVersion: tokenRequest.apiVersion,
    metadata: {
      name,
      namespace: path.namespace!,
      uid,
      creationTimestamp: timestamp(core.now()),
    },
    spec: {
      audiences: spec["audiences"] ?? ["https://kubernetes.default.svc"],
      expirationSeconds: seconds,
      boundObjectRef: spec["boundObjectRef"] ?? null,
    },
    status: {
      token: opaqueToken(),
      expirationTimestamp: timestamp(new Date(core.now().getTime() + seconds * 1000)),
    },
  };
  return respondObject({ ...call, resource: tokenRequest }, answer, 201);
}

function opaqueToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
