import { ApiError, type KubeObject } from "../../../api/index.ts";
import { isEqual } from "../../managed-fields/equality.ts";
import { templateHash } from "../hash.ts";
import type { PodTemplate } from "../kinds.ts";
import { controllerReference } from "../objects.ts";
import type { Context } from "../runtime.ts";

const bucket = "apps/controllerrevisions";

/** One template that a StatefulSet or a DaemonSet has had. */
export interface Revision {
  readonly name: string;
  readonly hash: string;
  readonly number: number;
  readonly template: PodTemplate;
  readonly object: KubeObject;
}

interface Owner extends KubeObject {
  readonly spec: { readonly template: PodTemplate };
}

/** The revisions of an owner, the oldest first. */
export function revisionsOf({ dependents }: Context, owner: KubeObject): Revision[] {
  return dependents
    .of(bucket, owner)
    .map((object): Revision => {
      const data = object["data"] as {
        readonly spec: { readonly template: PodTemplate & { readonly $patch?: string } };
      };
      const { $patch: _, ...template } = data.spec.template;
      const name = object.metadata.name ?? "";
      return {
        name,
        hash: name.slice((owner.metadata.name ?? "").length + 1),
        number: Number(object["revision"]),
        template,
        object,
      };
    })
    .sort((a, b) => a.number - b.number);
}

/** The revision of the present template: made, or made the newest again, when it is not. Undefined when it was written just now. */
export async function ensureRevision(
  { api }: Context,
  owner: Owner,
  options: { readonly known: readonly Revision[]; readonly hashLabel: string },
): Promise<Revision | undefined> {
  const { known, hashLabel } = options;
  const newest = known.at(-1);
  const { template } = owner.spec;
  const found = known.find((revision) => isEqual(revision.template, template));
  if (found !== undefined && found === newest) return found;
  const number = (newest?.number ?? 0) + 1;
  if (found !== undefined) {
    await api("kube-controller-manager").update({ ...found.object, revision: number });
    return undefined;
  }
  const hash = templateHash(template, known.length);
  try {
    await api("kube-controller-manager").create({
      apiVersion: "apps/v1",
      kind: "ControllerRevision",
      metadata: {
        name: `${owner.metadata.name ?? ""}-${hash}`,
        namespace: owner.metadata.namespace ?? "default",
        labels: { ...template.metadata?.labels, [hashLabel]: hash },
        ownerReferences: [controllerReference(owner)],
      },
      data: { spec: { template: { ...template, $patch: "replace" } } },
      revision: number,
    });
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.code === "AlreadyExists")) throw thrown;
  }
  return undefined;
}

/** Removes old revisions that no Pod is of. */
export async function pruneRevisions(
  { api }: Context,
  options: { readonly known: readonly Revision[]; readonly used: ReadonlySet<string>; readonly limit: number },
): Promise<void> {
  const unused = options.known
    .slice(0, -1)
    .filter(({ name, hash }) => !options.used.has(name) && !options.used.has(hash));
  for (const { object } of unused.slice(0, Math.max(0, unused.length - options.limit))) {
    await api("kube-controller-manager").remove(object);
  }
}
