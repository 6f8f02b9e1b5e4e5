import { setTimeout as delay } from "node:timers/promises";
import { isApiError, type KubeObject } from "../api/index.ts";
import { messageOf } from "../base/errors.ts";
import { isValues } from "../base/value.ts";
import { abortOption, assertNotCanceled, type Milliseconds, type ReleaseContext } from "./context.ts";
import { ReleaseError } from "./errors.ts";
import {
  isLegacyJudged,
  legacyHookReadiness,
  type LegacyReadiness,
  legacyReadiness,
  type Related,
} from "./legacy-readiness.ts";
import { type ReleaseObject, referenceOf } from "./objects.ts";
import type { Waiter } from "./wait.ts";

const interval: Milliseconds = 2_000;
const hookInterval: Milliseconds = 200;

/** Waits as helm 3 does (`--wait=legacy`): asks again every two seconds, and says no more than that the time is over. */
export function createLegacyWaiter(context: ReleaseContext): Waiter {
  const untilReady: Waiter["untilReady"] = async (objects, timeout, { jobs }) => {
    const faults = new Map<ReleaseObject, number>();
    await poll(context, { timeout, interval, late: "context deadline exceeded" }, async () => {
      for (const target of objects) {
        const verdict = await judge(context, target, jobs);
        if (verdict.state === "ready") faults.delete(target);
        if (verdict.state === "ready") continue;
        // Helm: what may be a passing fault is asked about thirty times more.
        const count = verdict.state === "broken" ? (faults.get(target) ?? 0) + 1 : 0;
        faults.set(target, count);
        if (verdict.state === "broken" && (!verdict.passing || count > 30))
          throw new ReleaseError("WaitFailed", verdict.why);
        return false;
      }
      return true;
    });
  };
  return {
    untilReady,
    untilEstablished: (objects, timeout) => untilReady(objects, timeout, { jobs: false }),
    untilHooksComplete: async (objects, timeout) => {
      for (const target of objects.filter(({ object: { kind } }) => kind === "Job" || kind === "Pod")) {
        const how = { timeout, interval: hookInterval, late: "timed out waiting for the condition" };
        await poll(context, how, async () => {
          const live = await context.client.tryGet(referenceOf(target), abortOption(context));
          // Helm: a hook that somebody deleted has nothing left to do.
          const verdict: LegacyReadiness = live === undefined ? { state: "ready" } : legacyHookReadiness(live);
          if (verdict.state === "broken") throw new ReleaseError("WaitFailed", verdict.why);
          return verdict.state === "ready";
        });
      }
    },
    untilGone: (objects, timeout) =>
      poll(context, { timeout, interval, late: "context deadline exceeded" }, async () => {
        for (const target of objects) {
          if ((await context.client.tryGet(referenceOf(target), abortOption(context))) !== undefined) return false;
        }
        return true;
      }),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Asks at once and then at each interval until the answer is yes. Throws WaitFailed with `late` when the time is over. */
async function poll(
  context: ReleaseContext,
  how: { readonly timeout: Milliseconds; readonly interval: Milliseconds; readonly late: string },
  ask: () => Promise<boolean>,
): Promise<void> {
  const deadline = context.now().getTime() + how.timeout;
  while (!(await ask())) {
    assertNotCanceled(context);
    const left = deadline - context.now().getTime();
    await delay(Math.max(0, Math.min(how.interval, left)), undefined, abortOption(context)).catch(() => undefined);
    assertNotCanceled(context);
    if (left <= how.interval) throw new ReleaseError("WaitFailed", how.late);
  }
}

type Verdict =
  | Exclude<LegacyReadiness, { readonly state: "broken" }>
  | { readonly state: "broken"; readonly why: string; readonly passing: boolean };

async function judge(context: ReleaseContext, target: ReleaseObject, jobs: boolean): Promise<Verdict> {
  try {
    if (!isLegacyJudged(target.object)) return { state: "ready" };
    const live = await context.client.get(referenceOf(target), abortOption(context));
    const verdict = legacyReadiness(live, await readRelated(context, live), { jobs });
    return verdict.state === "broken" ? { ...verdict, passing: true } : verdict;
  } catch (error) {
    assertNotCanceled(context);
    const code = isApiError(error) ? (error.status.code ?? 0) : 0;
    const passing = code === 0 || code === 429 || (code >= 500 && code !== 501);
    return { state: "broken", why: messageOf(error), passing };
  }
}

async function readRelated({ client, ...context }: ReleaseContext, live: KubeObject): Promise<Related> {
  const { kind, metadata } = live;
  const where = { namespace: metadata.namespace ?? "", ...abortOption(context) };
  const labelSelector = selectorOf(live);
  if (kind === "Deployment") {
    const found = await client.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, { ...where, labelSelector });
    return { replicaSets: found.items };
  }
  if (kind !== "ReplicaSet" && kind !== "ReplicationController") return {};
  return { pods: (await client.list({ apiVersion: "v1", kind: "Pod" }, { ...where, labelSelector })).items };
}

/** A workload's selector as the API's query has it. */
function selectorOf({ spec }: KubeObject): string {
  const selector = isValues(spec) && isValues(spec.selector) ? spec.selector : {};
  const { matchLabels, matchExpressions } = selector;
  const labels = isValues(matchLabels) ? matchLabels : Array.isArray(matchExpressions) ? {} : selector;
  const expressions = Array.isArray(matchExpressions) ? matchExpressions.filter(isValues) : [];
  return [
    ...Object.entries(labels).map(([name, value]) => `${name}=${String(value)}`),
    ...expressions.map(({ key, operator, values }) => {
      const name = String(key);
      const list = Array.isArray(values) ? values.map(String).join(",") : "";
      switch (operator) {
        case "In":
          return `${name} in (${list})`;
        case "NotIn":
          return `${name} notin (${list})`;
        case "DoesNotExist":
          return `!${name}`;
        default:
          return name;
      }
    }),
  ].join(",");
}
