/** Flux's gates of the source, Helm and Kustomize controllers that are off by default. */
const off: readonly string[] = [
  "AdditiveCELDependencyCheck",
  "AdoptLegacyReleases",
  "AllowDNSLookups",
  "CacheSecretsAndConfigMaps",
  "CancelHealthCheckOnNewRevision",
  "CorrectDrift",
  "DefaultToRetryOnFailure",
  "DetectDrift",
  "DirectSourceFetch",
  "DisableFailFastBehavior",
  "DisableChartDigestTracking",
  "DisableConfigWatchers",
  "ExternalArtifact",
  "GroupChangeLog",
  "MigrateAPIVersion",
  "OOMWatch",
  "ObjectLevelWorkloadIdentity",
  "UseHelm3Defaults",
];

/** Those that are on by default. */
const on: readonly string[] = ["DisableStatusPollerCache", "StrictPostBuildSubstitutions"];

/** True where a gate is on, by default or because somebody turned it on. */
export function isGateOn(name: string, gates: ReadonlySet<string> | undefined): boolean {
  return gates === undefined ? on.includes(name) : gates.has(name);
}

/** Reads `--feature-gates`: `Name=true` or `Name=false`. Gives those that are on; throws with Flux's text for one that nobody knows. */
export function parseFeatureGates(given: readonly string[]): ReadonlySet<string> {
  const chosen = new Set<string>(on);
  for (const text of given) {
    const [name = "", value = ""] = text.split("=", 2).map((part) => part.trim());
    if (!off.includes(name) && !on.includes(name)) throw new Error(`feature-gate '${name}' not supported`);
    if (!/^(true|false)$/i.test(value))
      throw new Error(`invalid value '${value}' for feature-gate '${name}': it is true or false`);
    if (value.toLowerCase() === "true") chosen.add(name);
    else chosen.delete(name);
  }
  return chosen;
}
