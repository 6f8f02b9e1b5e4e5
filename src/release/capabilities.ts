import { isApiError, type ObjectList } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { isValues, type Value, type Values } from "../base/value.ts";
import type { Capabilities, Lookup } from "../chart/index.ts";
import { abortOption, type ReleaseContext } from "./context.ts";
import { ReleaseError } from "./errors.ts";

/** What the cluster says that it is. Throws Unreachable when it does not answer. */
export async function assertReachable({
  client,
}: Pick<ReleaseContext, "client">): Promise<Capabilities["kubeVersion"]> {
  try {
    const { gitVersion: version, major, minor } = await client.version();
    return { version, major, minor };
  } catch (cause) {
    throw new ReleaseError("Unreachable", `kubernetes cluster unreachable: ${messageOf(cause)}`, { cause });
  }
}

/** What the cluster serves, as `.Capabilities.APIVersions` has it; asked anew, for an action may have added kinds. */
export async function readApiVersions({ client }: Pick<ReleaseContext, "client">): Promise<readonly string[]> {
  try {
    client.refreshDiscovery();
    const versions = new Set<string>();
    for (const { group, version, kind } of await client.resources()) {
      const groupVersion = group === "" ? version : `${group}/${version}`;
      versions.add(groupVersion);
      versions.add(`${groupVersion}/${kind}`);
    }
    return [...versions];
  } catch (cause) {
    throw new ReleaseError("Unreachable", `could not get apiVersions from Kubernetes: ${messageOf(cause)}`, { cause });
  }
}

/** Answers a template's `lookup` from the cluster. */
export function createLookup(context: Pick<ReleaseContext, "client" | "signal">): Lookup {
  const { client } = context;
  return async ({ apiVersion, kind, namespace, name }) => {
    let namespaced: boolean;
    try {
      ({ namespaced } = await client.resource({ apiVersion, kind }));
    } catch (error) {
      if (!isApiError(error, "NoMatch")) throw error;
      if (await servesVersion(context, apiVersion)) return {};
      const text = "the server could not find the requested resource";
      throw new Error(`unable to get apiresource from unstructured: ${apiVersion}, Kind=${kind}: ${text}`, {
        cause: error,
      });
    }
    const where = namespaced && namespace !== "" ? { namespace } : {};
    if (name !== "") {
      const object = await client.tryGet({ apiVersion, kind, name, ...where }, abortOption(context));
      return object === undefined ? {} : asGoNumbers(object);
    }
    const list: ObjectList = await client.list({ apiVersion, kind }, { ...where, ...abortOption(context) });
    return asGoNumbers(list);
  };
}

async function servesVersion({ client }: Pick<ReleaseContext, "client">, apiVersion: string): Promise<boolean> {
  const resources = await client.resources();
  return resources.some(({ group, version }) => (group === "" ? version : `${group}/${version}`) === apiVersion);
}

/** Objects of the API have integers in Go, where values have floats only. */
function asGoNumbers(object: object): Values {
  return convert(object as Value) as Values;
}

function convert(value: Value): Value {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(convert);
  if (!isValues(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
}
