/** Sends one request; redirects are not followed. The room brings no network of its own. */
export type Fetch = (request: Request) => Promise<Response>;

/** The content of something in a registry, by its digest. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image manifest: also what charts and other artifacts are described by. */
export interface Manifest {
  readonly schemaVersion: 2;
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Readonly<Record<string, string>>;
}

export const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  emptyConfig: "application/vnd.oci.empty.v1+json",
} as const;

/** What a registry is told about who asks. */
export type Credentials =
  | { readonly type: "basic"; readonly username: string; readonly password: string }
  /** A token that is exchanged for others: docker config's `identitytoken`. */
  | { readonly type: "refresh"; readonly token: string }
  /** A token that is sent as it is: docker config's `registrytoken`. */
  | { readonly type: "bearer"; readonly token: string };
