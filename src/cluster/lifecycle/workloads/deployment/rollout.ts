import type { Deployment, ReplicaSet } from "../../kinds.ts";
import { byAge, desiredAnnotation, isRolling, maxSurge, maxUnavailable } from "./replica-sets.ts";

/** What a rollout does next to the sizes of its ReplicaSets: at most one direction at a time. */
export interface Scaling {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

export interface Sets {
  readonly current: ReplicaSet | undefined;
  readonly old: readonly ReplicaSet[];
}

const sizeOf = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, { spec }) => sum + spec.replicas, 0);
const availableOf = ({ status }: ReplicaSet): number => status?.availableReplicas ?? 0;
const activeOf = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter(({ spec }) => spec.replicas > 0);

/** True when the Deployment was scaled since its ReplicaSets were last sized. */
export function isScaled(deployment: Deployment, { current, old }: Sets): boolean {
  return activeOf(current === undefined ? old : [...old, current]).some(({ metadata }) => {
    const desired = metadata.annotations?.[desiredAnnotation];
    return desired !== undefined && desired !== String(deployment.spec.replicas);
  });
}

/** How many replicas the present ReplicaSet may have now. */
export function sizeOfNew(deployment: Deployment, { current, old }: Sets): number {
  const { replicas } = deployment.spec;
  const size = current?.spec.replicas ?? 0;
  if (!isRolling(deployment)) return replicas;
  const room = replicas + maxSurge(deployment) - sizeOf(old) - size;
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

/** The next scalings of a rolling update: the new one up as far as the surge allows, then old ones down. */
export function rollingStep(
  deployment: Deployment,
  { current, old }: Required<Sets> & { readonly current: ReplicaSet },
): Scaling[] {
  const { replicas } = deployment.spec;
  const size = current.spec.replicas;
  if (size > replicas) return [{ set: current, replicas }];
  if (size < replicas) {
    const next = sizeOfNew(deployment, { current, old });
    if (next !== size) return [{ set: current, replicas: next }];
  }
  const active = byAge(activeOf(old));
  if (active.length === 0) return [];
  const minAvailable = replicas - maxUnavailable(deployment);
  const unavailable = size - availableOf(current);
  const maxDown = sizeOf(active) + size - minAvailable - unavailable;
  if (maxDown <= 0) return [];

  const sizes = new Map(active.map((set) => [set, set.spec.replicas]));
  // Pods that do not serve go first: they block the rollout and nobody misses them.
  let cleaned = 0;
  for (const set of active) {
    if (cleaned >= maxDown) break;
    const idle = set.spec.replicas - availableOf(set);
    const down = Math.min(maxDown - cleaned, Math.max(0, idle));
    sizes.set(set, set.spec.replicas - down);
    cleaned += down;
  }
  let spare = [...active, current].reduce((sum, set) => sum + availableOf(set), 0) - minAvailable;
  for (const set of active) {
    if (spare <= 0) break;
    const left = sizes.get(set) ?? 0;
    const down = Math.min(left, spare);
    sizes.set(set, left - down);
    spare -= down;
  }
  return [...sizes].filter(([set, next]) => next !== set.spec.replicas).map(([set, next]) => ({ set, replicas: next }));
}

/** The scalings after a Deployment was scaled in the midst of a rollout: each ReplicaSet in proportion. */
export function proportionalScaling(deployment: Deployment, { current, old }: Sets): Scaling[] {
  const { replicas } = deployment.spec;
  const all = current === undefined ? [...old] : [...old, current];
  const active = activeOf(all);
  const only = active.length === 1 ? active[0] : active.length === 0 ? (current ?? byAge(old).at(-1)) : undefined;
  if (only !== undefined) return only.spec.replicas === replicas ? [] : [{ set: only, replicas }];
  if (current !== undefined && current.spec.replicas === replicas && availableOf(current) === replicas) {
    return activeOf(old).map((set) => ({ set, replicas: 0 }));
  }
  if (!isRolling(deployment)) return [];
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
  const total = sizeOf(active);
  const toAdd = allowed - total;
  const sorted = byAge(active).sort((a, b) => b.spec.replicas - a.spec.replicas);
  if (toAdd > 0)
    sorted.sort((a, b) => b.spec.replicas - a.spec.replicas || Number(b === current) - Number(a === current));
  let added = 0;
  const sizes = sorted.map((set) => {
    const share = total === 0 ? 0 : Math.round((set.spec.replicas * allowed) / total) - set.spec.replicas;
    const left = toAdd - added;
    const proportion = toAdd > 0 ? Math.min(share, left) : Math.max(share, left);
    added += proportion;
    return { set, replicas: set.spec.replicas + proportion };
  });
  const [largest, ...rest] = sizes;
  if (largest === undefined) return [];
  return [{ ...largest, replicas: Math.max(0, largest.replicas + toAdd - added) }, ...rest];
}
