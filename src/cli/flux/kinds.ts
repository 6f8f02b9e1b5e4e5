import type { KubeObject } from "../../api/index.ts";

/** How flux speaks of one kind on the command line: one value for each kind, from which every command derives. */
export interface FluxKind {
  /** The words after `flux get`, `flux suspend` … */
  readonly words: readonly string[];
  readonly aliases: readonly string[];
  readonly apiVersion: string;
  readonly kind: string;
  /** In running text: `suspending helmrelease X`. */
  readonly human: string;
  /** The prefix of names in `get all`. */
  readonly resource: string;
  readonly isSource: boolean;
  /** True for kinds whose revisions are those of artifacts: their long digests are shown shortened. */
  readonly shortens: boolean;
  readonly revision: (object: KubeObject) => string;
  /** What `reconcile` prints when it is done. */
  readonly done: (object: KubeObject) => string;
}

const source = "source.toolkit.fluxcd.io/v1";

function text(object: KubeObject, ...path: readonly (string | number)[]): string {
  let value: unknown = object;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return "";
    value = (value as Readonly<Record<string | number, unknown>>)[key];
  }
  return typeof value === "string" ? value : "";
}

function sourceKind(word: string, aliases: readonly string[], kind: string): FluxKind {
  return {
    words: ["source", word],
    aliases,
    apiVersion: source,
    kind,
    human: `source ${word}`,
    resource: kind.toLowerCase(),
    isSource: true,
    shortens: true,
    revision: (object) => text(object, "status", "artifact", "revision"),
    done: (object) => `fetched revision ${text(object, "status", "artifact", "revision")}`,
  };
}

export const helmRelease: FluxKind = {
  words: ["helmrelease"],
  aliases: ["hr", "helmreleases"],
  apiVersion: "helm.toolkit.fluxcd.io/v2",
  kind: "HelmRelease",
  human: "helmrelease",
  resource: "helmrelease",
  isSource: false,
  shortens: false,
  revision: (object) =>
    text(object, "status", "history", 0, "chartVersion") || text(object, "status", "lastAttemptedRevision"),
  done: (object) => `applied revision ${text(object, "status", "lastAttemptedRevision")}`,
};

export const kustomization: FluxKind = {
  words: ["kustomization"],
  aliases: ["ks", "kustomizations"],
  apiVersion: "kustomize.toolkit.fluxcd.io/v1",
  kind: "Kustomization",
  human: "kustomization",
  resource: "kustomization",
  isSource: false,
  shortens: true,
  revision: (object) => text(object, "status", "lastAppliedRevision"),
  done: (object) => `applied revision ${text(object, "status", "lastAppliedRevision")}`,
};

/** In flux's order of `get sources all`. */
export const sources: readonly FluxKind[] = [
  sourceKind("git", ["gitrepository"], "GitRepository"),
  sourceKind("oci", ["ocirepository"], "OCIRepository"),
  sourceKind("bucket", [], "Bucket"),
  sourceKind("helm", ["helmrepository"], "HelmRepository"),
  sourceKind("chart", ["helmchart"], "HelmChart"),
];

export const fluxKinds: readonly FluxKind[] = [...sources, helmRelease, kustomization];

/** A HelmRepository of type oci is never reconciled: it has no status, and is ready as it is. */
export function isStatic(object: KubeObject): boolean {
  return object.kind === "HelmRepository" && text(object, "spec", "type") === "oci";
}

/** flux shortens long digests in tables. */
export function shortenDigests(value: string): string {
  return value.replaceAll(/\b(sha1|sha256|sha384|sha512|blake3):([0-9a-f]{8})[0-9a-f]+/g, "$1:$2");
}
