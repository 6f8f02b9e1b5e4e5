import { identityOf } from "../runtime/index.ts";
import type { KubeObject, Kustomization } from "../../api/index.ts";
import { sha256Sync } from "../../base/node/digest.ts";
import type { Values } from "../../base/value.ts";
import { formatYaml } from "../../base/yaml/index.ts";
import { type DecryptionKeys, decryptResource, decryptSources } from "./decryption/index.ts";
import { mapOf } from "./loose-values.ts";
import { buildFluxKustomization, substituteVariables } from "../../kustomize/index.ts";

export interface Build {
  readonly objects: readonly KubeObject[];
  /** `sha256:` of the built objects' YAML: tells in the history whether two revisions mean the same. */
  readonly digest: string;
}

/**
 * Builds the objects that a Kustomization wants of a tree, decrypted where there are keys for that, with the labels that name their owner.
 * Throws KustomizeError and DecryptionError.
 */
export async function buildObjects(
  given: ReadonlyMap<string, Uint8Array>,
  object: Kustomization,
  how: {
    readonly variables: Readonly<Record<string, string>>;
    readonly keys: DecryptionKeys | undefined;
    /** Flux: the gate StrictPostBuildSubstitutions. A variable that nobody sets is refused. */
    readonly strict: boolean;
  },
): Promise<Build> {
  const { path = "./", postBuild } = object.spec;
  const { variables, keys, strict } = how;
  const files = keys === undefined ? given : await decryptSources(given, path, keys);
  const encrypted = await buildFluxKustomization({ files, path, spec: object.spec });
  const plain: Values[] = [];
  for (const one of encrypted) plain.push(keys === undefined ? one : await decryptResource(one, keys));
  const always = postBuild?.substituteStrategy === "Always";
  const built = postBuild === undefined ? plain : substituteVariables(plain, { variables, always, strict });
  const digest = `sha256:${sha256Sync(built.map((one) => formatYaml(one)).join("---\n"))}`;
  const { namespace, name } = identityOf(object);
  const owner = { "kustomize.toolkit.fluxcd.io/name": name, "kustomize.toolkit.fluxcd.io/namespace": namespace };
  return { digest, objects: built.map((one) => withLabels(one, owner)) };
}

function withLabels(object: Values, labels: Readonly<Record<string, string>>): KubeObject {
  const metadata = mapOf(object.metadata);
  // kustomize has made sure that there is an apiVersion, a kind and a name.
  return {
    ...object,
    metadata: { ...metadata, labels: { ...mapOf(metadata.labels), ...labels } },
  } as unknown as KubeObject;
}
