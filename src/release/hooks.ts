import { messageOf } from "../base/errors.ts";
import { compareBytes, isValues } from "../base/value.ts";
import { parseYaml } from "../base/yaml/index.ts";
import type { HookEvent } from "../chart/index.ts";
import { createObjects, deleteObjects } from "./apply.ts";
import { abortOption, busily, type Milliseconds, type ReleaseContext } from "./context.ts";
import { type Draft, storeDraft } from "./draft.ts";
import { ReleaseError } from "./errors.ts";
import { hookKey } from "./interrupted.ts";
import { buildFormerObjects, buildObjects, type ReleaseObject } from "./objects.ts";
import { type HookExecution, type RecordedHook, timestamp } from "./record.ts";
import type { Waiter } from "./wait.ts";
import { reasonsOf, withoutSecrets } from "./why.ts";

export interface HookOptions {
  readonly waiter: Waiter;
  readonly timeout: Milliseconds;
  readonly serverSide: boolean;
  /** Hook objects that a process left when it died: they are deleted before they are created again, whatever their policies say. */
  readonly left?: ReadonlySet<string>;
  /** Leaves the others of the event out. */
  readonly selected?: (hook: RecordedHook) => boolean;
}

/** What is left to do after hooks ran: their deletion, which a caller may put off until it has read their logs. */
export interface HookRun {
  /** Why the first hook that failed did so. */
  readonly failure?: ReleaseError;
  /** Deletes what the policies ask for. Throws the failure of a deletion. */
  readonly finish: () => Promise<void>;
}

/**
 * Runs the hooks of an event one after the other, and deletes them as their policies say. Throws HookFailed for the first that fails; the draft
 * says what became of each.
 */
export async function runHooks(
  context: ReleaseContext,
  draft: Draft,
  event: HookEvent,
  options: HookOptions,
): Promise<void> {
  const { failure, finish } = await startHooks(context, draft, event, options);
  await finish();
  if (failure !== undefined) throw failure;
}

/** As `runHooks`, but the deletion is the caller's to ask for. */
export async function startHooks(
  context: ReleaseContext,
  draft: Draft,
  event: HookEvent,
  options: HookOptions,
): Promise<HookRun> {
  const { selected = () => true } = options;
  const indices = hookOrder(draft.record.hooks, event).filter((index) => selected(hookAt(draft, index)));
  for (const [position, index] of indices.entries()) {
    const before = indices.slice(0, position);
    const failure = await runHook(context, draft, { index, event }, options);
    if (failure === undefined) continue;
    // Helm deletes nothing when the hook could not even be created.
    if (!failure.ran) return { failure: failure.error, finish: async () => undefined };
    return { failure: failure.error, finish: () => finishFailed(context, draft, { index, before }, options) };
  }
  return { finish: () => finishSucceeded(context, draft, indices, options) };
}

/** Where the hooks of an event are in the record, in the order in which they run: by weight, then by name. */
export function hookOrder(hooks: readonly RecordedHook[], event: HookEvent): readonly number[] {
  return hooks
    .flatMap((hook, index) => (hook.events.includes(event) ? [{ hook, index }] : []))
    .toSorted(
      (a, b) => (a.hook.weight ?? 0) - (b.hook.weight ?? 0) || compareBytes(a.hook.name ?? "", b.hook.name ?? ""),
    )
    .map(({ index }) => index);
}

interface HookFailure {
  readonly error: ReleaseError;
  readonly ran: boolean;
}

async function runHook(
  context: ReleaseContext,
  draft: Draft,
  { index, event }: { readonly index: number; readonly event: HookEvent },
  options: HookOptions,
): Promise<HookFailure | undefined> {
  const hook = hookAt(draft, index);
  // Helm writes the default into the record once the hook runs.
  if (hook.delete_policies.length === 0) draft.changeHook(index, { delete_policies: ["before-hook-creation"] });
  const { manifest = "", path = "" } = hook;
  try {
    if (options.left?.has(hookKey(hook)) === true) await deleteHook(context, draft, index, options);
    else await deleteByPolicy(context, draft, { index, policy: "before-hook-creation" }, options);
  } catch (error) {
    return { error: hookFailed(messageOf(error), error), ran: false };
  }
  let objects: readonly ReleaseObject[];
  try {
    objects = await buildObjects({ client: context.client, manifest, namespace: draft.record.namespace });
  } catch (error) {
    const text = `unable to build kubernetes object for ${event} hook ${path}: ${messageOf(error)}`;
    return { error: hookFailed(text, error), ran: false };
  }
  const started: HookExecution = { started_at: timestamp(context.now()), phase: "Running" };
  draft.changeHook(index, { last_run: started });
  await storeDraft(context, draft);
  const end = (phase: "Succeeded" | "Failed"): void =>
    draft.changeHook(index, { last_run: { ...started, completed_at: timestamp(context.now()), phase } });
  try {
    objects = await busily(context, () => createObjects(context, objects, { serverSide: options.serverSide }));
  } catch (error) {
    end("Failed");
    return { error: hookFailed(`warning: Hook ${event} ${path} failed: ${messageOf(error)}`, error), ran: false };
  }
  try {
    await options.waiter.untilHooksComplete(objects, options.timeout);
  } catch (error) {
    end("Failed");
    await outputLogs(context, draft, { index, policy: "hook-failed" });
    return { error: await withoutReleaseSecrets(context, draft, hookFailed(messageOf(error), error)), ran: true };
  }
  end("Succeeded");
  return undefined;
}

async function finishFailed(
  context: ReleaseContext,
  draft: Draft,
  { index, before }: { readonly index: number; readonly before: readonly number[] },
  options: HookOptions,
): Promise<void> {
  try {
    await deleteByPolicy(context, draft, { index, policy: "hook-failed" }, options);
  } catch (error) {
    const message = `error deleting the hook resource on hook failure: ${messageOf(error)}`;
    context.log?.({ level: "ERROR", message });
  }
  for (const earlier of before)
    await deleteByPolicy(context, draft, { index: earlier, policy: "hook-succeeded" }, options);
}

async function finishSucceeded(
  context: ReleaseContext,
  draft: Draft,
  indices: readonly number[],
  options: HookOptions,
): Promise<void> {
  for (const index of indices.toReversed()) {
    await outputLogs(context, draft, { index, policy: "hook-succeeded" });
    await deleteByPolicy(context, draft, { index, policy: "hook-succeeded" }, options);
  }
}

type DeletePolicy = "before-hook-creation" | "hook-succeeded" | "hook-failed";

async function deleteByPolicy(
  context: ReleaseContext,
  draft: Draft,
  { index, policy }: { readonly index: number; readonly policy: DeletePolicy },
  options: HookOptions,
): Promise<void> {
  const hook = hookAt(draft, index);
  if (hook.delete_policies.includes(policy)) await deleteHook(context, draft, index, options);
}

async function deleteHook(context: ReleaseContext, draft: Draft, index: number, options: HookOptions): Promise<void> {
  const hook = hookAt(draft, index);
  // Helm: deleting a definition would delete everything that is defined by it.
  if (hook.kind === "CustomResourceDefinition") return;
  const { manifest = "", path = "" } = hook;
  let objects: readonly ReleaseObject[];
  try {
    objects = await buildObjects({ client: context.client, manifest, namespace: draft.record.namespace });
  } catch (error) {
    throw hookFailed(`unable to build kubernetes object for deleting hook ${path}: ${messageOf(error)}`, error);
  }
  const failures = await busily(context, () => deleteObjects(context, objects, { propagation: "Background" }));
  if (failures.length > 0) throw hookFailed(failures.map(messageOf).join("; "), failures[0]);
  await options.waiter.untilGone(objects, options.timeout);
}

async function outputLogs(
  context: ReleaseContext,
  draft: Draft,
  { index, policy }: { readonly index: number; readonly policy: "hook-succeeded" | "hook-failed" },
): Promise<void> {
  const hook = hookAt(draft, index);
  const { onHookLogs } = context;
  if (onHookLogs === undefined || !hook.output_log_policies.includes(policy)) return;
  const { name = "", kind } = hook;
  if (kind !== "Job" && kind !== "Pod") return;
  try {
    const namespace = namespaceOf(hook) ?? draft.record.namespace;
    const selector =
      kind === "Job" ? { labelSelector: `job-name=${name}` } : { fieldSelector: `metadata.name=${name}` };
    const pods = await context.client.list(
      { apiVersion: "v1", kind: "Pod" },
      { namespace, ...selector, ...abortOption(context) },
    );
    for (const pod of pods.items) {
      const podName = pod.metadata.name ?? "";
      for (const container of containerNames(pod)) {
        const options = { container, limitBytes: logLimit, ...abortOption(context) };
        const text = await context.client.logs({ namespace, name: podName }, options).catch((cause: unknown) => {
          const message = `failed to stream pod logs for pod: ${podName}, container: ${container}`;
          throw new ReleaseError("HookFailed", message, { cause });
        });
        onHookLogs({ namespace, pod: podName, container, text });
      }
    }
  } catch (error) {
    context.log?.({ level: "INFO", message: `error outputting logs for hook failure: ${messageOf(error)}` });
  }
}

const logLimit = 1024 * 1024;

function containerNames(pod: { readonly [field: string]: unknown }): readonly string[] {
  const spec = pod.spec;
  if (!isValues(spec) || !Array.isArray(spec.containers)) return [];
  return spec.containers.flatMap((container) =>
    isValues(container) && typeof container.name === "string" ? [container.name] : [],
  );
}

function namespaceOf(hook: RecordedHook): string | undefined {
  const object = parseYaml(hook.manifest ?? "");
  const metadata = isValues(object) ? object.metadata : undefined;
  const namespace = isValues(metadata) ? metadata.namespace : undefined;
  return typeof namespace === "string" && namespace !== "" ? namespace : undefined;
}

function hookAt(draft: Draft, index: number): RecordedHook {
  const hook = draft.record.hooks[index];
  if (hook === undefined) throw new RangeError(`no hook ${index}`);
  return hook;
}

/** A hook's container may print what it was given: the values of the release's own Secrets do not show. */
async function withoutReleaseSecrets(
  context: ReleaseContext,
  { record: { manifest, hooks, namespace } }: Draft,
  error: ReleaseError,
): Promise<ReleaseError> {
  const shown = reasonsOf(error);
  if (shown.length === 0) return error;
  const texts = [manifest, ...hooks.map((hook) => hook.manifest ?? "")];
  const objects = await buildFormerObjects(
    context.client,
    texts.map((text) => ({ manifest: text, namespace })),
  );
  const reasons = withoutSecrets(shown, objects);
  return new ReleaseError(error.code, error.message, { cause: error.cause, record: error.record, reasons });
}

function hookFailed(message: string, cause: unknown): ReleaseError {
  if (cause instanceof ReleaseError && cause.code === "Canceled") return cause;
  return new ReleaseError("HookFailed", message, { cause });
}
