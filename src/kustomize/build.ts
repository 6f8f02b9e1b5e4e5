import { goQuote } from "../base/go-quote.ts";
import type { Values } from "../base/value.ts";
import { KustomizeError, within } from "./errors.ts";
import { type FileTree, newFileTree, resolvePath } from "./file-tree.ts";
import { generate, mergeGenerated } from "./generators.ts";
import { contentHash } from "./hash.ts";
import { identityOf, isSameIdentity } from "./identity.ts";
import { changeImages } from "./images.ts";
import {
  type Kustomization,
  kustomizationFileNames,
  parseKustomization,
  type PatchEntry,
} from "./kustomization-file.ts";
import { fixNameReferences } from "./name-references.ts";
import { parseResources } from "./parse-resources.ts";
import { applyReadPatch, configuring, readPatch } from "./patches.ts";
import { allIdentities, append, mapOf, newResource, type Resource, withKeys, withObject } from "./resource.ts";
import { addAnnotations, addLabels, renameAll, setNamespace, setReplicas } from "./transformers.ts";

export interface BuildInput {
  /** Every file that the build may read, by its path in the tree. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The folder with the kustomization file. */
  readonly path: string;
}

/** Builds a folder with a kustomization file. The objects come in kustomize's order. Throws KustomizeError. */
export async function build({ files, path }: BuildInput): Promise<Values[]> {
  const tree = newFileTree(files);
  const folder = resolvePath("", path);
  return await buildFolder(tree, folder, loadKustomization(tree, folder));
}

/** Builds a folder with the kustomization given, whatever file is there. */
export async function buildFolder(tree: FileTree, folder: string, kustomization: Kustomization): Promise<Values[]> {
  const accumulated = accumulate({ tree, folder, within: [] }, kustomization, []);
  const hashed = await Promise.all(accumulated.map(withHash));
  return fixNameReferences(hashed)
    .map(({ object }) => object)
    .filter((object) => mapOf(mapOf(object.metadata).annotations)[localConfig] === undefined);
}

const localConfig = "config.kubernetes.io/local-config";

interface Context {
  readonly tree: FileTree;
  readonly folder: string;
  /** The folders that led here, so that a circle is found. */
  readonly within: readonly string[];
}

async function withHash(resource: Resource): Promise<Resource> {
  if (resource.generated?.needsHash !== true) return resource;
  const metadata = mapOf(resource.object.metadata);
  const name = `${String(metadata.name)}-${await contentHash(resource.object)}`;
  return withObject(resource, withKeys(resource.object, { metadata: withKeys(metadata, { name }) }));
}

function loadKustomization(tree: FileTree, folder: string): Kustomization {
  const kustomization = findKustomization(tree, folder);
  if (kustomization !== undefined) return kustomization;
  throw new KustomizeError(
    "missing",
    `unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '/${folder}'`,
  );
}

/** The kustomization file of a folder, or undefined. Throws KustomizeError when there are several. */
export function findKustomization(tree: FileTree, folder: string): Kustomization | undefined {
  const [file, ...others] = kustomizationFileNames.flatMap((name) => tree.tryRead(folder, name) ?? []);
  if (others.length > 0) {
    throw new KustomizeError("invalid", `Found multiple kustomization files under: /${folder}\n`);
  }
  return file === undefined ? undefined : parseKustomization(new TextDecoder().decode(file), folder);
}

function accumulate(context: Context, kustomization: Kustomization, given: readonly Resource[]): readonly Resource[] {
  let resources = within("accumulating resources", () =>
    kustomization.resources.reduce((current, path) => accumulatePath(context, path, current), given),
  );
  resources = runGenerators(context, kustomization, resources);
  resources = within("accumulating components", () =>
    kustomization.components.reduce((current, path) => accumulateComponent(context, path, current), resources),
  );
  return runTransformers(context, kustomization, resources);
}

function accumulatePath(context: Context, path: string, resources: readonly Resource[]): readonly Resource[] {
  const { tree, folder } = context;
  if (/^[a-z][a-z0-9+.-]*:\/\/|^git@|^github\.com\//.test(path)) {
    throw new KustomizeError("unsupported", `remote resource ${goQuote(path)} is not supported`);
  }
  const target = resolvePath(folder, path);
  const bytes = tree.tryRead("", target);
  const attempt = `accumulating resources from '${path}'`;
  if (bytes !== undefined) return accumulateFile(bytes, { path, target }, resources);
  if (!tree.isFolder(target)) {
    const missing = `'/${target}' doesn't exist`;
    throw new KustomizeError(
      "missing",
      `accumulation err='${attempt}: ${missing}': must build at directory: not a valid directory: ${missing}`,
    );
  }
  return within(`accumulation err='${attempt}: '/${target}' must resolve to a file'`, () => {
    const inner = accumulateFolder(context, target, "Kustomization", []);
    return within(`recursed merging from path '/${target}'`, () => append(resources, inner));
  });
}

function accumulateFile(
  bytes: Uint8Array,
  { path, target }: { readonly path: string; readonly target: string },
  resources: readonly Resource[],
): readonly Resource[] {
  const rejected = (attempt: string, cause: unknown) => {
    if (!(cause instanceof KustomizeError)) return cause;
    const text = `accumulation err='${attempt} from '${path}': ${cause.message}': must build at directory: '/${target}': file is not directory`;
    return new KustomizeError(cause.code, text, { cause });
  };
  let read: readonly Resource[];
  try {
    const objects = parseResources(new TextDecoder().decode(bytes));
    read = append(
      [],
      objects.map((object) => newResource(object)),
    );
  } catch (cause) {
    if (cause instanceof KustomizeError && cause.message.startsWith("MalformedYAMLError")) {
      const text = `accumulating resources from '${path}': ${cause.message} in File: ${path}`;
      throw new KustomizeError(cause.code, text, { cause });
    }
    throw rejected("accumulating resources", cause);
  }
  try {
    return append(resources, read);
  } catch (cause) {
    throw rejected("merging resources", cause);
  }
}

function accumulateComponent(context: Context, path: string, resources: readonly Resource[]): readonly Resource[] {
  try {
    return accumulateFolder(context, resolvePath(context.folder, path), "Component", resources);
  } catch (cause) {
    if (!(cause instanceof KustomizeError)) throw cause;
    throw new KustomizeError(cause.code, `accumulateDirectory: ${goQuote(cause.message)}`, { cause });
  }
}

function accumulateFolder(
  context: Context,
  folder: string,
  kind: Kustomization["kind"],
  given: readonly Resource[],
): readonly Resource[] {
  const trail = [...context.within, context.folder];
  if (trail.includes(folder)) {
    const here = `'/${context.folder}'`;
    throw new KustomizeError("invalid", `cycle detected: candidate root '/${folder}' contains visited root ${here}`);
  }
  const kustomization = within(`couldn't make target for path '/${folder}'`, () =>
    loadKustomization(context.tree, folder),
  );
  if (kind !== kustomization.kind) {
    throw new KustomizeError(
      "invalid",
      kind === "Component"
        ? `expected kind 'Component' for path '/${folder}' but got '${kustomization.kind}'`
        : `expected kind != 'Component' for path '/${folder}'`,
    );
  }
  return within(`recursed accumulation of path '/${folder}'`, () =>
    accumulate({ tree: context.tree, folder, within: trail }, kustomization, given),
  );
}

function runGenerators(
  { tree, folder }: Context,
  { configMapGenerator, secretGenerator, generatorOptions }: Kustomization,
  given: readonly Resource[],
): readonly Resource[] {
  const context = { tree, folder, options: generatorOptions };
  const generated = [
    ...configMapGenerator.map((spec) => generate("ConfigMap", spec, context)),
    ...secretGenerator.map((spec) => generate("Secret", spec, context)),
  ];
  return generated.reduce(absorb, given);
}

function absorb(resources: readonly Resource[], generated: Resource): readonly Resource[] {
  const identity = identityOf(generated.object);
  const isSame = (resource: Resource) => allIdentities(resource).some((each) => isSameIdentity(each, identity));
  const { behavior = "create" } = generated.generated ?? {};
  const exists = resources.some(isSame);
  const shown = `${identity.kind} "${identity.name}"`;
  if (!exists && behavior === "create") return append(resources, [generated]);
  if (!exists) throw new KustomizeError("missing", `id ${shown} does not exist; cannot merge or replace`);
  if (behavior === "create") {
    throw new KustomizeError(
      "conflict",
      `id ${shown} exists; can not use behavior: 'unspecified', behavior must be merge or replace`,
    );
  }
  return resources.map((resource) => (isSame(resource) ? mergeGenerated(resource, generated) : resource));
}

function runTransformers(
  context: Context,
  kustomization: Kustomization,
  given: readonly Resource[],
): readonly Resource[] {
  const { namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations, images, replicas } =
    kustomization;
  let resources = kustomization.patches.reduce((current, entry) => patchWith(context, entry, current), given);
  if (namespace !== "") resources = setNamespace(resources, namespace);
  if (namePrefix !== "") resources = renameAll(resources, (name) => namePrefix + name);
  if (nameSuffix !== "") resources = renameAll(resources, (name) => name + nameSuffix);
  for (const { pairs, reach } of labels) resources = addLabels(resources, pairs, reach);
  resources = addLabels(resources, commonLabels, "selectors");
  resources = addAnnotations(resources, commonAnnotations);
  resources = replicas.reduce(setReplicas, resources);
  return images.reduce(changeImages, resources);
}

function patchWith({ tree, folder }: Context, entry: PatchEntry, resources: readonly Resource[]): readonly Resource[] {
  const { patch, path = "", target, options } = entry;
  const read = within(configuring(entry), () => {
    const text =
      patch ??
      within(`failed to get the patch file from path(${path})`, () =>
        new TextDecoder().decode(tree.read(folder, path)),
      );
    return readPatch(text, patch === undefined ? `[path: ${goQuote(path)}]` : `[patch: ${goQuote(patch)}]`);
  });
  return applyReadPatch(resources, read, {
    ...(target === undefined ? {} : { target }),
    ...(options === undefined ? {} : { options }),
  });
}
