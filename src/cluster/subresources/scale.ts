import { fieldError, invalid, type KubeObject, notFound } from "../../api/index.ts";
import { readBody } from "../http/body.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondObject } from "../http/respond.ts";
import { partOf } from "../registry/kinds/object.ts";
import type { Resource, ScalePaths } from "../registry/resource.ts";
import { toServed } from "../serve.ts";
import { readPatch } from "../verbs/patch.ts";
import { update } from "../verbs/update.ts";
import { asObject, decodeObject } from "../write/decode.ts";
import { managerOf } from "../write/manager.ts";
import { scaleResource } from "./scale-resource.ts";

const ownPaths: ScalePaths = {
  specReplicasPath: ".spec.replicas",
  statusReplicasPath: ".status.replicas",
};

/** GET of the scale of an object. */
export function getScale(call: Call): Response {
  const { core, resource, path } = call;
  const stored = core.store.get(resource.bucket, keyOf(path.namespace, path.name!));
  if (stored === undefined) throw notFound(resource, path.name!);
  return respondScale(call, toServed(resource, stored.object));
}

/** PUT of the scale: sets the replicas of the object it belongs to. */
export async function putScale(call: Call): Promise<Response> {
  const sent = decodeObject({ ...call, resource: scaleResource }, await readBody(call.request), scaleResource);
  return writeScale(call, "UpdateOptions", () => sent);
}

/** PATCH of the scale, in any dialect. */
export async function patchScale(call: Call): Promise<Response> {
  const patch = await readPatch(call, scaleResource);
  return writeScale(call, "PatchOptions", (old) =>
    asObject({ ...call, resource: scaleResource }, patch(old), [], scaleResource),
  );
}

async function writeScale(call: Call, kind: string, produce: (old: KubeObject) => KubeObject): Promise<Response> {
  const { resource } = call;
  const { specReplicasPath } = pathsOf(resource);
  const stored = await update(call, {
    kind,
    manager: managerOf(call, kind),
    produce(old) {
      const before = toScale(resource, old);
      const next = produce(before);
      const replicas = partOf(next["spec"])["replicas"] ?? 0;
      if (typeof replicas !== "number" || replicas < 0) {
        const problem = fieldError.invalid("spec.replicas", replicas, "must be greater than or equal to 0");
        throw invalid({ group: "autoscaling", kind: "Scale" }, old.metadata.name ?? "", [problem]);
      }
      const { resourceVersion } = next.metadata;
      const metadata = resourceVersion === undefined ? old.metadata : { ...old.metadata, resourceVersion };
      return set({ ...old, metadata }, specReplicasPath.split(".").slice(1), replicas) as KubeObject;
    },
  });
  return respondScale(call, toServed(resource, stored));
}

function respondScale(call: Call, object: KubeObject): Response {
  return respondObject({ ...call, resource: scaleResource }, toScale(call.resource, object));
}

function pathsOf(resource: Resource): ScalePaths {
  return resource.scale ?? ownPaths;
}

function toScale(resource: Resource, object: KubeObject): KubeObject {
  const { name = "", namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = pathsOf(resource);
  const selector = selectorOf(resource, object);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    },
    spec: { replicas: numberAt(object, paths.specReplicasPath) },
    status: { replicas: numberAt(object, paths.statusReplicasPath), ...(selector === "" ? {} : { selector }) },
  };
}

function selectorOf(resource: Resource, object: KubeObject): string {
  if (resource.custom) {
    const path = resource.scale?.labelSelectorPath;
    const found = path === undefined ? undefined : at(object, path);
    return typeof found === "string" ? found : "";
  }
  const selector = partOf(partOf(object["spec"])["selector"]);
  // ReplicationControllers select by labels alone.
  const labels = resource.kind === "ReplicationController" ? selector : partOf(selector["matchLabels"]);
  const expressions = Array.isArray(selector["matchExpressions"]) ? selector["matchExpressions"].map(partOf) : [];
  return [
    ...Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`),
    ...expressions.map((expression) => formatExpression(expression)),
  ]
    .sort()
    .join(",");
}

function formatExpression({ key, operator, values }: Readonly<Record<string, unknown>>): string {
  const list = Array.isArray(values) ? values.map(String).sort().join(",") : "";
  switch (operator) {
    case "In":
      return `${String(key)} in (${list})`;
    case "NotIn":
      return `${String(key)} notin (${list})`;
    case "DoesNotExist":
      return `!${String(key)}`;
    default:
      return String(key);
  }
}

function at(object: KubeObject, path: string): unknown {
  return path
    .split(".")
    .slice(1)
    .reduce<unknown>((found, name) => partOf(found)[name], object);
}

function numberAt(object: KubeObject, path: string): number {
  const found = at(object, path);
  return typeof found === "number" ? found : 0;
}

function set(part: Readonly<Record<string, unknown>>, names: readonly string[], value: unknown): unknown {
  const [name = "", ...rest] = names;
  return { ...part, [name]: rest.length === 0 ? value : set(partOf(part[name]), rest, value) };
}
