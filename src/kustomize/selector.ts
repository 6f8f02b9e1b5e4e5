import { RE2JS } from "re2js";
import { KustomizeError } from "./errors.ts";
import { allIdentities, mapOf, type Resource } from "./resource.ts";
import type { Values } from "../base/value.ts";

/** Which resources a patch is for. Group, version, kind, name and namespace are regular expressions of the whole text. */
export interface PatchTarget {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

/** A test for resources; names they had earlier count, too. Throws KustomizeError when the target cannot be read. */
export function compileTarget(target: PatchTarget): (resource: Resource) => boolean {
  const group = pattern(target.group);
  const version = pattern(target.version);
  const kind = pattern(target.kind);
  const name = pattern(target.name);
  const namespace = pattern(target.namespace);
  const labels = parseSelector(target.labelSelector ?? "");
  const annotations = parseSelector(target.annotationSelector ?? "");
  return (resource) => {
    const isNamed = allIdentities(resource).some(
      (identity) =>
        group(identity.group) &&
        version(identity.version) &&
        kind(identity.kind) &&
        name(identity.name) &&
        namespace(identity.namespace === "" && target.namespace === "default" ? "default" : identity.namespace),
    );
    const metadata = mapOf(resource.object.metadata);
    return isNamed && labels(mapOf(metadata.labels)) && annotations(mapOf(metadata.annotations));
  };
}

function pattern(text: string | undefined): (value: string) => boolean {
  if (text === undefined || text === "") return () => true;
  try {
    const compiled = RE2JS.compile(`^(?:${text})$`);
    return (value) => compiled.matcher(value).find();
  } catch (cause) {
    throw new KustomizeError("invalid", `invalid pattern ${JSON.stringify(text)} in patch target`, { cause });
  }
}

type Requirement = (pairs: Values) => boolean;

/** A test for labels or annotations by Kubernetes' label selectors: `a=b,c!=d,e,!f,g in (h, i),j notin (k)`. Throws KustomizeError. */
export function parseSelector(text: string): Requirement {
  const parts = text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  const requirements = parts.map((part) => parseRequirement(part.trim(), text));
  return (pairs) => requirements.every((requirement) => requirement(pairs));
}

const key = "([A-Za-z0-9][A-Za-z0-9_./-]*)";
const equality = new RegExp(`^${key}\\s*(==|=|!=)\\s*([A-Za-z0-9_.-]*)$`);
const membership = new RegExp(`^${key}\\s+(in|notin)\\s+\\(([^)]*)\\)$`);
const existence = new RegExp(`^(!?)\\s*${key}$`);

function parseRequirement(part: string, selector: string): Requirement {
  const equal = equality.exec(part);
  if (equal !== null) {
    const [, name = "", operator, value = ""] = equal;
    return (pairs) => (own(pairs, name) === value) === (operator !== "!=");
  }
  const member = membership.exec(part);
  if (member !== null) {
    const [, name = "", operator, list = ""] = member;
    const values = list.split(",").map((value) => value.trim());
    return (pairs) => {
      const value = own(pairs, name);
      return (typeof value === "string" && values.includes(value)) === (operator === "in");
    };
  }
  const exists = existence.exec(part);
  if (exists !== null) {
    const [, not, name = ""] = exists;
    return (pairs) => (own(pairs, name) === undefined) === (not === "!");
  }
  throw new KustomizeError("invalid", `unable to parse requirement in selector ${JSON.stringify(selector)}`);
}

function own(pairs: Values, name: string): unknown {
  return Object.hasOwn(pairs, name) ? pairs[name] : undefined;
}
