import type { KubeObject } from "../../../api/index.ts";
import type { LabelSelector } from "../kinds.ts";
import { controllerReference, isDeleted, selects } from "../objects.ts";
import type { Context } from "../runtime.ts";

/** Takes on what a selector matches and nobody controls, as after a deletion that left it behind. True when something was taken. */
export async function adopt(
  { dependents, api }: Context,
  owner: KubeObject & { readonly spec: { readonly selector: LabelSelector } },
  bucket: string,
  accepts: (object: KubeObject) => boolean = () => true,
): Promise<boolean> {
  if (isDeleted(owner)) return false;
  const orphans = dependents
    .orphans(bucket, owner.metadata.namespace ?? "")
    .filter((object) => !isDeleted(object) && selects(owner.spec.selector, object.metadata.labels) && accepts(object));
  for (const object of orphans) {
    const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
    await api("kube-controller-manager").update({ ...object, metadata: { ...object.metadata, ownerReferences } });
  }
  return orphans.length > 0;
}
