import type { Condition } from "./object.ts";

const longestMessage = 32768;

/** What a caller says of a condition; the rest is worked out by `setCondition`. */
export type ConditionState = Pick<Condition, "type" | "status" | "reason" | "message">;

export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * The conditions with one of them set by Flux's rules: its transition time changes when status, reason or message do, its
 * observedGeneration always is the given one, and Stalled, Reconciling and Ready come first.
 */
export function setCondition(
  conditions: readonly Condition[],
  state: ConditionState,
  { now, observedGeneration }: { readonly now: Date; readonly observedGeneration: number },
): readonly Condition[] {
  const { type, status, reason } = state;
  const message = trimMessage(state.message);
  const existing = findCondition(conditions, type);
  const same = existing?.status === status && existing.reason === reason && existing.message === message;
  const lastTransitionTime = same ? existing.lastTransitionTime : toSeconds(now);
  const condition: Condition = { type, status, observedGeneration, lastTransitionTime, reason, message };
  return [...removeCondition(conditions, type), condition].sort(inOrder);
}

export function removeCondition(conditions: readonly Condition[], type: string): readonly Condition[] {
  return conditions.filter((condition) => condition.type !== type);
}

/** A time as `metav1.Time` writes it: RFC 3339 in UTC with whole seconds. */
export function toSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

const first: Readonly<Record<string, number>> = Object.assign(Object.create(null), {
  Stalled: 0,
  Reconciling: 1,
  Ready: 2,
});

function inOrder(a: Condition, b: Condition): number {
  const left = first[a.type] ?? 3;
  const right = first[b.type] ?? 3;
  if (left !== right) return left - right;
  const generations = (b.observedGeneration ?? 0) - (a.observedGeneration ?? 0);
  if (generations !== 0) return generations;
  return a.type < b.type ? -1 : 1;
}

/** Flux: cuts at 32768 bytes, the last three of them dots. A character that would be cut in half is left out. */
function trimMessage(message: string): string {
  if (message.length * 3 <= longestMessage) return message;
  const bytes = new TextEncoder().encode(message);
  if (bytes.length <= longestMessage) return message;
  let end = longestMessage - 3;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${new TextDecoder().decode(bytes.subarray(0, end))}...`;
}
