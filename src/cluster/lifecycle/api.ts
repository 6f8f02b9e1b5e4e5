import { ApiError, type KubeObject, type Status } from "../../api/index.ts";
import type { Resource } from "../registry/resource.ts";
import type { Registry } from "../registry/registry.ts";

/** The programs of a control plane that write; each is a manager of fields of its own. */
export type Component = "kube-controller-manager" | "kube-scheduler" | "kubelet";

/** Writes through the API server's door, so that controllers are held to the same rules as everybody else. */
export interface Api {
  create<T extends KubeObject>(object: KubeObject): Promise<T>;
  /** Replaces an object; throws Conflict when it is not the version that the caller has seen. */
  update<T extends KubeObject>(object: T): Promise<T>;
  updateStatus<T extends KubeObject>(object: T): Promise<T>;
  /** Deletes an object as it was seen. One that is gone already is no error. */
  remove(object: KubeObject, options?: RemoveOptions): Promise<void>;
}

export interface RemoveOptions {
  readonly propagation?: "Background" | "Foreground" | "Orphan";
  readonly gracePeriodSeconds?: number;
}

export function createApi(
  fetch: (request: Request) => Promise<Response>,
  registry: Registry,
  component: Component,
): Api {
  const send = async (method: string, object: KubeObject, subresource: string, body: unknown): Promise<unknown> => {
    const url = `http://cluster${pathOf(resourceOf(registry, object), object, method)}${subresource}`;
    const request = new Request(`${url}?fieldManager=${component}`, {
      method,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify(body),
    });
    const response = await fetch(request);
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiError(answer as Status);
    return answer;
  };
  return {
    create: async (object) => (await send("POST", object, "", object)) as never,
    update: async (object) => (await send("PUT", object, "", object)) as never,
    updateStatus: async (object) => (await send("PUT", object, "/status", object)) as never,
    async remove(object, { propagation, gracePeriodSeconds } = {}) {
      const { uid } = object.metadata;
      try {
        await send("DELETE", object, "", {
          apiVersion: "v1",
          kind: "DeleteOptions",
          ...(propagation === undefined ? {} : { propagationPolicy: propagation }),
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
          ...(uid === undefined ? {} : { preconditions: { uid } }),
        });
      } catch (thrown) {
        if (!(thrown instanceof ApiError && thrown.code === "NotFound")) throw thrown;
      }
    },
  };
}

/** Where objects of a kind are served. Throws NotFound's like for a kind that is not. */
export function resourceOf(
  registry: Registry,
  { apiVersion, kind }: Pick<KubeObject, "apiVersion" | "kind">,
): Resource {
  const found = registry
    .resources()
    .find((resource) => resource.apiVersion === apiVersion && resource.kind === kind && !resource.plural.includes("/"));
  if (found === undefined) throw new Error(`cannot write ${kind}: ${apiVersion} does not serve it`);
  return found;
}

function pathOf({ apiVersion, plural, namespaced }: Resource, { metadata }: KubeObject, method: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const namespace = namespaced ? `/namespaces/${encodeURIComponent(metadata.namespace ?? "default")}` : "";
  const name = method === "POST" ? "" : `/${encodeURIComponent(metadata.name ?? "")}`;
  return `${root}${namespace}/${plural}${name}`;
}
