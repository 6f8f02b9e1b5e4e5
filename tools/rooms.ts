// The map of the house: which room may import which. `npm run check` refuses every other arrow.
export const rooms: Readonly<Record<string, readonly string[]>> = {
  base: [],
  template: ["base"],
  cel: ["base"],
  oci: ["base"],
  api: ["base", "cel"],
  chart: ["base", "template"],
  kustomize: ["base"],
  kube: ["base", "api", "cel"],
  sources: ["base", "api", "oci", "chart"],
  release: ["base", "api", "chart", "kube"],
  controllers: ["base", "template", "cel", "oci", "api", "chart", "kustomize", "kube", "sources", "release"],
  cluster: ["base", "api", "cel", "oci"],
  cli: [
    "base",
    "template",
    "cel",
    "oci",
    "api",
    "chart",
    "kustomize",
    "kube",
    "sources",
    "release",
    "controllers",
    "cluster",
  ],
  web: ["base", "api", "kube"],
};

/** Rooms that run in a browser too: what needs `node:` lives in their `node/` folder. */
export const webStandardRooms: readonly string[] = ["base", "template", "cel", "api", "kustomize", "kube"];
