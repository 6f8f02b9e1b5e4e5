import {
  badRequest,
  fieldError,
  invalid,
  type KubeObject,
  StrategicMergeError,
  strategicMergePatch,
} from "../../api/index.ts";
import { applyJsonPatch, applyMergePatch, JsonPatchError, parseJsonPatch } from "../../base/json-patch.ts";
import { messageOf } from "../../base/errors.ts";
import { isValues, type Value } from "../../base/value.ts";
import { mediaTypeOf, readText } from "../http/body.ts";
import type { Call } from "../http/call.ts";
import { invalidPatch, unfitPatch, unsupportedMediaType } from "../http/refusals.ts";
import type { Resource } from "../registry/resource.ts";
import { respondObject } from "../http/respond.ts";
import { applyServerSide } from "../managed-fields/index.ts";
import { asObject, goJsonError, parseText, reportUnknown } from "../write/decode.ts";
import { managerOf, requireManager, resetsOf } from "../write/manager.ts";
import { update } from "./update.ts";

const types = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
} as const;

/** PATCH of one object or of its status, in any of the four dialects. */
export async function patchObject(call: Call): Promise<Response> {
  const mediaType = mediaTypeOf(call.request);
  const type = Object.hasOwn(types, mediaType) ? types[mediaType as keyof typeof types] : undefined;
  // Kubernetes: custom kinds have no strategies to merge by.
  const accepted = Object.keys(types).filter((name) => !(call.resource.custom && name.includes("strategic")));
  if (type === undefined || (type === "strategic" && call.resource.custom)) throw unsupportedMediaType(accepted);
  const text = await readText(call.request);
  if (type === "apply") return apply(call, text);
  if (call.query.get("force") !== null) {
    throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
      fieldError.forbidden("force", "may not be specified for non-apply patch"),
    ]);
  }
  const patch = parsePatch(text);
  const manager = managerOf(call, "PatchOptions");
  const stored = await update(call, {
    kind: "PatchOptions",
    manager,
    produce(old) {
      const next = asObject(call, patched(call.resource, type, old, patch));
      refuseOtherName(call, next);
      return next;
    },
  });
  return respondObject(call, stored);
}

/** Reads a patch of a subresource; the function applies it to the subresource's object. */
export async function readPatch(call: Call, resource: Resource): Promise<(old: KubeObject) => unknown> {
  const mediaType = mediaTypeOf(call.request);
  const type = Object.hasOwn(types, mediaType) ? types[mediaType as keyof typeof types] : undefined;
  if (type === undefined) throw unsupportedMediaType(Object.keys(types));
  const text = await readText(call.request);
  if (type !== "apply") {
    const patch = parsePatch(text);
    return (old) => patched(resource, type, old, patch);
  }
  // An applied configuration of a subresource names the fields it sets; the object around it tracks who owns them.
  const { value } = parseText(text, "yaml", (why) => `error decoding YAML: ${why}`);
  return (old) => applyMergePatch(old as unknown as Value, value as Value);
}

function parsePatch(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch (thrown) {
    throw badRequest(`error decoding patch: ${goJsonError(text, messageOf(thrown))}`);
  }
}

function patched(resource: Resource, type: "json" | "merge" | "strategic", old: KubeObject, patch: Value): unknown {
  const original = old as unknown as Value;
  switch (type) {
    case "json":
      try {
        return applyJsonPatch(original, parseJsonPatch(patch));
      } catch (thrown) {
        if (thrown instanceof JsonPatchError) throw invalidPatch(thrown);
        throw thrown;
      }
    case "merge":
      return applyMergePatch(original, patch);
    case "strategic":
      try {
        return strategicMergePatch(original, patch, resource.schema);
      } catch (thrown) {
        if (thrown instanceof StrategicMergeError) throw unfitPatch(thrown);
        throw thrown;
      }
  }
}

/** Server-side apply: creates the object where there is none. */
async function apply(call: Call, text: string): Promise<Response> {
  const { resource, path } = call;
  const manager = requireManager(call);
  const { value, duplicates } = parseText(text, "yaml", (why) => `error decoding YAML: ${why}`);
  if (isValues(value) && (value["kind"] === undefined || value["apiVersion"] === undefined)) {
    throw badRequest(`invalid object type: ${goVersion(value["apiVersion"])}, Kind=${String(value["kind"] ?? "")}`);
  }
  // Kubernetes: a field that the type does not have is no matter of `fieldValidation` here, the patch itself cannot be typed.
  const sent = asObject({ ...call, query: new URLSearchParams("fieldValidation=Ignore") }, value);
  reportUnknown(
    call,
    resource,
    duplicates.map((at) => `duplicate field ${JSON.stringify(at)}`),
  );
  refuseOtherName(call, sent);
  const patch: KubeObject = {
    ...sent,
    metadata: {
      ...sent.metadata,
      name: path.name!,
      ...(path.namespace === undefined ? {} : { namespace: path.namespace }),
    },
  };
  const common = {
    schema: resource.schema,
    manager,
    apiVersion: resource.apiVersion,
    ...(path.subresource === undefined ? {} : { subresource: path.subresource }),
    resetFields: resetsOf(call, path.subresource),
    now: call.core.now(),
    patch,
    sent: value,
    force: call.query.get("force") === "true",
  };
  let created = false;
  const stored = await update(call, {
    kind: "PatchOptions",
    manager,
    tracked: true,
    produce: (live) => applyServerSide({ ...common, live }).object,
    create:
      path.subresource === undefined
        ? () => {
            created = true;
            return { object: applyServerSide({ ...common, live: undefined }).object, tracked: true };
          }
        : undefined,
  });
  return respondObject(call, stored, created ? 201 : 200);
}

/** An object keeps its name and its namespace. */
function refuseOtherName({ resource, path }: Call, { metadata: { name = path.name, namespace } }: KubeObject): void {
  if (name !== path.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  }
  if (resource.namespaced && namespace !== undefined && namespace !== path.namespace) {
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the URL (${path.namespace})`,
    );
  }
}

/** Go prints a version without a group, and none at all, with a slash. */
function goVersion(apiVersion: unknown): string {
  return apiVersion === undefined || apiVersion === "" ? "/" : String(apiVersion);
}
