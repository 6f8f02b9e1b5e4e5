import { parseYaml } from "../../base/yaml/index.ts";
import type { Values } from "../../base/value.ts";
import type { ChartLock, ChartMetadata, Dependency, Maintainer } from "../types.ts";
import { decodeDocument, type GoShape, goBool, goList, goString, goStringMap, goStrings } from "./go-decode.ts";

type StructShape = GoShape & { readonly shape: "struct" };

const maintainer: StructShape = {
  shape: "struct",
  type: "v2.Maintainer",
  owner: "Maintainer",
  fields: { name: goString, email: goString, url: goString },
};

const dependency: StructShape = {
  shape: "struct",
  type: "v2.Dependency",
  owner: "Dependency",
  fields: {
    name: goString,
    version: goString,
    repository: goString,
    condition: goString,
    tags: goStrings,
    enabled: goBool,
    "import-values": goList,
    alias: goString,
  },
};

/** What Chart.yaml may hold. */
export const metadataShape: StructShape = {
  shape: "struct",
  type: "v2.Metadata",
  owner: "Metadata",
  fields: {
    name: goString,
    home: goString,
    sources: goStrings,
    version: goString,
    description: goString,
    keywords: goStrings,
    maintainers: { shape: "list", type: "[]*v2.Maintainer", of: maintainer },
    icon: goString,
    apiVersion: goString,
    condition: goString,
    tags: goString,
    appVersion: goString,
    deprecated: goBool,
    annotations: goStringMap,
    kubeVersion: goString,
    dependencies: { shape: "list", type: "[]*v2.Dependency", of: dependency },
    type: goString,
  },
};

const lock: StructShape = {
  shape: "struct",
  type: "v2.Lock",
  owner: "Lock",
  fields: {
    generated: goString,
    digest: goString,
    dependencies: { shape: "list", type: "[]*v2.Dependency", of: dependency },
  },
};

/** Chart.yaml as it was written, before validation: any field may be absent, and entries of lists may be null. */
export type LooseMetadata = {
  readonly [Field in keyof ChartMetadata]?: Field extends "maintainers"
    ? readonly (Maintainer | null)[]
    : Field extends "dependencies"
      ? readonly (Dependency | null)[]
      : ChartMetadata[Field];
};

/** Reads Chart.yaml or requirements.yaml. Throws an Error with Go's text for YAML that does not fit. */
export function parseMetadata(text: string): LooseMetadata {
  return decodeDocument(parseYaml(text), metadataShape) as LooseMetadata;
}

/** Reads Chart.lock or requirements.lock. */
export function parseLock(text: string): ChartLock {
  const { generated, digest, dependencies } = decodeDocument(parseYaml(text), lock);
  return {
    generated: typeof generated === "string" && generated !== "" ? generated : "0001-01-01T00:00:00Z",
    digest: typeof digest === "string" ? digest : "",
    dependencies: Array.isArray(dependencies) ? dependencies.map((entry) => orderedDependency(entry as Values)) : null,
  };
}

/** The same fields in the order in which Helm writes them, without the empty ones. */
export function orderedDependency(entry: Values | Dependency): Dependency {
  const { name = "", version, repository = "", condition, tags, enabled, alias } = entry as Partial<Dependency>;
  const imports = (entry as Partial<Dependency>)["import-values"];
  return {
    name,
    ...(version ? { version } : {}),
    repository,
    ...(condition ? { condition } : {}),
    ...(tags?.length ? { tags } : {}),
    ...(enabled ? { enabled } : {}),
    ...(imports?.length ? { "import-values": imports } : {}),
    ...(alias ? { alias } : {}),
  };
}
