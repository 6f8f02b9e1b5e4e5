import { type GoStruct, goStruct, LookupPending, withType } from "../../template/index.ts";
import type { Capabilities, KubeVersion } from "../types.ts";

/** Thrown by a look at the API versions that nobody has asked the cluster for yet. */
export class ApiVersionsPending extends LookupPending {
  constructor() {
    super({ apiVersion: "", kind: "APIVersions", namespace: "", name: "" });
  }
}

/** `.Capabilities` of the cluster, or of the offline defaults. With `pending` a look at the API versions throws ApiVersionsPending. */
export function capabilitiesObject(
  capabilities: Capabilities,
  { pending = false }: { readonly pending?: boolean } = {},
): GoStruct {
  const versions = pending ? undefined : versionSet(capabilities.apiVersions);
  return goStruct({
    typeName: "common.Capabilities",
    pointer: true,
    fields: {
      KubeVersion: kubeVersionObject(capabilities.kubeVersion),
      get APIVersions(): readonly string[] {
        if (versions === undefined) throw new ApiVersionsPending();
        return versions;
      },
      HelmVersion: helmVersion,
    },
  });
}

function kubeVersionObject(version: KubeVersion): GoStruct {
  const text = version.normalized ?? version.version;
  return goStruct({
    typeName: "common.KubeVersion",
    fields: {
      Version: version.version,
      normalizedVersion: version.normalized ?? "",
      Major: version.major,
      Minor: version.minor,
    },
    methods: {
      String: { parameters: [], call: () => text },
      GitVersion: { parameters: [], call: () => version.version },
    },
    addressedText: () => text,
  });
}

function versionSet(versions: readonly string[]): readonly string[] {
  const known = new Set(versions);
  return withType([...versions], {
    name: "common.VersionSet",
    kind: "slice",
    element: "string",
    methods: { Has: { parameters: ["string"], call: (_set: never, version: string) => known.has(version) } },
  });
}

// The Helm whose behaviour this is. Charts compare it.
const helmVersion = goStruct({
  typeName: "version.BuildInfo",
  fields: {
    Version: "v4.2",
    GitCommit: "",
    GitTreeState: "",
    GoVersion: "go1.26.8",
    KubeClientVersion: "v1.36",
  },
});
