import { badRequest, type KubeObject, notFound } from "../../api/index.ts";
import { readBody } from "../http/body.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondObject } from "../http/respond.ts";
import { isEqual } from "../managed-fields/equality.ts";
import { keepTimes, trackUpdate } from "../managed-fields/index.ts";
import { toServed, toStorage } from "../serve.ts";
import { canonicalize } from "../write/canonical.ts";
import { commit, keep } from "../write/commit.ts";
import { decodeObject } from "../write/decode.ts";
import { managerOf, resetsOf } from "../write/manager.ts";
import { finalizerWarnings } from "../write/metadata.ts";
import { applyDefaults, checkVersion, prepareForUpdate, validateUpdate } from "../write/phases.ts";
import { prepareCreate } from "./create.ts";

/** PUT of one object, or of its status. */
export async function updateObject(call: Call): Promise<Response> {
  const { resource, path } = call;
  const sent = decodeObject(call, await readBody(call.request));
  const { name = "", namespace } = sent.metadata;
  if (name !== path.name) {
    throw badRequest(
      name === ""
        ? "name must be provided"
        : `the name of the object (${name}) does not match the name on the URL (${path.name})`,
    );
  }
  if (resource.namespaced && namespace !== undefined && namespace !== "" && namespace !== path.namespace) {
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the URL (${path.namespace})`,
    );
  }
  const next = resource.namespaced ? withNamespace(sent, path.namespace!) : sent;
  const manager = managerOf(call, "UpdateOptions");
  let created = false;
  const stored = await update(call, {
    kind: "UpdateOptions",
    manager,
    produce: () => next,
    create:
      createOnUpdate.has(`${resource.group}/${resource.kind}`) && path.subresource === undefined
        ? () => {
            created = true;
            return { object: next };
          }
        : undefined,
  });
  return respondObject(call, stored, created ? 201 : 200);
}

/** Kinds of which a PUT may make a new object. */
const createOnUpdate = new Set([
  "/Service",
  "/Endpoints",
  "/Event",
  "/LimitRange",
  "/PodTemplate",
  "coordination.k8s.io/Lease",
]);

export interface UpdateOptions {
  readonly kind: string;
  readonly manager: string;
  /** The next state of an object, both in the version of the call. */
  readonly produce: (old: KubeObject) => KubeObject;
  /** Makes the object where there is none. */
  readonly create?: (() => { readonly object: KubeObject; readonly tracked?: boolean }) | undefined;
  /** Set by server-side apply, which has written managedFields itself. */
  readonly tracked?: boolean;
  readonly subresource?: string | undefined;
}

/** Runs the phases of an update and stores the object. Returns it as stored. */
export async function update(call: Call, options: UpdateOptions): Promise<KubeObject> {
  const { resource, path } = call;
  const name = path.name!;
  let last: KubeObject | undefined;
  const stored = await commit(
    call,
    keyOf(path.namespace, name),
    (current) => {
      if (current === undefined) {
        if (options.create === undefined) throw notFound(resource, name);
        const { object, tracked = false } = options.create();
        return prepareCreate(call, applyDefaults(resource, object), { manager: options.manager, tracked });
      }
      const old = toServed(resource, current.object);
      const next = nextState(call, old, options);
      last = isGone(next) ? next : undefined;
      if (last !== undefined) return undefined;
      return isEqual(next, old) ? keep : next;
    },
    { kind: options.kind },
  );
  // Who takes the last finalizer away sees the object without it, not as it was before.
  return last === undefined ? stored : toStorage(resource, last);
}

/** Every phase of an update before the store. Throws what is against it. */
function nextState(call: Call, old: KubeObject, options: UpdateOptions): KubeObject {
  const { resource, path } = call;
  const subresource = options.subresource ?? path.subresource;
  const sent = options.produce(old);
  if (options.tracked !== true || sent !== old) {
    checkVersion(resource, sent, old, { uid: options.kind === "UpdateOptions" });
  }
  const complete = applyDefaults(resource, withVersion(sent, old));
  const tracked =
    options.tracked === true
      ? complete
      : trackUpdate({
          schema: resource.schema,
          manager: options.manager,
          apiVersion: resource.apiVersion,
          ...(subresource === undefined ? {} : { subresource }),
          resetFields: resetsOf(call, subresource),
          now: call.core.now(),
          before: old,
          after: complete,
        });
  const prepared = prepareForUpdate(call, tracked, old, subresource);
  validateUpdate(call, prepared, old, subresource);
  call.warnings.push(...finalizerWarnings(prepared), ...(resource.strategy.warnings?.(prepared) ?? []));
  return keepTimes(old, canonicalize(resource, prepared));
}

/** The last finalizer of an object that is being deleted takes the object with it. */
function isGone(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || (deletionGracePeriodSeconds ?? 0) > 0) return false;
  const spec = object["spec"] as { readonly finalizers?: readonly string[] } | undefined;
  return object.kind !== "Namespace" || object.apiVersion !== "v1" || (spec?.finalizers ?? []).length === 0;
}

function withVersion(sent: KubeObject, old: KubeObject): KubeObject {
  return { ...sent, metadata: { ...sent.metadata, resourceVersion: old.metadata.resourceVersion! } };
}

function withNamespace(object: KubeObject, namespace: string): KubeObject {
  return { ...object, metadata: { ...object.metadata, namespace } };
}
