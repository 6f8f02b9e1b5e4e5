import { type DigestAlgorithm, digestSync } from "../base/node/digest.ts";
import type { Values } from "../base/value.ts";
import { formatYaml } from "../base/yaml/index.ts";
import { encodeHook, encodeInfo, encodeMetadata } from "./encode.ts";
import { encodeString, encodeStruct, encodeValue } from "./go-json.ts";
import type { ReleaseRecord } from "./record.ts";

/**
 * The digest by which a HelmRelease knows a stored revision as its own: made of the record without its test hooks, and of the digest of the
 * OCI artifact where the chart came from one.
 */
export function snapshotDigest(
  record: ReleaseRecord,
  options: { readonly ociDigest?: string; readonly algorithm?: DigestAlgorithm } = {},
): string {
  const { ociDigest = "", algorithm = "sha256" } = options;
  const hooks = record.hooks.filter((hook) => !hook.events.includes("test"));
  const config = record.config;
  const metadata = record.chart.metadata;
  const json = encodeStruct([
    ["name", encodeString(record.name)],
    ["version", String(record.version)],
    ["info", encodeInfo(record.info)],
    ["chartMetadata", metadata === null ? "{}" : encodeMetadata(metadata)],
    ["config", config === undefined || Object.keys(config).length === 0 ? "null" : encodeValue(config)],
    ["manifest", encodeString(record.manifest)],
    ["hooks", hooks.length === 0 ? "null" : `[${hooks.map(encodeHook).join(",")}]`],
    ["namespace", encodeString(record.namespace)],
    ["ociDigest", ociDigest === "" ? undefined : encodeString(ociDigest)],
  ]);
  return digestSync(algorithm, `${json}\n`);
}

/** The digest of composed values: of their YAML with sorted keys, and of nothing at all for an empty map. */
export function configDigest(values: Values | undefined, algorithm: DigestAlgorithm = "sha256"): string {
  const empty = values === undefined || Object.keys(values).length === 0;
  return digestSync(algorithm, empty ? "" : formatYaml(values, { keys: "bytes" }));
}
