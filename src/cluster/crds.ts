import type { KubeObject } from "../api/index.ts";
import type { Core } from "./http/call.ts";
import { isEqual } from "./managed-fields/equality.ts";
import { trackUpdate } from "./managed-fields/index.ts";
import { builtins } from "./registry/builtins.ts";
import { type CrdCondition, withCondition } from "./registry/crd-strategy.ts";
import { crdBucket, type CrdNames, type CrdSpec } from "./registry/custom.ts";
import { timestamp } from "./write/metadata.ts";

export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

interface CrdStatus {
  readonly acceptedNames?: CrdNames;
  readonly conditions?: readonly CrdCondition[];
  readonly [field: string]: unknown;
}

/**
 * Does what kube-apiserver's CRD controllers do: accepts names, establishes, and removes the objects of a CRD that is being
 * deleted. Runs on the store's own changes; the returned promise ends with the work that is under way.
 */
export function runCrds(core: Core): { readonly settled: () => Promise<void>; readonly stop: () => void } {
  const { store } = core;
  const pending = new Set<Promise<void>>();
  const track = (work: Promise<void>): void => {
    // The store refuses writes once it is closed or its disk is full; every client is told so as well.
    const done = work.catch(() => {}).finally(() => pending.delete(done));
    pending.add(done);
  };
  const stop = store.watch(crdBucket, store.revision(), ({ next }) => {
    if (next === undefined) return;
    if (next.object.metadata.deletionTimestamp === undefined) track(acceptNames(core, next.key));
    else track(removeInstances(core, next.key));
  });
  for (const { key, object } of store.list(crdBucket).items) {
    track(object.metadata.deletionTimestamp === undefined ? acceptNames(core, key) : removeInstances(core, key));
  }
  return {
    stop,
    async settled() {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}

async function acceptNames(core: Core, key: string): Promise<void> {
  await core.store.guaranteedUpdate(crdBucket, key, (current) => {
    if (current === undefined) return undefined;
    const { object } = current;
    const next = withNames(core, object);
    return isEqual(object["status"], next["status"]) ? object : tracked(core, object, next);
  });
}

/** The CRD with the names that it may have, and its conditions. */
function withNames({ store, now }: Core, crd: KubeObject): KubeObject {
  const spec = crd["spec"] as CrdSpec;
  const status = (crd["status"] ?? {}) as CrdStatus;
  const others = store
    .list(crdBucket)
    .items.map(({ object }) => object)
    .filter(
      ({ metadata, ...rest }) => metadata.name !== crd.metadata.name && (rest["spec"] as CrdSpec).group === spec.group,
    );
  const accepted = status.acceptedNames ?? { kind: "", plural: "" };
  const { names, problem } = negotiate(spec.names, accepted, usedNames(others));
  const isEstablished =
    status.conditions?.some(({ type, status }) => type === "Established" && status === "True") === true;
  const at = now();
  const namesAccepted: CrdCondition =
    problem === undefined
      ? { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" }
      : { type: "NamesAccepted", status: "False", ...problem };
  let next = withCondition({ ...status, acceptedNames: names }, namesAccepted, at);
  if (!isEstablished) {
    next = withCondition(
      next,
      problem === undefined
        ? {
            type: "Established",
            status: "True",
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
          }
        : { type: "Established", status: "False", reason: "NotAccepted", message: "not all names are accepted" },
      at,
    );
  }
  return { ...crd, status: next };
}

interface UsedNames {
  readonly resources: ReadonlySet<string>;
  readonly kinds: ReadonlySet<string>;
}

function usedNames(others: readonly KubeObject[]): UsedNames {
  const accepted = others
    .map((other) => ((other["status"] ?? {}) as CrdStatus).acceptedNames)
    .filter((names) => names !== undefined);
  return {
    resources: new Set(
      accepted
        .flatMap(({ plural, singular, shortNames = [] }) => [plural, singular ?? "", ...shortNames])
        .filter((name) => name !== ""),
    ),
    kinds: new Set(accepted.flatMap(({ kind, listKind }) => [kind, listKind ?? ""]).filter((name) => name !== "")),
  };
}

function negotiate(
  wanted: CrdNames,
  had: CrdNames,
  used: UsedNames,
): { readonly names: CrdNames; readonly problem?: { readonly reason: string; readonly message: string } } {
  let problem: { readonly reason: string; readonly message: string } | undefined;
  const take = <T extends string | undefined>(reason: string, name: T, before: T, taken: ReadonlySet<string>): T => {
    if (name === before || name === undefined || !taken.has(name)) return name;
    problem = { reason, message: `${JSON.stringify(name)} is already in use` };
    return before;
  };
  const plural = take("PluralConflict", wanted.plural, had.plural, used.resources);
  const singular = take("SingularConflict", wanted.singular, had.singular, used.resources);
  const clashing = (wanted.shortNames ?? []).filter(
    (name) => !(had.shortNames ?? []).includes(name) && used.resources.has(name),
  );
  if (clashing.length > 0) {
    const texts = clashing.map((name) => `${JSON.stringify(name)} is already in use`);
    problem = { reason: "ShortNamesConflict", message: texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]` };
  }
  const shortNames = clashing.length === 0 ? wanted.shortNames : had.shortNames;
  const kind = take("KindConflict", wanted.kind, had.kind, used.kinds);
  const listKind = take("ListKindConflict", wanted.listKind, had.listKind, used.kinds);
  const names: CrdNames = {
    plural,
    ...(singular === undefined ? {} : { singular }),
    ...(shortNames === undefined ? {} : { shortNames }),
    kind,
    ...(listKind === undefined ? {} : { listKind }),
    ...(wanted.categories === undefined ? {} : { categories: wanted.categories }),
  };
  return problem === undefined ? { names } : { names, problem };
}

/** Deletes the objects of a CRD that is being deleted; lets the CRD go when the last one is gone. */
async function removeInstances(core: Core, key: string): Promise<void> {
  const { store, now } = core;
  const crd = store.get(crdBucket, key)?.object;
  if (crd === undefined || !(crd.metadata.finalizers ?? []).includes(cleanupFinalizer)) return;
  const { group, names } = crd["spec"] as CrdSpec;
  const bucket = `${group}/${names.plural}`;
  for (const instance of store.list(bucket).items) {
    await store.guaranteedUpdate(bucket, instance.key, (current) => {
      if (current === undefined || (current.object.metadata.finalizers ?? []).length === 0) return undefined;
      const { object } = current;
      if (object.metadata.deletionTimestamp !== undefined) return object;
      const deletionTimestamp = timestamp(now());
      return { ...object, metadata: { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: 0 } };
    });
  }
  if (store.count(bucket) > 0) {
    const release = store.watch(bucket, store.revision(), ({ next }) => {
      if (next !== undefined || store.count(bucket) > 0) return;
      release();
      void removeInstances(core, key).catch(() => {});
    });
    return;
  }
  await store.guaranteedUpdate(crdBucket, key, (current) => {
    if (current === undefined) return undefined;
    const finalizers = (current.object.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
    if (finalizers.length === 0) return undefined;
    return { ...current.object, metadata: { ...current.object.metadata, finalizers } };
  });
}

function tracked(core: Core, before: KubeObject, after: KubeObject): KubeObject {
  const resource = builtins.find(({ kind }) => kind === "CustomResourceDefinition")!;
  return trackUpdate({
    schema: resource.schema,
    manager: "kube-apiserver",
    apiVersion: resource.apiVersion,
    subresource: "status",
    now: core.now(),
    before,
    after,
  });
}
