import type { KubeObject } from "../../api/index.ts";
import { isDeleted, keyOf, timestamp } from "./objects.ts";
import type { Controller } from "./runtime.ts";

const claims = "/persistentvolumeclaims";
const volumes = "/persistentvolumes";

interface Claim extends KubeObject {
  readonly spec: {
    readonly accessModes?: readonly string[];
    readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    readonly storageClassName?: string;
    readonly volumeMode?: string;
    readonly volumeName?: string;
  };
  readonly status?: { readonly phase?: string };
}

/** Gives every claim a volume of its own, whatever its class, and takes the volume away with it. */
export const volumeController: Controller = {
  name: "persistentvolume-controller",
  watches: [
    { bucket: claims, keys: (object) => [keyOf(object)] },
    { bucket: volumes, keys: claimOf },
  ],
  async reconcile(key, { store, api, events, now }) {
    const { create, remove } = api("kube-controller-manager");
    const claim = store.get(claims, key)?.object as Claim | undefined;
    if (claim === undefined) {
      const left = store
        .list(volumes)
        .items.map(({ object }) => object)
        .filter((volume) => claimOf(volume)[0] === key);
      for (const volume of left) if (policyOf(volume) === "Delete" && !isDeleted(volume)) await remove(volume);
      return undefined;
    }
    if (isDeleted(claim) || claim.status?.phase === "Bound") return undefined;
    const name = claim.spec.volumeName ?? `pvc-${claim.metadata.uid ?? ""}`;
    const { storageClassName, volumeMode, accessModes, resources } = claim.spec;
    const capacity = { storage: resources?.requests?.["storage"] ?? "1Gi" };
    if (store.get(volumes, name) === undefined) {
      await create({
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name },
        spec: {
          ...(accessModes === undefined ? {} : { accessModes }),
          capacity,
          claimRef: {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            name: claim.metadata.name,
            namespace: claim.metadata.namespace,
            uid: claim.metadata.uid,
          },
          hostPath: { path: `/var/lib/volumes/${name}` },
          persistentVolumeReclaimPolicy: "Delete",
          ...(storageClassName === undefined ? {} : { storageClassName }),
          ...(volumeMode === undefined ? {} : { volumeMode }),
        },
      });
      const message = `Successfully provisioned volume ${name}`;
      await events("persistentvolume-controller").record(claim, {
        type: "Normal",
        reason: "ProvisioningSucceeded",
        message,
      });
    }
    // Binding writes both the specification and the status, which nobody else can.
    await store.guaranteedUpdate(claims, key, (current) => {
      const latest = current?.object as Claim | undefined;
      if (latest === undefined || isDeleted(latest)) return latest;
      const annotations = { ...latest.metadata.annotations, "pv.kubernetes.io/bind-completed": "yes" };
      return {
        ...latest,
        metadata: { ...latest.metadata, annotations },
        spec: { ...latest.spec, volumeName: name },
        status: { ...latest.status, phase: "Bound", capacity, ...(accessModes === undefined ? {} : { accessModes }) },
      };
    });
    await store.guaranteedUpdate(volumes, name, (current) =>
      current === undefined
        ? undefined
        : { ...current.object, status: { phase: "Bound", lastPhaseTransitionTime: timestamp(now()) } },
    );
    return undefined;
  },
};

function claimOf(volume: KubeObject): readonly string[] {
  const { claimRef } = (volume["spec"] ?? {}) as {
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
  };
  return claimRef === undefined ? [] : [`${claimRef.namespace ?? ""}/${claimRef.name ?? ""}`];
}

function policyOf(volume: KubeObject): string | undefined {
  return (volume["spec"] as { readonly persistentVolumeReclaimPolicy?: string }).persistentVolumeReclaimPolicy;
}
