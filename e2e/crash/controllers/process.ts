import { join } from "node:path";
import { allControllers, runControllers } from "../../../src/controllers/index.ts";
import { createClient, createWatchCache } from "../../../src/kube/index.ts";
import { openArtifactStore, serveArtifacts } from "../../../src/sources/index.ts";
import { type CrashPoint, createCrashingFetch } from "../crashing-fetch.ts";
import type { Ground } from "./ground.ts";

/** Controllers that begin with nothing but what is in the cluster and in the folder of artifacts. */
export interface Process {
  /** Resolves when it has died at its point. */
  readonly crashed: Promise<void>;
  /** How many writes it asked for. */
  readonly writes: () => number;
  /** Ends it well, or leaves it to its death: what it waits for never comes. */
  readonly stop: () => Promise<void>;
}

export type StartProcess = (ground: Ground, point?: CrashPoint) => Promise<Process>;

/** Controllers in this process: dead, they send nothing and get no answer any more, which is all that a cluster sees of a death. */
export const startInProcess: StartProcess = async (ground, point) => {
  const { server, folder, namespace } = ground;
  const crashing = createCrashingFetch(ground.fetch, point);
  const client = createClient({ server, fetch: crashing.fetch });
  const cache = createWatchCache({ client });
  const store = await openArtifactStore({ root: join(folder, "artifacts") });
  const artifacts = await serveArtifacts(store);
  // A process that dies while it starts never gets further than this.
  const starting = runControllers({
    client,
    cache,
    controllers: allControllers({ store, requeueDependency: 3_600_000 }),
    log: { info: () => {}, error: () => {} },
    now: () => new Date(),
    minimumRetryDelay: 50,
    namespace,
  });
  let isDead = false;
  void crashing.crashed.then(() => (isDead = true));
  starting.catch(() => {});
  return {
    crashed: crashing.crashed,
    writes: crashing.writes,
    async stop() {
      if (isDead) {
        starting.then((controllers) => controllers.stop()).catch(() => {});
        void cache[Symbol.asyncDispose]();
        void artifacts.close();
        return;
      }
      await (await starting).stop();
      await cache[Symbol.asyncDispose]();
      await artifacts.close();
    },
  };
};
