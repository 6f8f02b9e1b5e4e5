import { isValues, type Value, type Values } from "../base/value.ts";
import { KustomizeError, within } from "./errors.ts";
import type { FileTree } from "./file-tree.ts";
import { newResource, type Resource } from "./resource.ts";

export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

/** One entry of configMapGenerator or secretGenerator. */
export interface GeneratorSpec {
  readonly name?: string;
  readonly namespace?: string;
  readonly behavior?: string;
  readonly files?: readonly string[];
  readonly literals?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly type?: string;
  readonly options?: GeneratorOptions;
}

export interface GeneratorContext {
  readonly tree: FileTree;
  readonly folder: string;
  /** generatorOptions of the whole file; the entry's own win. */
  readonly options: GeneratorOptions | undefined;
}

/** Makes the ConfigMap or Secret that an entry describes. Throws KustomizeError. */
export function generate(kind: "ConfigMap" | "Secret", spec: GeneratorSpec, context: GeneratorContext): Resource {
  const { name = "", namespace } = spec;
  if (name === "") throw new KustomizeError("invalid", "a configmap must have a name");
  const pairs = within("loading KV pairs", () => loadPairs(spec, context));
  const data = new Map<string, Uint8Array>();
  for (const [key, value] of pairs) {
    if (data.has(key)) throw new KustomizeError("invalid", `configmap ${name} illegally repeats the key \`${key}\``);
    data.set(key, value);
  }
  const options = mergeOptions(context.options, spec.options);
  const metadata = {
    name,
    ...(namespace === undefined || namespace === "" ? {} : { namespace }),
    ...(options.labels === undefined ? {} : { labels: options.labels }),
    ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
  };
  const object: Values = {
    apiVersion: "v1",
    kind,
    metadata,
    ...(kind === "ConfigMap" ? configMapData(data) : secretData(data, spec.type)),
    ...(options.immutable === true ? { immutable: true } : {}),
  };
  return newResource(object, {
    behavior: parseBehavior(spec.behavior),
    needsHash: options.disableNameSuffixHash !== true,
  });
}

/** What a generator with `behavior: merge` or `replace` makes of a resource that is there. */
export function mergeGenerated(existing: Resource, generated: Resource): Resource {
  const { behavior, needsHash } = generated.generated ?? { behavior: "create", needsHash: false };
  const old = existing.object;
  const fresh = generated.object;
  const metadata = isValues(fresh.metadata) ? fresh.metadata : {};
  const before = isValues(old.metadata) ? old.metadata : {};
  const merged = (field: string, from: Values, to: Values) => {
    const both = { ...mapAt(from, field), ...mapAt(to, field) };
    return Object.keys(both).length === 0 ? {} : { [field]: both };
  };
  const object: Values = {
    ...fresh,
    metadata: {
      ...metadata,
      name: before.name ?? metadata.name ?? null,
      ...(before.namespace === undefined ? {} : { namespace: before.namespace }),
      ...merged("labels", before, metadata),
      ...merged("annotations", before, metadata),
    },
    ...(behavior === "merge" ? { ...merged("data", old, fresh), ...merged("binaryData", old, fresh) } : {}),
  };
  return { object, earlier: existing.earlier, generated: { behavior: "create", needsHash } };
}

function mapAt(map: Values, field: string): Values {
  const value = map[field];
  return isValues(value) ? value : {};
}

function parseBehavior(text: string | undefined): "create" | "merge" | "replace" {
  return text === "merge" || text === "replace" ? text : "create";
}

function mergeOptions(common: GeneratorOptions = {}, own: GeneratorOptions = {}): GeneratorOptions {
  const labels = { ...common.labels, ...own.labels };
  const annotations = { ...common.annotations, ...own.annotations };
  return {
    disableNameSuffixHash: common.disableNameSuffixHash === true || own.disableNameSuffixHash === true,
    immutable: common.immutable === true || own.immutable === true,
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

type Pair = readonly [key: string, value: Uint8Array];

function loadPairs(spec: GeneratorSpec, { tree, folder }: GeneratorContext): Pair[] {
  const envs = [...(spec.envs ?? []), ...(spec.env === undefined || spec.env === "" ? [] : [spec.env])];
  return [
    ...within(`env sources: [${envs.join(" ")}]`, () =>
      envs.flatMap((path) => parseEnvFile(text(tree.read(folder, path)))),
    ),
    ...within(`literal sources [${(spec.literals ?? []).join(" ")}]`, () => (spec.literals ?? []).map(parseLiteral)),
    ...within(`file sources: [${(spec.files ?? []).join(" ")}]`, () =>
      (spec.files ?? []).map((source): Pair => {
        const { key, path } = parseFileSource(source);
        return [key, tree.read(folder, path)];
      }),
    ),
  ];
}

function parseLiteral(source: string): Pair {
  const equals = source.indexOf("=");
  if (equals <= 0) throw new KustomizeError("invalid", `invalid literal source ${source}, expected key=value`);
  const value = source.slice(equals + 1);
  const quoted =
    value.length >= 2 && (value.startsWith('"') || value.startsWith("'")) && value.endsWith(value.charAt(0));
  return [source.slice(0, equals), new TextEncoder().encode(quoted ? value.slice(1, -1) : value)];
}

function parseFileSource(source: string): { readonly key: string; readonly path: string } {
  const [key = "", path, ...more] = source.split("=");
  if (path === undefined) return { key: source.slice(source.lastIndexOf("/") + 1), path: source };
  if (more.length > 0) throw new KustomizeError("invalid", `source "${source}" key name or file path contains '='`);
  if (key === "") {
    throw new KustomizeError("invalid", `missing key name for file path "${path}" in source "${source}"`);
  }
  if (path === "") {
    throw new KustomizeError("invalid", `missing file path for key name "${key}" in source "${source}"`);
  }
  return { key, path };
}

function parseEnvFile(content: string): Pair[] {
  return content
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line): Pair => {
      const equals = line.indexOf("=");
      if (equals < 0) {
        throw new KustomizeError("unsupported", `env line without a value takes it from the environment: ${line}`);
      }
      return [line.slice(0, equals), new TextEncoder().encode(line.slice(equals + 1))];
    });
}

function configMapData(data: ReadonlyMap<string, Uint8Array>): Values {
  const texts: [string, Value][] = [];
  const binaries: [string, Value][] = [];
  for (const [key, bytes] of sorted(data)) {
    const content = tryText(bytes);
    if (content === undefined) binaries.push([key, base64(bytes)]);
    else texts.push([key, content]);
  }
  return {
    ...(texts.length === 0 ? {} : { data: Object.fromEntries(texts) }),
    ...(binaries.length === 0 ? {} : { binaryData: Object.fromEntries(binaries) }),
  };
}

function secretData(data: ReadonlyMap<string, Uint8Array>, type: string | undefined): Values {
  const entries = sorted(data).map(([key, bytes]) => [key, base64(bytes)] as const);
  return {
    type: type === undefined || type === "" ? "Opaque" : type,
    ...(entries.length === 0 ? {} : { data: Object.fromEntries(entries) }),
  };
}

function sorted(data: ReadonlyMap<string, Uint8Array>): (readonly [string, Uint8Array])[] {
  return [...data].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function text(bytes: Uint8Array): string {
  const content = tryText(bytes);
  if (content === undefined) throw new KustomizeError("invalid", "env file is not UTF-8");
  return content;
}

function tryText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
