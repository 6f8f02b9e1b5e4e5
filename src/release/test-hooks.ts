import { messageOf } from "../base/errors.ts";
import { assertReachable } from "./capabilities.ts";
import { type Milliseconds, observed, type ReleaseContext } from "./context.ts";
import { Draft, storeDraft } from "./draft.ts";
import { ReleaseError, wrapped } from "./errors.ts";
import { startHooks } from "./hooks.ts";
import { leftHooks } from "./interrupted.ts";
import type { RecordedHook, ReleaseRecord } from "./record.ts";
import { releaseNameProblem } from "./release-name.ts";
import { lastRelease } from "./storage/history.ts";
import { createWaiter, type WaitStrategy } from "./wait.ts";

export interface TestOptions {
  readonly name: string;
  readonly timeout?: Milliseconds;
  /** `watcher` or, for the controller, `poller`. */
  readonly waitStrategy?: WaitStrategy;
  /** Names of the hooks to run, and of those not to run. */
  readonly filters?: { readonly include?: readonly string[]; readonly exclude?: readonly string[] };
}

export interface TestResult {
  /** The revision with what became of each test; stored. */
  readonly record: ReleaseRecord;
  /** Why a test failed. */
  readonly failure?: ReleaseError;
  /** Deletes test hooks as their policies say; to be called once their logs were read. */
  readonly finish: () => Promise<void>;
}

const defaultTimeout: Milliseconds = 300_000;

/** Runs the test hooks of the last revision and gives it; throws HookFailed with the record when a test fails. */
export async function test(context: ReleaseContext, options: TestOptions): Promise<ReleaseRecord> {
  const { record, failure, finish } = await startTest(context, options);
  await finish();
  if (failure !== undefined) throw failure;
  return record;
}

/** As `test`, for a caller who wants to read the logs before hooks are deleted. */
export async function startTest(given: ReleaseContext, options: TestOptions): Promise<TestResult> {
  const context = observed(given);
  const { name, timeout = defaultTimeout, filters = {} } = options;
  await assertReachable(context);
  if (releaseNameProblem(name) !== undefined) {
    throw new ReleaseError("InvalidOptions", `releaseTest: Release name is invalid: ${name}`);
  }
  const last = await lastRelease(context.storage, name);
  const { skipped, executing } = selectHooks(last.hooks, filters);
  const waiter = createWaiter(context, options.waitStrategy ?? "watcher");
  try {
    const draft = new Draft({ ...last, hooks: [...skipped, ...executing] });
    const { failure, finish } = await startHooks(context, draft, "test", {
      waiter,
      timeout,
      serverSide: last.apply_method === "ssa",
      left: leftHooks([last]),
      selected: ({ name = "" }) => executing.some((hook) => hook.name === name),
    });
    const done = async (): Promise<void> => {
      await finish();
      await waiter[Symbol.asyncDispose]();
    };
    await store(context, draft, failure);
    const { record } = draft;
    if (failure === undefined) return { record, finish: done };
    return { record, failure: wrapped(failure, messageOf(failure), draft.stored), finish: done };
  } catch (error) {
    await waiter[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Tells the hooks that filters leave out from those that they leave in, each in the record's order. Helm stores them in this order after a
 * test, those left out first.
 */
export function selectHooks(
  hooks: readonly RecordedHook[],
  { include = [], exclude = [] }: NonNullable<TestOptions["filters"]>,
): { readonly skipped: readonly RecordedHook[]; readonly executing: readonly RecordedHook[] } {
  const isExcluded = ({ name = "" }: RecordedHook): boolean => exclude.includes(name);
  const isLeftOut = ({ name = "" }: RecordedHook): boolean => include.length > 0 && !include.includes(name);
  const rest = hooks.filter((hook) => !isExcluded(hook));
  return {
    skipped: [...hooks.filter(isExcluded), ...rest.filter(isLeftOut)],
    executing: rest.filter((hook) => !isLeftOut(hook)),
  };
}

async function store(context: ReleaseContext, draft: Draft, failure: ReleaseError | undefined): Promise<void> {
  if (failure !== undefined) return await storeDraft(context, draft);
  await context.storage.update(draft.record);
  draft.stored = draft.record;
}
