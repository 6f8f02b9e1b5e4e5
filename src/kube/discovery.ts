import { builtinResources, groupOf, isApiError, noMatch, versionOf } from "../api/index.ts";
import { readJson } from "./body.ts";
import type { Send } from "./transport.ts";
import type { ApiResource, Kind } from "./types.ts";

/** What a server serves, asked once and remembered. */
export interface Discovery {
  resource(kind: Kind): Promise<ApiResource>;
  resources(): Promise<readonly ApiResource[]>;
  refresh(): void;
}

/**
 * Discovery that costs nothing for the kinds every cluster has, one request for all others, and is asked again when a
 * kind is not found.
 */
export function createDiscovery(send: Send): Discovery {
  const ask = async (path: string): Promise<Json> =>
    (await send({ method: "GET", path, accept: aggregated, idempotent: true }, (answer) => readJson(answer))) as Json;
  const core = createShelf(() => discoverCore(ask));
  const groups = createShelf(() => discoverGroups(ask));
  return {
    async resource(kind) {
      const key = `${kind.apiVersion}/${kind.kind}`;
      const common = commonResources().get(key);
      if (common !== undefined) return common;
      const shelf = kind.apiVersion.includes("/") ? groups : core;
      const known = shelf.settled();
      const found = (await shelf.get()).get(key) ?? (known ? (await shelf.load()).get(key) : undefined);
      if (found === undefined) throw noMatch(kind);
      return found;
    },
    async resources() {
      const parts = await Promise.all([core.get(), groups.get()]);
      return parts.flatMap((part) => [...part.values()]);
    },
    refresh() {
      core.forget();
      groups.forget();
    },
  };
}

type Resources = ReadonlyMap<string, ApiResource>;

/** Half of what is served: the core group, or all named ones. Whoever asks while it is being read waits for the same answer. */
interface Shelf {
  get(): Promise<Resources>;
  load(): Promise<Resources>;
  settled(): boolean;
  forget(): void;
}

function createShelf(discover: () => Promise<readonly ApiResource[]>): Shelf {
  let known: Promise<Resources> | undefined;
  let settled = false;
  const load = (): Promise<Resources> => {
    settled = false;
    const loading = discover().then((resources) => {
      if (known === loading) settled = true;
      return new Map(resources.map((resource) => [keyOf(resource), resource]));
    });
    loading.catch(() => {
      if (known === loading) known = undefined;
    });
    known = loading;
    return loading;
  };
  return {
    load,
    get: () => known ?? load(),
    settled: () => known !== undefined && settled,
    forget() {
      known = undefined;
    },
  };
}

function keyOf({ group, version, kind }: ApiResource): string {
  return `${group === "" ? version : `${group}/${version}`}/${kind}`;
}

let common: ReadonlyMap<string, ApiResource> | undefined;

/** The stable kinds of Kubernetes itself: no cluster is without them, so nobody needs to be asked. */
function commonResources(): ReadonlyMap<string, ApiResource> {
  common ??= new Map(
    builtinResources
      .filter(({ group, version }) => commonGroups.has(`${group}/${version}`))
      .map((resource) => [keyOf(resource), resource]),
  );
  return common;
}

const commonGroups: ReadonlySet<string> = new Set([
  "/v1",
  "apps/v1",
  "batch/v1",
  "autoscaling/v2",
  "policy/v1",
  "networking.k8s.io/v1",
  "rbac.authorization.k8s.io/v1",
  "storage.k8s.io/v1",
  "scheduling.k8s.io/v1",
  "coordination.k8s.io/v1",
  "apiextensions.k8s.io/v1",
  "admissionregistration.k8s.io/v1",
  "apiregistration.k8s.io/v1",
]);

const aggregated = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

async function discoverCore(ask: Ask): Promise<readonly ApiResource[]> {
  const found = await ask("/api");
  return found["kind"] === "APIGroupDiscoveryList" ? fromAggregated(found) : await fromVersions(found, ask);
}

async function discoverGroups(ask: Ask): Promise<readonly ApiResource[]> {
  const found = await ask("/apis");
  return found["kind"] === "APIGroupDiscoveryList" ? fromAggregated(found) : await fromGroups(found, ask);
}

type Json = Readonly<Record<string, unknown>>;

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((item): item is Json => typeof item === "object" && item !== null) : [];
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function fromAggregated(found: Json): readonly ApiResource[] {
  return list(found["items"]).flatMap((group) => {
    const name = text((group["metadata"] as Json | undefined)?.["name"]);
    return list(group["versions"]).flatMap((version) =>
      list(version["resources"]).map((resource) => ({
        group: name,
        version: text(version["version"]),
        kind: text((resource["responseKind"] as Json | undefined)?.["kind"]),
        plural: text(resource["resource"]),
        namespaced: resource["scope"] === "Namespaced",
        shortNames: strings(resource["shortNames"]),
        categories: strings(resource["categories"]),
        verbs: strings(resource["verbs"]),
      })),
    );
  });
}

type Ask = (path: string) => Promise<Json>;

async function fromVersions(found: Json, ask: Ask): Promise<readonly ApiResource[]> {
  const lists = await Promise.all(
    strings(found["versions"]).map((version) => resourcesAt(`/api/${version}`, version, ask)),
  );
  return lists.flat();
}

async function fromGroups(found: Json, ask: Ask): Promise<readonly ApiResource[]> {
  const versions = list(found["groups"]).flatMap((group) =>
    list(group["versions"]).map((version) => text(version["groupVersion"])),
  );
  const lists = await Promise.all(versions.map((version) => resourcesAt(`/apis/${version}`, version, ask)));
  return lists.flat();
}

/** One group version; an aggregated API whose server is down must not hide the others. */
async function resourcesAt(path: string, apiVersion: string, ask: Ask): Promise<readonly ApiResource[]> {
  const found = await ask(path).catch((error: unknown) => {
    if (isApiError(error)) return undefined;
    throw error;
  });
  return list(found?.["resources"])
    .filter((resource) => !text(resource["name"]).includes("/"))
    .map((resource) => ({
      group: groupOf(apiVersion),
      version: versionOf(apiVersion),
      kind: text(resource["kind"]),
      plural: text(resource["name"]),
      namespaced: resource["namespaced"] === true,
      shortNames: strings(resource["shortNames"]),
      categories: strings(resource["categories"]),
      verbs: strings(resource["verbs"]),
    }));
}
