import type { Value, Values } from "../../base/value.ts";
import { isValues } from "../../base/value.ts";
import { comparePathElements, formatPathElement, parsePathElement, type PathElement } from "./path-element.ts";

/**
 * A set of field paths as a tree. A node says whether its own path is a member, and holds the paths below it;
 * a node without either is never kept. The root stands for the whole object, which is never a member.
 */
export interface FieldSet {
  readonly member: boolean;
  readonly children: ReadonlyMap<PathElement, FieldSet>;
}

export type FieldPath = readonly PathElement[];

export const emptySet: FieldSet = { member: false, children: new Map() };

export function isEmpty(set: FieldSet): boolean {
  return set.children.size === 0;
}

/** The paths below one step. */
export function below(set: FieldSet, element: PathElement): FieldSet {
  return set.children.get(element) ?? emptySet;
}

export function setOf(...paths: readonly FieldPath[]): FieldSet {
  const builder = new FieldSetBuilder();
  for (const path of paths) builder.insert(path);
  return builder;
}

export function hasPath(set: FieldSet, path: FieldPath): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path) node = node?.children.get(element);
  return path.length > 0 && node?.member === true;
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) && a.member === b.member) return b;
  const children = new Map(a.children);
  for (const [element, node] of b.children) {
    const other = children.get(element);
    children.set(element, other === undefined ? node : union(other, node));
  }
  return { member: a.member || b.member, children };
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return filter(a, a.member && b.member, (element, node) => {
    const other = b.children.get(element);
    return other === undefined ? emptySet : intersection(node, other);
  });
}

/** The paths of `a` that are not in `b`. A parent in `b` does not take its children out of `a`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return filter(a, a.member && !b.member, (element, node) => {
    const other = b.children.get(element);
    return other === undefined ? node : difference(node, other);
  });
}

/** The paths of `a` that are neither in `b` nor below a path in `b`. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  return filter(a, a.member, (element, node) => {
    const other = b.children.get(element);
    if (other === undefined) return node;
    return other.member ? emptySet : recursiveDifference(node, other);
  });
}

function filter(set: FieldSet, member: boolean, next: (element: PathElement, node: FieldSet) => FieldSet): FieldSet {
  const children = new Map<PathElement, FieldSet>();
  for (const [element, node] of set.children) {
    const kept = next(element, node);
    if (kept.member || !isEmpty(kept)) children.set(element, kept);
  }
  return { member, children };
}

/** Every path of the set, in the order in which Kubernetes lists conflicts: the members of a level first. */
export function* pathsOf(set: FieldSet, prefix: FieldPath = []): Generator<FieldPath> {
  const sorted = sortedChildren(set);
  for (const [element, node] of sorted) if (node.member) yield [...prefix, element];
  for (const [element, node] of sorted) yield* pathsOf(node, [...prefix, element]);
}

export function formatPath(path: FieldPath): string {
  return path.map(formatPathElement).join("");
}

/** The set as managedFields hold it. */
export function toFieldsV1(set: FieldSet): Values {
  const entries = sortedChildren(set).map(([element, node]): [string, Value] => {
    const fields = toFieldsV1(node);
    return [element, node.member && !isEmpty(node) ? { ".": {}, ...fields } : fields];
  });
  return Object.fromEntries(entries);
}

const maxDepth = 128;

/** Reads what managedFields hold. Throws SyntaxError for what is not a set. */
export function fromFieldsV1(fields: unknown, depth = 0): FieldSet {
  if (!isValues(fields)) throw new SyntaxError("expected an object of fields");
  if (depth > maxDepth) throw new SyntaxError("fields are nested too deeply");
  const children = new Map<PathElement, FieldSet>();
  for (const [key, value] of Object.entries(fields)) {
    const element = key === "." ? undefined : parsePathElement(key);
    if (element === undefined) continue;
    const node = fromFieldsV1(value, depth + 1);
    children.set(element, { member: isEmpty(node) || Object.hasOwn(value as object, "."), children: node.children });
  }
  return { member: false, children };
}

function sortedChildren(set: FieldSet): [PathElement, FieldSet][] {
  return [...set.children].sort(([a], [b]) => comparePathElements(a, b));
}

/** Collects paths into a set; the builder is itself the set. */
export class FieldSetBuilder implements FieldSet {
  member = false;
  readonly children: Map<PathElement, FieldSetBuilder> = new Map();

  /** Adds one path. The empty path is the whole object, which is not tracked. */
  insert(path: FieldPath): void {
    const [first, ...rest] = path;
    if (first === undefined) return;
    let node = this.children.get(first);
    if (node === undefined) {
      node = new FieldSetBuilder();
      this.children.set(first, node);
    }
    if (rest.length === 0) node.member = true;
    else node.insert(rest);
  }
}
