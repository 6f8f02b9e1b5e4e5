import { messageOf } from "../base/errors.ts";
import type { Values } from "../base/value.ts";
import { buildFolder, type BuildInput, findKustomization } from "./build.ts";
import { KustomizeError } from "./errors.ts";
import { type FileTree, newFileTree, resolvePath } from "./file-tree.ts";
import type { ImageChange } from "./images.ts";
import { emptyKustomization, type Kustomization, kustomizationFileNames } from "./kustomization-file.ts";
import { parseResources } from "./parse-resources.ts";
import type { Patch } from "./patches.ts";
import { newResource } from "./resource.ts";
import { addAnnotations, addLabels } from "./transformers.ts";

type StringMap = Readonly<Record<string, string>>;

/** What a Kustomization object's spec adds to the build of its path. */
export interface FluxKustomization {
  readonly targetNamespace?: string;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly patches?: readonly Patch[];
  readonly images?: readonly ImageChange[];
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly commonMetadata?: { readonly labels?: StringMap; readonly annotations?: StringMap };
}

/**
 * Builds a path as Flux's Kustomization controller does: with its kustomization file, or with one made of all YAML files
 * below it when it has none. Throws KustomizeError.
 */
export async function buildFluxKustomization({
  files,
  path,
  spec,
}: BuildInput & { readonly spec: FluxKustomization }): Promise<Values[]> {
  const tree = newFileTree(files);
  const folder = resolvePath("", path);
  if (!tree.isFolder(folder)) {
    throw new KustomizeError("missing", `kustomization path not found: stat /${folder}: no such file or directory`);
  }
  const kustomization = withSpec(findKustomization(tree, folder) ?? scanned(tree, folder), spec, { tree, folder });
  const objects = await buildFolder(tree, folder, kustomization);
  const { labels = {}, annotations = {} } = spec.commonMetadata ?? {};
  const resources = objects.map((object) => newResource(object));
  return addAnnotations(addLabels(resources, labels, "metadata"), annotations, "metadata").map(({ object }) => object);
}

/** The kustomization of a folder that has none: every YAML file, and every folder with a kustomization of its own. */
function scanned(tree: FileTree, folder: string): Kustomization {
  const resources: string[] = [];
  let inside = "";
  for (const path of tree.list(folder).toSorted(byWalk)) {
    if (inside !== "" && path.startsWith(`${inside}/`)) continue;
    const own = kustomizedFolderOf(tree, folder, path);
    if (own !== undefined) {
      inside = own;
      resources.push(`/${own}`);
    } else if (/\.ya?ml$/.test(path)) {
      assertResources(tree, path);
      resources.push(`/${path}`);
    }
  }
  return { ...emptyKustomization, resources };
}

/** Orders paths as a walk finds them: element by element. */
function byWalk(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const x = left[i] as string;
    const y = right[i] as string;
    if (x !== y) return x < y ? -1 : 1;
  }
  return left.length - right.length;
}

/** The highest folder between `folder` and a path that has a kustomization file. */
function kustomizedFolderOf(tree: FileTree, folder: string, path: string): string | undefined {
  const base = folder === "" ? [] : folder.split("/");
  const parts = path.split("/");
  for (let length = base.length + 1; length < parts.length; length += 1) {
    const candidate = parts.slice(0, length).join("/");
    if (kustomizationFileNames.some((name) => tree.tryRead(candidate, name) !== undefined)) return candidate;
  }
  return undefined;
}

function assertResources(tree: FileTree, path: string): void {
  try {
    parseResources(new TextDecoder().decode(tree.read("", path)));
  } catch (cause) {
    const problem = messageOf(cause);
    throw new KustomizeError("invalid", `failed to decode Kubernetes YAML from /${path}: ${problem}`, { cause });
  }
}

function withSpec(
  kustomization: Kustomization,
  spec: FluxKustomization,
  { tree, folder }: { readonly tree: FileTree; readonly folder: string },
): Kustomization {
  const components = (spec.components ?? []).filter((component) => {
    if (/^(?:[a-z]+::|gh:|[a-z]+:\/\/|git@|github\.com[:/]|\/)/i.test(component)) {
      throw new KustomizeError("invalid", `component path '${component}' must be local and relative`);
    }
    return spec.ignoreMissingComponents !== true || tree.isFolder(resolvePath(folder, component));
  });
  return {
    ...kustomization,
    namespace: spec.targetNamespace ?? kustomization.namespace,
    namePrefix: spec.namePrefix ?? kustomization.namePrefix,
    nameSuffix: spec.nameSuffix ?? kustomization.nameSuffix,
    patches: [...kustomization.patches, ...(spec.patches ?? [])],
    components: [...kustomization.components, ...components],
    images: (spec.images ?? []).reduce(withImage, kustomization.images),
  };
}

/** An image that the file names, too, gets the spec's fields; tag and digest go together. */
function withImage(images: readonly ImageChange[], image: ImageChange): readonly ImageChange[] {
  if (!images.some(({ name }) => name === image.name)) return [...images, image];
  const { newName = "", newTag = "", digest = "" } = image;
  return images.map((existing) =>
    existing.name !== image.name
      ? existing
      : {
          ...existing,
          ...(newName === "" ? {} : { newName }),
          ...(newTag === "" && digest === "" ? {} : { newTag, digest }),
        },
  );
}
