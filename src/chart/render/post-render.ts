import { messageOf } from "../../base/errors.ts";
import { compareBytes, isValues, type Value, type Values } from "../../base/value.ts";
import { ChartError } from "../errors.ts";
import { formatYaml, parseYaml } from "../../base/yaml/index.ts";
import type { PostRender, PostRenderStrategy } from "../types.ts";
import { isPartial, type RenderedFile, sortManifests, splitManifests } from "./manifests.ts";

export const filenameAnnotation = "postrenderer.helm.sh/postrender-filename";

export interface PostRenderRun {
  readonly files: readonly RenderedFile[];
  readonly postRender: PostRender;
  readonly strategy: PostRenderStrategy;
}

/** Sends rendered files through a post renderer in one of Helm's three ways. Throws ChartError with Helm's text. */
export async function postRenderFiles({
  files,
  postRender,
  strategy,
}: PostRenderRun): Promise<readonly RenderedFile[]> {
  if (strategy === "combined") {
    const objects = within("error merging manifests", () => annotated(files));
    const changed = await run(postRender, objects, "error while running post render on files");
    return within("error while parsing post rendered output", () => regrouped(changed, "generated-by-postrender-"));
  }
  const { hooks, manifests } = sortManifests(files);
  const groups = [
    {
      name: "hooks",
      files: joinByPath(hooks.map(({ path, manifest }) => ({ name: path, content: manifest }))),
      postRendered: strategy === "separate",
    },
    {
      name: "manifests",
      files: joinByPath(manifests.map(({ path, content }) => ({ name: path, content }))),
      postRendered: true,
    },
  ];
  const results: RenderedFile[] = [];
  for (const group of groups) {
    if (group.files.length === 0) continue;
    if (!group.postRendered) {
      results.push(...group.files);
      continue;
    }
    const objects = within(`error merging ${group.name}`, () => annotated(group.files));
    const changed = await run(postRender, objects, `error while running post render on ${group.name}`);
    results.push(
      ...within(`error while parsing post rendered output for ${group.name}`, () =>
        regrouped(changed, `generated-by-postrender-${group.name}-`),
      ),
    );
  }
  return joinByPath(results);
}

function annotated(files: readonly RenderedFile[]): Values[] {
  const objects: Values[] = [];
  for (const { name, content } of files.toSorted((a, b) => compareBytes(a.name, b.name))) {
    if (isPartial(name)) continue;
    for (const text of splitManifests(content)) {
      const document = parse(name, text);
      if (document !== undefined)
        for (const object of opened(name, document)) objects.push(withAnnotation(name, object));
    }
  }
  return objects;
}

/** Helm reads documents with kustomize's reader, which takes a List for what is in it. */
function opened(name: string, document: Values): readonly Values[] {
  const { kind, items, functionConfig } = document;
  const isList = (kind === "List" || kind === "ResourceList") && (items !== undefined || functionConfig !== undefined);
  if (!isList) return [document];
  return (Array.isArray(items) ? (items as readonly Value[]) : []).map((item) => {
    if (isValues(item)) return item;
    throw new ChartError("PostRenderFailed", `annotating ${name}: an item of the list is no map`);
  });
}

function parse(name: string, text: string): Values | undefined {
  let document: unknown;
  try {
    document = parseYaml(text, { dialect: "v3", integers: "bigint" });
  } catch (cause) {
    throw new ChartError("PostRenderFailed", `parsing ${name}: ${messageOf(cause)}`, { cause });
  }
  if (document === null) return undefined; // comments only
  if (!isValues(document)) throw new ChartError("PostRenderFailed", `annotating ${name}: the document is no map`);
  return document;
}

function withAnnotation(name: string, object: Values): Values {
  const metadata = isValues(object.metadata) ? object.metadata : {};
  const annotations = isValues(metadata.annotations) ? metadata.annotations : {};
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [filenameAnnotation]: name } } };
}

function regrouped(objects: readonly Values[], generatedName: string): RenderedFile[] {
  const byName = new Map<string, string>();
  for (const [index, object] of objects.entries()) {
    const metadata = isValues(object.metadata) ? object.metadata : {};
    const annotations = isValues(metadata.annotations) ? metadata.annotations : {};
    const given = annotations[filenameAnnotation];
    const name = typeof given === "string" && given !== "" ? given : `${generatedName}${index}.yaml`;
    const text = formatYaml(withoutAnnotation(object, metadata, annotations), { width: Number.POSITIVE_INFINITY });
    const before = byName.get(name);
    byName.set(name, before === undefined ? text : `${before}---\n${text}`);
  }
  return [...byName].map(([name, content]) => ({ name, content }));
}

function withoutAnnotation(object: Values, metadata: Values, annotations: Values): Values {
  if (!Object.hasOwn(annotations, filenameAnnotation)) return object;
  const { [filenameAnnotation]: _, ...kept } = annotations;
  const { annotations: __, ...rest } = metadata;
  return { ...object, metadata: Object.keys(kept).length === 0 ? rest : { ...rest, annotations: kept } };
}

function joinByPath(files: readonly RenderedFile[]): RenderedFile[] {
  const byName = new Map<string, string>();
  for (const { name, content } of files) {
    const before = byName.get(name);
    byName.set(name, before === undefined ? content : `${before}\n---\n${content}`);
  }
  return [...byName].map(([name, content]) => ({ name, content }));
}

async function run(postRender: PostRender, objects: readonly Values[], what: string): Promise<readonly Values[]> {
  try {
    return await postRender(objects);
  } catch (cause) {
    throw new ChartError("PostRenderFailed", `${what}: ${messageOf(cause)}`, { cause });
  }
}

function within<Result>(what: string, work: () => Result): Result {
  try {
    return work();
  } catch (cause) {
    throw new ChartError("PostRenderFailed", `${what}: ${messageOf(cause)}`, { cause });
  }
}
