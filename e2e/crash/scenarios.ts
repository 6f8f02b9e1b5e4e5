import {
  install,
  type InstallOptions,
  lastRelease,
  hasCode,
  type ReleaseContext,
  rollback,
  test as testRelease,
  uninstall,
  unlock,
  upgrade,
  type UpgradeOptions,
} from "../../src/release/index.ts";
import { broken, type ChartFiles, first, second, withDefinition, withHooks, withoutWorkload } from "./charts.ts";
import { loadChart, name, type Place } from "./place.ts";

/** Where something happens: what an action works with, and the namespace and group to use. */
export interface Scene {
  readonly context: ReleaseContext;
  readonly place: Pick<Place, "namespace" | "group">;
}

/** An action that a process dies in, and what follows when it is started again. */
export interface Scenario {
  readonly name: string;
  /** What was done before, in peace. */
  readonly before?: (scene: Scene) => Promise<void>;
  readonly action: (scene: Scene) => Promise<unknown>;
  /** The action is meant to fail. */
  readonly fails?: boolean;
  /** What the next process does; what is left then is compared with what the action alone leaves. */
  readonly again: (scene: Scene) => Promise<unknown>;
  /** How many revisions the next process adds at most, as it does after an action that nobody disturbed. */
  readonly adds: number;
  /** Revisions in the middle may be pruned. */
  readonly prunes?: boolean;
  /** How the cluster ends where that is not as the action alone leaves it. */
  readonly likeAction?: (scene: Scene) => Promise<unknown>;
}

type Installed = Partial<Omit<InstallOptions, "chart">>;
type Upgraded = Partial<Omit<UpgradeOptions, "chart">>;

const installing =
  (files: ChartFiles, options: Installed = {}) =>
  async ({ context, place: { namespace } }: Scene): Promise<unknown> =>
    await install(context, { name, namespace, chart: await loadChart(files), values: {}, ...options });

const upgrading =
  (files: ChartFiles, options: Upgraded = {}) =>
  async ({ context }: Scene): Promise<unknown> =>
    await upgrade(context, { name, chart: await loadChart(files), values: {}, ...options });

/** What the next process does to have a chart in place: unlock, end an uninstallation, then upgrade or install. */
const ensuring =
  (files: ChartFiles, options: Upgraded & Installed = {}) =>
  async (scene: Scene): Promise<unknown> => {
    await unlock(scene.context, { name });
    const last = await lastRelease(scene.context.storage, name).catch((error: unknown) => {
      if (hasCode(error, "NotFound")) return undefined;
      throw error;
    });
    if (last?.info.status === "uninstalling") {
      await removing()(scene);
      return await installing(files, options)(scene);
    }
    if (last === undefined) return await installing(files, options)(scene);
    if (last.info.status === "uninstalled") return await installing(files, { ...options, replace: true })(scene);
    return await upgrading(files, options)(scene);
  };

const done =
  (...steps: readonly ((scene: Scene) => Promise<unknown>)[]) =>
  async (scene: Scene): Promise<void> => {
    for (const step of steps) await step(scene);
  };

const failing =
  (step: (scene: Scene) => Promise<unknown>) =>
  async (scene: Scene): Promise<void> => {
    const failure = await step(scene).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) throw new Error("nothing failed");
  };

const removing =
  (options: { readonly keepHistory?: boolean } = {}) =>
  async ({ context }: Scene): Promise<unknown> =>
    await uninstall(context, { name, ignoreNotFound: true, ...options });

const rollingBack = async ({ context }: Scene): Promise<unknown> => await rollback(context, { name, revision: 1 });
const testing = async ({ context }: Scene): Promise<unknown> => await testRelease(context, { name });
const clientSide = { serverSideApply: false } as const;
const hooked = { first: withHooks(first), second: withHooks(second), broken: withHooks(broken) };
// An embedded API without controllers makes no workload ready, and to roll back means to wait.
const quiet = { first: withoutWorkload(first), broken: withoutWorkload(broken) };
const quietHooked = { first: withoutWorkload(hooked.first), broken: withoutWorkload(hooked.broken) };

/** Every action, with what makes its writes differ. */
export const scenarios: readonly Scenario[] = [
  { name: "install", action: installing(first), again: ensuring(first), adds: 1 },
  { name: "install, client-side", action: installing(first, clientSide), again: ensuring(first, clientSide), adds: 1 },
  { name: "install with hooks", action: installing(hooked.first), again: ensuring(hooked.first), adds: 1 },
  {
    name: "install with definitions",
    action: (scene) => installing(withDefinition(first, scene.place.group))(scene),
    again: (scene) => ensuring(withDefinition(first, scene.place.group))(scene),
    adds: 1,
  },
  {
    name: "install over an uninstalled release",
    before: done(installing(second), removing({ keepHistory: true })),
    action: installing(first, { replace: true }),
    again: ensuring(first),
    adds: 1,
  },
  {
    name: "install that fails",
    fails: true,
    action: failing(installing(broken)),
    again: ensuring(second),
    adds: 1,
    likeAction: installing(second),
  },
  {
    name: "install that fails and is undone",
    fails: true,
    action: failing(installing(hooked.broken, { rollbackOnFailure: true, waitStrategy: "watcher" })),
    again: ensuring(hooked.second),
    adds: 1,
    likeAction: installing(hooked.second),
  },
  { name: "upgrade", before: done(installing(first)), action: upgrading(second), again: ensuring(second), adds: 1 },
  {
    name: "upgrade that is given up for the old chart",
    before: done(installing(first)),
    action: upgrading(second),
    again: ensuring(first),
    adds: 1,
    likeAction: upgrading(first),
  },
  {
    name: "upgrade, client-side",
    before: done(installing(first, clientSide)),
    action: upgrading(second),
    again: ensuring(second),
    adds: 1,
  },
  {
    name: "upgrade from client-side to server-side apply",
    before: done(installing(first, clientSide)),
    action: upgrading(second, { serverSideApply: true }),
    again: ensuring(second, { serverSideApply: true }),
    adds: 1,
  },
  {
    name: "upgrade with hooks",
    before: done(installing(hooked.first)),
    action: upgrading(hooked.second),
    again: ensuring(hooked.second),
    adds: 1,
  },
  {
    name: "upgrade with definitions",
    before: (scene) => done(installing(withDefinition(first, scene.place.group)))(scene),
    action: (scene) => upgrading(withDefinition(second, scene.place.group))(scene),
    again: (scene) => ensuring(withDefinition(second, scene.place.group))(scene),
    adds: 1,
  },
  {
    name: "upgrade that prunes the history",
    before: done(installing(first), upgrading(second), upgrading(first)),
    action: upgrading(second, { maxHistory: 2 }),
    again: ensuring(second, { maxHistory: 2 }),
    adds: 1,
    prunes: true,
  },
  {
    name: "upgrade that fails",
    before: done(installing(first)),
    fails: true,
    action: failing(upgrading(broken)),
    again: ensuring(second),
    adds: 1,
    likeAction: upgrading(second),
  },
  {
    name: "upgrade that fails and cleans up",
    before: done(installing(first)),
    fails: true,
    action: failing(upgrading(broken, { cleanupOnFail: true })),
    again: ensuring(second),
    adds: 1,
    likeAction: upgrading(second),
  },
  {
    name: "upgrade that fails and is rolled back",
    before: done(installing(quiet.first)),
    fails: true,
    action: failing(upgrading(quiet.broken, { rollbackOnFailure: true })),
    again: failing(ensuring(quiet.broken, { rollbackOnFailure: true })),
    adds: 2,
  },
  {
    name: "upgrade that fails and is rolled back, client-side with hooks",
    before: done(installing(quietHooked.first, clientSide)),
    fails: true,
    action: failing(upgrading(quietHooked.broken, { rollbackOnFailure: true })),
    again: failing(ensuring(quietHooked.broken, { rollbackOnFailure: true })),
    adds: 2,
  },
  {
    name: "rollback",
    before: done(installing(first), upgrading(second)),
    action: rollingBack,
    again: done(({ context }) => unlock(context, { name }), rollingBack),
    adds: 1,
  },
  {
    name: "rollback, client-side with hooks",
    before: done(installing(hooked.first, clientSide), upgrading(hooked.second)),
    action: rollingBack,
    again: done(({ context }) => unlock(context, { name }), rollingBack),
    adds: 1,
  },
  {
    name: "uninstall",
    before: done(installing(first), upgrading(second)),
    action: removing(),
    again: removing(),
    adds: 0,
  },
  {
    name: "uninstall with hooks",
    before: done(installing(hooked.first), upgrading(hooked.second)),
    action: removing(),
    again: removing(),
    adds: 0,
  },
  {
    name: "uninstall that keeps the history",
    before: done(installing(first), upgrading(second)),
    action: removing({ keepHistory: true }),
    again: async (scene) => {
      const last = await lastRelease(scene.context.storage, name);
      if (last.info.status !== "uninstalled") await removing({ keepHistory: true })(scene);
    },
    adds: 0,
  },
  {
    name: "test, client-side",
    before: done(installing(hooked.first, clientSide)),
    action: testing,
    again: testing,
    adds: 0,
  },
  { name: "test", before: done(installing(hooked.first)), action: testing, again: testing, adds: 0 },
];
