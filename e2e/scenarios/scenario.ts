import { isDeepStrictEqual } from "node:util";
import { type HelmRelease, isApiError, type KubeObject } from "../../src/api/index.ts";
import { decodeRecord, type ReleaseRecord } from "../../src/release/index.ts";
import type { Client } from "../../src/kube/index.ts";
import type { ChartFolder } from "./chart-folder.ts";
import { look, type Seen } from "./look.ts";

/** Where a scenario plays: a cluster whose controllers are Flux's or ours, and what serves charts. */
export interface Stage extends Pick<ChartFolder, "repositoryUrl" | "publish" | "push"> {
  readonly client: Client;
  readonly namespace: string;
  /** A kubeconfig that leads to this cluster from where the controllers run. */
  readonly kubeconfig: string;
  /** Runs a command of helm in the namespace of the scenario. */
  readonly helm: (...line: readonly string[]) => Promise<void>;
  /** Milliseconds that a step may take. */
  readonly patience: number;
  /** What should be seen at the marks: on a busy machine it may come a moment after what a step waits for. */
  readonly wanted?: readonly Seen[];
}

/** What a person would do, one thing after another; `mark` keeps what can be seen then. */
export interface Scenario {
  readonly name: string;
  /** Flags that the controllers must run with; scenarios without any play beside each other. */
  readonly flags?: readonly string[];
  /** The failed attempts are repeated without end: how many there were when somebody looked is a matter of chance. */
  readonly repeats?: boolean;
  readonly play: (actor: Actor) => Promise<void>;
}

export interface Actor extends Omit<Stage, "patience" | "wanted"> {
  /** A namespace that does not exist until something makes it. */
  readonly otherNamespace: string;
  readonly create: (
    object: Omit<KubeObject, "metadata"> & {
      readonly metadata: { readonly name: string } & Readonly<Record<string, unknown>>;
    },
  ) => Promise<void>;
  readonly patch: (
    apiVersion: string,
    kind: string,
    name: string,
    patch: unknown,
    options?: { readonly subresource: "status" },
  ) => Promise<void>;
  readonly remove: (apiVersion: string, kind: string, name: string) => Promise<void>;
  readonly until: (what: string, holds: (release: HelmRelease) => boolean, name?: string) => Promise<void>;
  readonly untilThere: (
    apiVersion: string,
    kind: string,
    name: string,
    holds?: (object: KubeObject) => boolean,
  ) => Promise<void>;
  readonly untilGone: (apiVersion: string, kind: string, name: string) => Promise<void>;
  readonly records: () => Promise<readonly ReleaseRecord[]>;
  readonly mark: (name: string) => Promise<void>;
}

export const helmRelease = { apiVersion: "helm.toolkit.fluxcd.io/v2", kind: "HelmRelease" } as const;
export const releaseName = "web";

/** Plays a scenario and returns what was seen. The namespace must be new. */
export async function playScenario(scenario: Scenario, stage: Stage): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  const { client, namespace, patience } = stage;
  await client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  const get = (name = releaseName): Promise<HelmRelease | undefined> =>
    client.tryGet<HelmRelease>({ ...helmRelease, namespace, name });
  // A kind that the scenario defines may not be served yet.
  const exists: (...what: Parameters<Actor["untilThere"]>) => Promise<boolean> = async (
    apiVersion,
    kind,
    name,
    holds = () => true,
  ) => {
    try {
      const object = await client.tryGet({ apiVersion, kind, namespace, name });
      return object !== undefined && holds(object);
    } catch (error) {
      if (!isApiError(error, "NoMatch", "NotFound")) throw error;
      client.refreshDiscovery();
      return false;
    }
  };
  const poll = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const until = performance.now() + patience;
    while (!(await holds())) {
      if (performance.now() > until)
        throw new Error(
          `${scenario.name}: waited in vain for ${what}: ${JSON.stringify((await get())?.status, undefined, 1)}`,
        );
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const records = async (): Promise<readonly ReleaseRecord[]> => {
    const { items } = await client.list({ apiVersion: "v1", kind: "Secret" }, { labelSelector: "owner=helm" });
    const texts = items
      .filter((secret) => [namespace, `${namespace}-other`].includes(secret.metadata.namespace ?? ""))
      .map((secret) => atob((secret.data as { readonly release: string }).release));
    return texts
      .map(tryDecode)
      .filter((record) => record !== undefined)
      .toSorted((a, b) => a.version - b.version || (a.name < b.name ? -1 : 1));
  };
  const lookAt = async (mark: string): Promise<Seen> => {
    const looked = await look(mark, stage, await get(), await records());
    const { failures = 0 } = looked.counters;
    const counters = { ...looked.counters, failures: Math.min(failures, 1) };
    // As a recording has it.
    return JSON.parse(JSON.stringify(scenario.repeats === true ? { ...looked, counters } : looked)) as Seen;
  };
  await scenario.play({
    ...stage,
    otherNamespace: `${namespace}-other`,
    create: async (object) =>
      void (await client.create({ ...object, metadata: { namespace, ...object.metadata } } as KubeObject)),
    patch: async (apiVersion, kind, name, patch, options) =>
      void (await client.patch({ apiVersion, kind, namespace, name }, patch, {
        type: "merge",
        fieldManager: "person",
        ...options,
      })),
    remove: (apiVersion, kind, name) => client.delete({ apiVersion, kind, namespace, name }),
    until: (what, holds, name) =>
      poll(what, async () => {
        const release = await get(name);
        return release !== undefined && holds(release);
      }),
    untilGone: (apiVersion, kind, name) =>
      poll(`${kind} ${name} to be gone`, async () => !(await exists(apiVersion, kind, name))),
    untilThere: (...what) => poll(what.slice(0, 3).join(" "), () => exists(...what)),
    records,
    mark: async (name) => {
      // Events are written a moment after what they tell of.
      for (let known = -1; ; ) {
        await new Promise((resolve) => setTimeout(resolve, 400));
        const { items } = await client.list({ apiVersion: "v1", kind: "Event" }, { namespace });
        if (items.length === known) break;
        known = items.length;
      }
      const wanted = stage.wanted?.[seen.length];
      let found = await lookAt(name);
      for (let turn = 0; turn < 20; turn += 1) {
        if (wanted === undefined || isDeepStrictEqual(found, wanted)) break;
        await new Promise((resolve) => setTimeout(resolve, 250));
        found = await lookAt(name);
      }
      seen.push(found);
    },
  });
  return seen;
}

/** A record that a scenario made unreadable is not shown. */
function tryDecode(text: string): ReleaseRecord | undefined {
  try {
    return decodeRecord(text);
  } catch {
    return undefined;
  }
}
