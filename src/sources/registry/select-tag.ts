import { messageOf } from "../../base/errors.ts";
import { compareVersions, parseConstraint, tryParseVersion, type Version } from "../../base/semver.ts";
import { SourceError } from "../errors.ts";

/** What Helm calls the layer of a chart. Tags of charts write `_` for the `+` of a version. */
export const chartLayerType = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
export const chartConfigType = "application/vnd.cncf.helm.config.v1+json";
export const provenanceLayerType = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/** The newest version in a range among texts of at least three parts; undefined when there is none. */
export function newestVersion(texts: readonly string[], range: string): string | undefined {
  const constraint = parseConstraint(range);
  let best: Version | undefined;
  for (const text of texts) {
    const version = text.split(".").length < 3 ? undefined : tryParseVersion(text);
    if (version === undefined || !constraint.check(version)) continue;
    if (best === undefined || compareVersions(version, best) > 0) best = version;
  }
  return best?.original;
}

/** Chooses the tag of the newest version in a range; `filter` is a regular expression in Go's syntax. */
export async function selectTag(
  tags: readonly string[],
  options: { readonly range: string; readonly filter?: string; readonly isChart: boolean },
): Promise<string> {
  const { range, filter = "", isChart } = options;
  const kept = filter === "" ? tags : await matching(tags, filter);
  const versions = isChart ? kept.map((tag) => tag.replaceAll("_", "+")) : kept;
  let newest: string | undefined;
  try {
    newest = newestVersion(versions, range);
  } catch (cause) {
    throw new SourceError("ReferenceNotFound", `semver '${range}' parse error: ${messageOf(cause)}`, { cause });
  }
  if (newest === undefined) throw new SourceError("ReferenceNotFound", `no match found for semver: ${range}`);
  return isChart ? newest.replaceAll("+", "_") : newest;
}

/** A pattern from outside must not be able to run for ever: RE2 takes linear time. */
async function matching(tags: readonly string[], filter: string): Promise<readonly string[]> {
  const { RE2JS } = await import("re2js");
  let pattern: InstanceType<typeof RE2JS>;
  try {
    pattern = RE2JS.compile(filter);
  } catch (cause) {
    throw new SourceError("ReferenceNotFound", messageOf(cause), { cause });
  }
  return tags.filter((tag) => pattern.matcher(tag).find());
}
