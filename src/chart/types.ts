import type { Limits } from "../template/index.ts";
import type { Value, Values } from "../base/value.ts";

/** One file of a chart; the name is relative to the chart's folder and uses slashes. */
export interface ChartFile {
  readonly name: string;
  readonly data: Uint8Array;
  /** RFC 3339; absent where the source did not say. */
  readonly modTime?: string;
}

/** A chart as loaded: immutable, and safe to share between releases and to use as a cache key. */
export interface Chart {
  readonly metadata: ChartMetadata;
  /** Chart.lock (or requirements.lock); null when there is none. */
  readonly lock: ChartLock | null;
  readonly templates: readonly ChartFile[];
  /** values.yaml; null when the chart has none. After dependency processing the imported values are merged in. */
  readonly values: Values | null;
  /** values.schema.json as it is in the chart. */
  readonly schema: Uint8Array | null;
  readonly schemaModTime?: string;
  /** What is neither metadata, values, schema, template nor subchart: `.Files` and `crds/`. */
  readonly files: readonly ChartFile[];
  readonly modTime?: string;
  /** The subcharts. Empty for a chart that comes out of release storage: they are not stored. */
  readonly dependencies: readonly Chart[];
  /** Every file of the source, subcharts' too; empty for a chart that comes out of release storage. */
  readonly raw: readonly ChartFile[];
}

/** Chart.yaml. The fields are declared in the order in which Helm writes them, and absent where Helm omits them. */
export interface ChartMetadata {
  readonly name: string;
  readonly home?: string;
  readonly sources?: readonly string[];
  readonly version: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly maintainers?: readonly Maintainer[];
  readonly icon?: string;
  readonly apiVersion: string;
  readonly condition?: string;
  readonly tags?: string;
  readonly appVersion?: string;
  readonly deprecated?: boolean;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly kubeVersion?: string;
  readonly dependencies?: readonly Dependency[];
  readonly type?: string;
}

export interface Maintainer {
  readonly name?: string;
  readonly email?: string;
  readonly url?: string;
}

/** One entry of `dependencies` in Chart.yaml, requirements.yaml or a lock file; fields in Helm's order. */
export interface Dependency {
  readonly name: string;
  readonly version?: string;
  readonly repository: string;
  readonly condition?: string;
  readonly tags?: readonly string[];
  readonly enabled?: boolean;
  readonly "import-values"?: readonly Value[];
  readonly alias?: string;
}

export interface ChartLock {
  /** RFC 3339. */
  readonly generated: string;
  readonly digest: string;
  readonly dependencies: readonly Dependency[] | null;
}

export type HookEvent =
  | "pre-install"
  | "post-install"
  | "pre-delete"
  | "post-delete"
  | "pre-upgrade"
  | "post-upgrade"
  | "pre-rollback"
  | "post-rollback"
  | "test";

/** A document with the `helm.sh/hook` annotation. Policies are kept as the chart wrote them, in lower case. */
export interface Hook {
  readonly name: string;
  readonly kind: string;
  /** The template's path from the root chart's name, as in `# Source:`. */
  readonly path: string;
  readonly manifest: string;
  readonly events: readonly HookEvent[];
  readonly weight: number;
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
}

/** One document of the rendered templates that is not a hook. `kind` is empty for a document of comments only. */
export interface Manifest {
  /** The template's path from the root chart's name, as in `# Source:`. */
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** metadata.name, or the empty string. */
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly content: string;
}

/** A file of a `crds/` folder, the root chart's first. */
export interface ChartCrd {
  /** The path inside its own chart, for example `crds/backup.yaml`. */
  readonly name: string;
  /** The path from the root chart's name, as in `# Source:`. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** One line of Helm's log. May show values: it is for the user's terminal, not for a controller's log. */
export interface LogEntry {
  readonly level: "INFO" | "WARN";
  readonly message: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

export type Log = (entry: LogEntry) => void;

export interface ReleaseOptions {
  readonly name: string;
  readonly namespace: string;
  readonly revision: number;
  readonly isInstall: boolean;
  readonly isUpgrade: boolean;
}

/** What `.Capabilities` shows to templates. */
export interface Capabilities {
  readonly kubeVersion: KubeVersion;
  /** `group/version`, and with a cluster also `group/version/Kind`. */
  readonly apiVersions: readonly string[];
}

export interface KubeVersion {
  /** As the server says it or the user wrote it, with a leading `v`. */
  readonly version: string;
  /** Without what follows the numbers; only where a user named the version. Ranges are checked against this one. */
  readonly normalized?: string;
  readonly major: string;
  readonly minor: string;
}

/** What a template asks of the cluster with `lookup`. An empty namespace means all of them, an empty name means a list. */
export interface LookupQuestion {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Answers a `lookup`: the object, the list, or `{}` for what does not exist. What it throws fails the rendering. */
export type Lookup = (question: LookupQuestion) => Promise<Values>;

/**
 * Changes rendered objects before they are sorted into manifests and hooks. Each object carries the annotation
 * `postrenderer.helm.sh/postrender-filename`; one that comes back without it counts as generated by the renderer.
 */
export type PostRender = (objects: readonly Values[]) => Promise<readonly Values[]>;

/**
 * combined: hooks and manifests in one call (Helm 4's default). separate: a call for each. nohooks: hooks pass unchanged.
 */
export type PostRenderStrategy = "combined" | "nohooks" | "separate";

export interface RenderOptions {
  readonly chart: Chart;
  /** The user's values, without the chart's defaults. */
  readonly values?: Values;
  /** A first install where it does not say otherwise. */
  readonly release: Pick<ReleaseOptions, "name" | "namespace"> & Partial<ReleaseOptions>;
  /** What the cluster can do; helm's offline defaults when absent. */
  readonly capabilities?: Capabilities;
  /** Instead of `capabilities.apiVersions`, where they cost a question to the cluster: asked once, and only by a template that looks at them. */
  readonly readApiVersions?: () => Promise<readonly string[]>;
  /** Without it every `lookup` answers `{}`, as offline. */
  readonly lookup?: Lookup;
  /** An address of a host for `getHostByName`, undefined where there is none; without it the answer is empty, as helm gives unless DNS is enabled. */
  readonly resolveHost?: (name: string) => Promise<string | undefined>;
  readonly skipSchemaValidation?: boolean;
  readonly postRender?: PostRender;
  readonly postRenderStrategy?: PostRenderStrategy;
  /** Subcharts' NOTES.txt follow the root chart's. */
  readonly subNotes?: boolean;
  /** Undefined values fail (`helm lint --strict`). */
  readonly strict?: boolean;
  /** `required` and `fail` do not fail (`helm lint`). */
  readonly lint?: boolean;
  /** The bounds of all templates together; the engine's own where absent. */
  readonly limits?: Partial<Limits>;
  /** The time that templates see; the process's own when absent. */
  readonly now?: () => Date;
  /** Receives what Helm logs on the way: a map against a scalar in values, an unknown hook. */
  readonly log?: Log;
}

export interface Rendered {
  /** In the order in which they are to be created. */
  readonly manifests: readonly Manifest[];
  /** In install order of their kinds, all events together, as the record keeps them. */
  readonly hooks: readonly Hook[];
  /** The text that the release record keeps: every manifest with its `# Source:` line, without hooks. */
  readonly manifest: string;
  /** The root chart's NOTES.txt; empty when there is none. */
  readonly notes: string;
  readonly crds: readonly ChartCrd[];
  /** The chart after dependency processing: what the release record keeps. */
  readonly chart: Chart;
  /** The merged values that the templates saw. */
  readonly values: Values;
}
