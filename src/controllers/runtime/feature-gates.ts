/** Flux's gates of the source, Helm and Kustomize controllers. All are off by default. */
const known: readonly string[] = [
  "AdditiveCELDependencyCheck",
  "AdoptLegacyReleases",
  "AllowDNSLookups",
  "CacheSecretsAndConfigMaps",
  "CancelHealthCheckOnNewRevision",
  "CorrectDrift",
  "DefaultToRetryOnFailure",
  "DetectDrift",
  "DirectSourceFetch",
  "DisableChartDigestTracking",
  "DisableConfigWatchers",
  "ExternalArtifact",
  "OOMWatch",
  "ObjectLevelWorkloadIdentity",
  "UseHelm3Defaults",
];

/** Reads `--feature-gates`: `Name=true` or `Name=false`. Gives those that are on; throws with Flux's text for one that nobody knows. */
export function parseFeatureGates(given: readonly string[]): ReadonlySet<string> {
  const on = new Set<string>();
  for (const text of given) {
    const [name = "", value = ""] = text.split("=", 2).map((part) => part.trim());
    if (!known.includes(name)) throw new Error(`feature-gate '${name}' not supported`);
    if (!/^(true|false)$/i.test(value))
      throw new Error(`invalid value '${value}' for feature-gate '${name}': it is true or false`);
    if (value.toLowerCase() === "true") on.add(name);
    else on.delete(name);
  }
  return on;
}
