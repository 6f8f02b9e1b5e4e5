import { RE2JS } from "re2js";
import { KustomizeError } from "./errors.ts";
import { changeFields, type FieldSpec } from "./field-path.ts";
import { identityOf } from "./identity.ts";
import { type Resource, withKeys, withObject } from "./resource.ts";
import { isValues, type Value, type Values } from "../base/value.ts";

/** How the image of one name is replaced. */
export interface ImageChange {
  readonly name: string;
  readonly newName?: string;
  readonly newTag?: string;
  readonly digest?: string;
  readonly tagSuffix?: string;
}

const imageFields: readonly FieldSpec[] = ["spec/", "spec/template/spec/"].flatMap((spec) => [
  { path: `${spec}containers[]/image` },
  { path: `${spec}initContainers[]/image` },
  { path: `${spec}volumes[]/image/reference` },
]);

/** Changes the images of Pods and of Pod templates; custom resource definitions are left alone. */
export function changeImages(resources: readonly Resource[], change: ImageChange): readonly Resource[] {
  const isMatch = imageMatcher(change.name);
  return resources.map((resource) => {
    const identity = identityOf(resource.object);
    if (identity.kind === "CustomResourceDefinition") return resource;
    const swap = (current: Value | undefined) =>
      typeof current === "string" && isMatch(current) ? changeImage(current, change) : current;
    // kustomize does both, one after the other: a tag suffix comes twice where both find the image.
    const known = changeFields(resource.object, identity, imageFields, swap);
    return withObject(resource, changeContainers(known, swap) as Values);
  });
}

/** Changes the images of all lists called containers or initContainers, in whatever kind. */
function changeContainers(value: Value, swap: (current: Value | undefined) => Value | undefined): Value {
  if (Array.isArray(value)) return (value as readonly Value[]).map((item) => changeContainers(item, swap));
  if (!isValues(value)) return value;
  const entries = Object.entries(value).map(([key, each]): [string, Value] => {
    const inner = changeContainers(each, swap);
    const isList = (key === "containers" || key === "initContainers") && Array.isArray(inner);
    if (!isList) return [key, inner];
    return [
      key,
      (inner as readonly Value[]).map((item) =>
        isValues(item) && typeof item.image === "string" ? withKeys(item, { image: swap(item.image) }) : item,
      ),
    ];
  });
  return Object.fromEntries(entries);
}

/** kustomize takes the name for a regular expression; linear-time matching keeps a hostile one harmless. */
function imageMatcher(name: string): (image: string) => boolean {
  try {
    const pattern = RE2JS.compile(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`);
    return (image) => pattern.matcher(image).find();
  } catch (cause) {
    throw new KustomizeError("invalid", `invalid image name ${JSON.stringify(name)}`, { cause });
  }
}

function changeImage(image: string, { newName, newTag, digest, tagSuffix }: ImageChange): string {
  const old = splitImage(image);
  const given = (text: string | undefined): text is string => text !== undefined && text !== "";
  let tag = old.tag;
  let hash = old.digest;
  if (given(newTag)) {
    tag = newTag;
    hash = given(digest) ? digest : "";
  } else if (given(digest)) {
    tag = "";
    hash = digest;
  } else if (given(tagSuffix)) {
    tag += tagSuffix;
    hash = "";
  }
  const name = given(newName) ? newName : old.name;
  return `${name}${tag === "" ? "" : `:${tag}`}${hash === "" ? "" : `@${hash}`}`;
}

/** A colon before the first slash belongs to a registry's port. */
function splitImage(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(0, image.indexOf("/"));
  const at = image.indexOf("@", slash);
  const head = at < 0 ? image : image.slice(0, at);
  const colon = head.indexOf(":", slash);
  return {
    name: colon < 0 ? head : head.slice(0, colon),
    tag: colon < 0 ? "" : head.slice(colon + 1),
    digest: at < 0 ? "" : image.slice(at + 1),
  };
}
