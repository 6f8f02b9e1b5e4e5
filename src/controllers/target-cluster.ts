import { createHash } from "node:crypto";
import type { KubeObject } from "../api/index.ts";
import { type Client, createWatchCache, type WatchCache } from "../kube/index.ts";
import { type Connection, connectTo } from "../kube/node/index.ts";
import type { Concealer } from "./concealment.ts";
import type { Context } from "./runtime/index.ts";
import { readConnection } from "./target-connection.ts";
import { TargetError, type TargetOptions, type TargetSpec } from "./target-spec.ts";

export { TargetError, type TargetOptions, type TargetSpec } from "./target-spec.ts";

/** The context in which a spec's own objects are read and written. Disposing gives its cluster back. */
export interface Acting extends Disposable {
  readonly context: Context;
  /** The service account of the controllers' own cluster that is acted as; empty when it is the controller itself. */
  readonly serviceAccount: string;
}

export interface TargetClusters {
  /** Throws TargetError with Flux's text. */
  enter(owner: KubeObject, spec: TargetSpec, context: Context, concealer: Concealer): Promise<Acting>;
}

interface Opened extends Disposable {
  readonly client: Client;
  readonly cache: WatchCache;
}

const mostIdle = 16;

/** Opens the clusters that specs name, each once for all who name it in the same way; those that nobody uses are closed in time. */
export function createTargetClusters(options: TargetOptions): TargetClusters {
  const pool = createPool();
  return {
    async enter(owner, spec, context, concealer) {
      const { namespace = "" } = owner.metadata;
      const { kubeConfig } = spec;
      if (kubeConfig === undefined) {
        const account = spec.serviceAccountName ?? options.defaultServiceAccount ?? "";
        if (account === "") return { context, serviceAccount: "", [Symbol.dispose]: () => {} };
        const { clientAs } = options;
        if (clientAs === undefined)
          throw new TargetError("Unusable", "cannot act as a service account: impersonation is not set up");
        const user = userOf(namespace, account);
        const lent = pool.lend(context, `as ${user}`, () => withCache(clientAs(user)));
        return { ...lent, serviceAccount: account };
      }
      const connection = await readConnection(owner, kubeConfig, context, options);
      concealer.addTexts(await credentialsOf(connection));
      const account = spec.serviceAccountName ?? options.defaultServiceAccount ?? "";
      const impersonate = account === "" ? {} : { impersonate: { user: userOf(namespace, account) } };
      const lent = pool.lend(context, digestOf([connection, impersonate]), () => {
        const guard = options.guard === undefined ? {} : { guard: options.guard };
        const connected = connectTo(connection, { userAgent: "coxswain", ...impersonate, ...guard });
        return withCache(connected.client, connected);
      });
      return { ...lent, serviceAccount: "" };
    },
  };
}

async function credentialsOf({ auth, tls }: Connection): Promise<readonly string[]> {
  const texts: string[] = [];
  for (const one of [tls.key, auth.kind === "token" ? auth.token : undefined])
    if (one !== undefined && !("file" in one)) texts.push("text" in one ? one.text : await one.ask());
  return auth.kind === "basic" ? [...texts, auth.password] : texts;
}

function userOf(namespace: string, account: string): string {
  return `system:serviceaccount:${namespace}:${account}`;
}

function withCache(client: Client, connection?: Disposable): Opened {
  const cache = createWatchCache({ client });
  return {
    client,
    cache,
    [Symbol.dispose]: () => {
      void Promise.resolve(cache[Symbol.asyncDispose]()).finally(() => connection?.[Symbol.dispose]());
    },
  };
}

function createPool() {
  const opened = new Map<string, { readonly cluster: Opened; users: number }>();
  const watched = new WeakSet<AbortSignal>();
  const sweep = (most: number): void => {
    let idle = [...opened.values()].filter(({ users }) => users === 0).length;
    for (const [key, { cluster, users }] of opened) {
      if (idle <= most) return;
      if (users > 0) continue;
      opened.delete(key);
      cluster[Symbol.dispose]();
      idle -= 1;
    }
  };
  return {
    lend(context: Context, key: string, open: () => Opened): { readonly context: Context } & Disposable {
      const { signal } = context;
      if (!watched.has(signal)) signal.addEventListener("abort", () => sweep(0), { once: true });
      watched.add(signal);
      const entry = opened.get(key) ?? { cluster: open(), users: 0 };
      // The last used stands last: the first to go is the one that was idle for longest.
      opened.delete(key);
      opened.set(key, entry);
      entry.users += 1;
      const { client, cache } = entry.cluster;
      return {
        context: { ...context, client, cache },
        [Symbol.dispose]: () => {
          entry.users -= 1;
          sweep(signal.aborted ? 0 : mostIdle);
        },
      };
    },
  };
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
