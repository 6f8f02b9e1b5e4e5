import { alreadyExists, badRequest, type KubeObject, notFound } from "../../api/index.ts";
import { readBody } from "../http/body.ts";
import { type Call, keyOf } from "../http/call.ts";
import { respondObject } from "../http/respond.ts";
import { forbiddenBecause, generatedNameTaken } from "../http/refusals.ts";
import { Refusal } from "../errors.ts";
import { trackUpdate } from "../managed-fields/index.ts";
import { canonicalize } from "../write/canonical.ts";
import { commit } from "../write/commit.ts";
import { decodeObject } from "../write/decode.ts";
import { managerOf, resetsOf } from "../write/manager.ts";
import { finalizerWarnings } from "../write/metadata.ts";
import { applyDefaults, prepareForCreate, validateCreate, withGeneratedName } from "../write/phases.ts";

/** POST to a collection. */
export async function createObject(call: Call): Promise<Response> {
  const sent = decodeObject(call, await readBody(call.request));
  const { namespace } = sent.metadata;
  if (call.resource.namespaced && namespace !== undefined && namespace !== "" && namespace !== call.path.namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  const manager = managerOf(call, "CreateOptions");
  return respondObject(call, await create(call, sent, { manager }), 201);
}

// names: a generated name that is taken is generated again this often.
const attempts = 8;

/** Runs the phases of a create and stores the object. `sent` is in the version of the call. Returns it as stored. */
export async function create(
  call: Call,
  sent: KubeObject,
  options: {
    readonly manager: string;
    readonly kind?: string;
    /** Set by server-side apply, which has written managedFields itself. */
    readonly tracked?: boolean;
  },
): Promise<KubeObject> {
  const { resource } = call;
  const { kind = "CreateOptions" } = options;
  const complete = applyDefaults(resource, sent);
  const isGenerated = (complete.metadata.name ?? "") === "" && (complete.metadata.generateName ?? "") !== "";
  for (let attempt = 1; ; attempt += 1) {
    const object = prepareCreate(call, complete, options);
    const name = object.metadata.name ?? "";
    try {
      return await commit(
        call,
        keyOf(resource.namespaced ? call.path.namespace : undefined, name),
        (current) => {
          if (current === undefined) return object;
          throw taken(call, current.object);
        },
        { kind },
      );
    } catch (thrown) {
      const isTaken = thrown instanceof Refusal && thrown.code === "AlreadyExists";
      if (!isTaken || !isGenerated) throw thrown;
      if (attempt === attempts) throw generatedNameTaken(resource, name);
    }
  }
}

/** Every phase of a create before the store. Throws what is against it. */
export function prepareCreate(
  call: Call,
  complete: KubeObject,
  options: { readonly manager: string; readonly tracked?: boolean },
): KubeObject {
  const { resource } = call;
  const tracked =
    options.tracked === true
      ? complete
      : trackUpdate({
          schema: resource.schema,
          manager: options.manager,
          apiVersion: resource.apiVersion,
          resetFields: resetsOf(call),
          now: call.core.now(),
          before: undefined,
          after: complete,
        });
  admitNamespace(call, tracked);
  const object = withGeneratedName(prepareForCreate(call, tracked));
  validateCreate(call, object);
  call.warnings.push(...finalizerWarnings(object), ...(resource.strategy.warnings?.(object) ?? []));
  return canonicalize(resource, object);
}

function taken(call: Call, existing: KubeObject): Refusal {
  const refusal = alreadyExists(call.resource, existing.metadata.name ?? "");
  if (existing.metadata.deletionTimestamp === undefined) return refusal;
  return new Refusal({ ...refusal.status, message: `object is being deleted: ${refusal.message}` });
}

/** Admission plugin NamespaceLifecycle: content needs a namespace that is there and stays. */
function admitNamespace(call: Call, object: KubeObject): void {
  const { resource, path, core } = call;
  if (!resource.namespaced || path.namespace === undefined) return;
  const stored = core.store.get("/namespaces", path.namespace);
  if (stored === undefined) throw notFound({ group: "", plural: "namespaces" }, path.namespace);
  const { deletionTimestamp } = stored.object.metadata;
  const phase = (stored.object["status"] as { readonly phase?: string } | undefined)?.phase;
  if (deletionTimestamp === undefined && phase !== "Terminating") return;
  throw forbiddenBecause(
    resource,
    object.metadata.name ?? "",
    `unable to create new content in namespace ${path.namespace} because it is being terminated`,
    [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${path.namespace} is being terminated`,
        field: "metadata.namespace",
      },
    ],
  );
}
