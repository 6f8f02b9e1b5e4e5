import { ApiError, type KubeObject } from "../../api/index.ts";
import type { Registry } from "../registry/registry.ts";
import type { Store } from "../store/types.ts";
import type { Api, Component } from "./api.ts";
import type { Dependents } from "./dependents.ts";
import type { EventRecorder } from "./events.ts";
import type { Pace } from "./pace.ts";

/** What a controller works with: reads come from the store, writes go through the API. */
export interface Context {
  readonly store: Store;
  readonly dependents: Dependents;
  readonly registry: Registry;
  readonly api: (component: Component) => Api;
  readonly events: (source: string) => EventRecorder;
  readonly now: () => Date;
  readonly pace: Pace;
}

/** Brings one object closer to what is asked. Answers when to look again, in milliseconds, if nothing changes before. */
export interface Controller {
  readonly name: string;
  readonly watches: readonly Watch[];
  readonly reconcile: (key: string, context: Context) => Promise<number | undefined>;
}

/** Which keys of a controller a change of an object concerns. */
export interface Watch {
  readonly bucket: string;
  readonly keys: (object: KubeObject, store: Store) => readonly string[];
}

export type SetTimer = (milliseconds: number, run: () => void) => () => void;

export interface Runtime {
  /** Watches one more bucket for a controller that is running. */
  watch(controller: Controller, watch: Watch): void;
  wake(controller: Controller, key: string): void;
  /** Resolves when nothing is to be done before the next timer. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

export interface RuntimeOptions {
  readonly context: Context;
  readonly controllers: readonly Controller[];
  readonly setTimer: SetTimer;
  /** Told of what a controller did not expect; it tries again by itself. */
  readonly report: (message: string) => void;
}

interface Task {
  readonly controller: Controller;
  readonly key: string;
  isRunning: boolean;
  isDirty: boolean;
  failures: number;
  cancel: (() => void) | undefined;
}

const width = 16;

/** Runs controllers: one run for a key at a time, `width` keys at once, and nothing between a change and the next. */
export function startRuntime({ context, controllers, setTimer, report }: RuntimeOptions): Runtime {
  const tasks = new Map<Controller, Map<string, Task>>(controllers.map((controller) => [controller, new Map()]));
  const queue: Task[] = [];
  const endings: (() => void)[] = [];
  let waiting: (() => void)[] = [];
  let running = 0;
  let isStopped = false;

  const wake = (controller: Controller, key: string): void => {
    if (isStopped) return;
    const known = tasks.get(controller)!;
    let task = known.get(key);
    if (task === undefined) {
      task = { controller, key, isRunning: false, isDirty: false, failures: 0, cancel: undefined };
      known.set(key, task);
    }
    if (task.isDirty) return;
    task.isDirty = true;
    if (!task.isRunning) push(task);
  };

  const push = (task: Task): void => {
    queue.push(task);
    // Deferred, so that a burst of changes is one run.
    queueMicrotask(drain);
  };

  const drain = (): void => {
    if (isStopped) return;
    while (running < width) {
      const task = queue.shift();
      if (task === undefined) break;
      running += 1;
      void run(task).finally(() => {
        running -= 1;
        drain();
        if (running === 0 && (queue.length === 0 || isStopped)) {
          for (const resolve of waiting) resolve();
          waiting = [];
        }
      });
    }
  };

  const run = async (task: Task): Promise<void> => {
    const { controller, key } = task;
    task.isRunning = true;
    task.isDirty = false;
    task.cancel?.();
    task.cancel = undefined;
    let again: number | undefined;
    try {
      again = await controller.reconcile(key, context);
      task.failures = 0;
    } catch (thrown) {
      task.failures += 1;
      again = Math.min(5000, 5 * 2 ** task.failures);
      if (!isExpected(thrown)) report(`${controller.name} ${key}: ${String(thrown)}`);
    }
    task.isRunning = false;
    if (isStopped) return;
    if (task.isDirty) push(task);
    else if (again !== undefined) task.cancel = setTimer(again, () => wake(controller, key));
    else tasks.get(controller)!.delete(key);
  };

  const watch = (controller: Controller, { bucket, keys }: Watch): void => {
    const { store } = context;
    const { items, revision } = store.list(bucket);
    for (const { object } of items) for (const key of keys(object, store)) wake(controller, key);
    endings.push(
      store.watch(bucket, revision, ({ object, previous }) => {
        for (const key of keys(object, store)) wake(controller, key);
        // A change can also concern who an object belonged to before.
        if (previous !== undefined) for (const key of keys(previous.object, store)) wake(controller, key);
      }),
    );
  };

  for (const controller of controllers) for (const each of controller.watches) watch(controller, each);

  const quiet = (): Promise<void> => {
    if (running === 0 && queue.length === 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    return promise;
  };

  return {
    watch,
    wake,
    quiet,
    async stop() {
      isStopped = true;
      for (const end of endings) end();
      for (const known of tasks.values()) for (const task of known.values()) task.cancel?.();
      queue.length = 0;
      if (running > 0) await quiet();
    },
  };
}

/** Another writer was first, or the object is gone: the next run sees it. */
function isExpected(thrown: unknown): boolean {
  if (!(thrown instanceof ApiError)) return false;
  if (["Conflict", "NotFound", "AlreadyExists"].includes(thrown.code)) return true;
  // A namespace that goes takes nothing new.
  return thrown.status.details?.causes?.some(({ reason }) => reason === "NamespaceTerminating") ?? false;
}
