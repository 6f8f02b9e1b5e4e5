import { type KindDefinition, toCrd } from "../kind.ts";
import type { KubeObject } from "../object.ts";
import { Bucket } from "./bucket.ts";
import { ExternalArtifact } from "./externalartifact.ts";
import { GitRepository } from "./gitrepository.ts";
import { HelmChart } from "./helmchart.ts";
import { HelmRelease } from "./helmrelease.ts";
import { HelmRepository } from "./helmrepository.ts";
import { Kustomization } from "./kustomization.ts";
import { OCIRepository } from "./ocirepository.ts";

export {
  Bucket,
  ExternalArtifact,
  GitRepository,
  HelmChart,
  HelmRelease,
  HelmRepository,
  Kustomization,
  OCIRepository,
};

/** Every kind that we define, by name. */
export const kinds: readonly KindDefinition[] = [
  Bucket,
  ExternalArtifact,
  GitRepository,
  HelmChart,
  HelmRelease,
  HelmRepository,
  Kustomization,
  OCIRepository,
];

/** The CustomResourceDefinitions of every kind that we define. */
export function crdManifests(): KubeObject[] {
  return kinds.map(toCrd);
}
