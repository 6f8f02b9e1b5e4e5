import { type GoType, nilStringMap, withType } from "../../template/index.ts";
import type { ChartMetadata, Dependency } from "../types.ts";

const stringMap: GoType = { name: "map[string]string", kind: "map", element: "string" };

/** `.Chart` as Helm 4 shows it: a map with a key for every field of Chart.yaml, the empty ones too. */
export function chartObject(metadata: ChartMetadata, isRoot: boolean): Record<string, unknown> {
  return {
    APIVersion: metadata.apiVersion,
    Annotations: metadata.annotations === undefined ? nilStringMap : withType({ ...metadata.annotations }, stringMap),
    AppVersion: metadata.appVersion ?? "",
    Condition: metadata.condition ?? "",
    Dependencies: (metadata.dependencies ?? []).map(dependencyObject),
    Deprecated: metadata.deprecated ?? false,
    Description: metadata.description ?? "",
    Home: metadata.home ?? "",
    Icon: metadata.icon ?? "",
    IsRoot: isRoot,
    Keywords: [...(metadata.keywords ?? [])],
    KubeVersion: metadata.kubeVersion ?? "",
    Maintainers: (metadata.maintainers ?? []).map(({ name = "", email = "", url = "" }) => ({
      Name: name,
      Email: email,
      URL: url,
    })),
    Name: metadata.name,
    Sources: [...(metadata.sources ?? [])],
    Tags: metadata.tags ?? "",
    Type: metadata.type ?? "",
    Version: metadata.version,
  };
}

function dependencyObject(dependency: Dependency): Record<string, unknown> {
  return {
    Name: dependency.name,
    Version: dependency.version ?? "",
    Repository: dependency.repository,
    Condition: dependency.condition ?? "",
    Tags: [...(dependency.tags ?? [])],
    Enabled: dependency.enabled ?? false,
    ImportValues: [...(dependency["import-values"] ?? [])],
    Alias: dependency.alias ?? "",
  };
}
